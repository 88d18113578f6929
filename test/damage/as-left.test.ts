import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { copyOf, expectFindings } from '../support/damage.ts';

const STORE = '2.14.5-full/store';

describe('what servers and the nats command leave by themselves', () => {
  it('an .idx of 2.9 that its block has moved on from', async () => {
    await expectFindings(copyOf('2.9.25-full/store/jetstream/$G/streams/TAILDEL'), 0, [
      { code: 'BIX_STALE', severity: 'info', stream: 'TAILDEL', file: 'msgs/1.idx', data: { block: 1 } },
    ]);
  });

  it('the block of a stream that never had a message', async () => {
    await expectFindings(copyOf(`${STORE}/jetstream/$G/streams/EMPTY`), 0, [
      { code: 'BLK_EMPTY', severity: 'info', stream: 'EMPTY', file: 'msgs/1.blk', data: { block: 1 } },
    ]);
  });

  it('a batch that nobody committed', async () => {
    await expectFindings(copyOf(`${STORE}/jetstream/$G/streams/BATCH`), 0, [
      { code: 'DIR_BATCH_PENDING', severity: 'info', stream: 'BATCH', file: 'batches' },
    ]);
  });

  it('an unacknowledged message that is gone, after a kill', async () => {
    await expectFindings(copyOf('2.14.5-crash/store/jetstream/$G/streams/WQ'), 0, [
      { code: 'IDX_MISSING', severity: 'info', stream: 'WQ', file: '.' },
      {
        code: 'CON_PENDING_MISSING',
        severity: 'info',
        stream: 'WQ',
        consumer: 'WORKER',
        file: 'obs/WORKER/o.dat',
        seq: 152n,
        data: { messages: 1 },
      },
    ]);
  });

  it('a configuration backup without data', async () => {
    await expectFindings(copyOf('2.2.0-legacy/backups/backup-config'), 0, [
      { code: 'CFGB_NO_DATA', severity: 'info' },
    ]);
  });

  it('a backup in which every stream went to the same file', async () => {
    await expectFindings(copyOf('2.6.1-legacy/backups/backup-data'), 2, [
      { code: 'CFGB_DATA_OVERWRITTEN', severity: 'critical', file: 'stream.tar.s2', data: { streams: 7 } },
    ]);
  });

  it('a stream kept in memory, in an account backup', async () => {
    await expectFindings(copyOf('2.14.5-full/account-backup/$G/MEM'), 1, [
      { code: 'MAN_MEMORY_STREAM', severity: 'warning', file: '.' },
    ]);
  });

  it('an encrypted stream', async () => {
    await expectFindings(copyOf('2.14.5-enc-chacha/store/jetstream/$G/streams/ORDERS'), 3, [
      {
        code: 'ENC_KEY_REQUIRED',
        severity: 'warning',
        stream: 'ORDERS',
        file: '.',
        data: { cipher: 'chacha' },
      },
    ]);
  });

  it('the logs of a cluster beside the streams', async () => {
    const store = copyOf('2.15.2-full/store');
    for (const account of readdirSync(join(store, 'jetstream')))
      mkdirSync(join(store, 'jetstream', account, '_js_/_meta_/msgs'), { recursive: true });
    await expectFindings(store, 0, [
      { code: 'DIR_RAFT_NOT_CHECKED', severity: 'info', account: '$G', file: 'jetstream/$G/_js_' },
      { code: 'BLK_EMPTY', severity: 'info', stream: 'EMPTY', file: 'jetstream/$G/streams/EMPTY/msgs/1.blk' },
    ]);
  });
});
