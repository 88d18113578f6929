import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keyedSumHex } from '../../src/codec/highwayhash.ts';
import { CAPTURES, copyOf, editFile, flipBit, recordsOf } from '../support/damage.ts';
import { backupDeclaring } from '../support/damaged-copies.ts';
import { repair } from '../support/repaired.ts';

const V1 = '2.14.5-full/backups/$G/ORDERS';
const V2 = '2.15.2-full/backups/$G/ORDERS';
const STORE = '2.14.5-full/store/jetstream/$G/streams/ORDERS';

const LIMITS = [
  ['max_msgs', { max_msgs: 40 }, 123],
  ['max_msgs_per_subject', { max_msgs_per_subject: 1 }, 6],
] as const;

const note = (messages: number): object => ({
  code: 'BEYOND_LIMITS',
  loss: false,
  text: `${messages} messages more are here than max_msgs or max_msgs_per_subject allows: a server removes the oldest when it has the stream; --config gives other limits`,
});

describe.each(LIMITS)('a low %s takes no message that is there', (_, limits, beyond) => {
  it('of a V2 archive', async () => {
    const { missing, invented, stream, result } = await repair(backupDeclaring(V2, { config: limits }), V2);
    expect([missing, invented]).toEqual([[], []]);
    expect(stream).toMatchObject({ recovered: 163n, lost: 0n });
    expect(result.loss.notes).toMatchObject([note(beyond)]);
  });

  it('of one that is healed', async () => {
    const { missing, stream } = await repair(backupDeclaring(V2, { config: limits }), V2, {
      from: [join(CAPTURES, V2)],
    });
    expect(missing).toEqual([]);
    expect(stream.recovered).toBe(163n);
  });

  it.each([V1, V2, STORE])('where --config gives it, of %s', async (capture) => {
    const config = {
      name: 'ORDERS',
      subjects: ['orders.>'],
      retention: 'limits',
      storage: 'file',
      ...limits,
    };
    const { missing, invented, result } = await repair(copyOf(capture), capture, { config });
    expect([missing, invented]).toEqual([[], []]);
    expect(result.loss.notes.filter(({ code }) => code === 'BEYOND_LIMITS')).toMatchObject([note(beyond)]);
  });
});

it('what its own limits removed of blocks without index.db stays removed, as cat tells', async () => {
  const copy = copyOf(STORE);
  rmSync(join(copy, 'msgs/index.db'));
  editFile(join(copy, 'meta.inf'), (bytes) =>
    Buffer.from(bytes.toString().replace('"max_msgs":-1', '"max_msgs":40')),
  );
  writeFileSync(join(copy, 'meta.sum'), keyedSumHex('ORDERS', readFileSync(join(copy, 'meta.inf'))));
  const { missing, invented, stream, result } = await repair(copy, copy);
  expect([missing, invented]).toEqual([[], []]);
  expect(stream).toMatchObject({ recovered: 40n, lost: 0n });
  expect(result.loss.notes.map(({ code }) => code)).not.toContain('BEYOND_LIMITS');
});

/** The same without damage. */
function limitedStore(limits: readonly [string, string]): string {
  const path = copyOf(STORE);
  rmSync(join(path, 'msgs/index.db'));
  editFile(join(path, 'meta.inf'), (bytes) => Buffer.from(bytes.toString().replace(...limits)));
  writeFileSync(join(path, 'meta.sum'), keyedSumHex('ORDERS', readFileSync(join(path, 'meta.inf'))));
  return path;
}

/** ORDERS with limits that had removed messages, without index.db, and with the newest message but one damaged. */
function damagedWithin(limits: readonly [string, string]): { path: string; seq: bigint } {
  const path = limitedStore(limits);
  const file = join(path, 'msgs/1.blk');
  const messages = recordsOf(readFileSync(file)).filter(
    ({ seq, subject }) => seq >> 62n === 0n && subject > 0,
  );
  const record = messages.at(-5);
  if (record === undefined) throw new Error('no record');
  flipBit(file, record.at + 24);
  return { path, seq: record.seq };
}

it('a damaged message counts against max_msgs: what that removed stays removed', async () => {
  const { path, seq } = damagedWithin(['"max_msgs":-1', '"max_msgs":40']);
  const { missing, invented, stream, result } = await repair(
    path,
    limitedStore(['"max_msgs":-1', '"max_msgs":40']),
  );
  expect([missing, invented]).toEqual([[seq], []]);
  expect(stream).toMatchObject({ recovered: 39n, lost: 1n });
  expect(result.loss.notes.map(({ code }) => code)).not.toContain('DELETES_UNKNOWN');
});

it('where its subject would have to be known, a note says that an older one may be here', async () => {
  const { path } = damagedWithin(['"max_msgs_per_subject":-1', '"max_msgs_per_subject":1']);
  const { result } = await repair(path, path);
  expect(result.loss.notes.filter(({ code }) => code === 'DELETES_UNKNOWN')).toMatchObject([
    {
      loss: false,
      text: 'max_msgs_per_subject had counted what is damaged: up to 1 older message that it had removed may be here',
    },
  ]);
});
