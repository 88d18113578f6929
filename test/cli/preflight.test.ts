import { cpSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CAPTURES, copyOf, editFile, flipBit, tempFolder } from '../support/damage.ts';
import { runCli } from '../support/run-cli.ts';

const STORE = '2.14.5-full/store';

interface Step {
  readonly do: string;
  readonly severity: string;
  readonly file: string | null;
  readonly bytes?: number;
  readonly messages?: number;
  readonly reason: string | null;
}

interface Stream {
  readonly name: string;
  readonly outcome: string | null;
  readonly messages: number | null;
  readonly first_seq: number | null;
  readonly last_seq: number | null;
  readonly consumers: readonly string[];
  readonly index: string | null;
  readonly bytes_to_read: number;
  readonly steps: readonly Step[];
}

/** Damages one stream of a copy of the store, and asks what a start does to it. */
function preflight(
  name: string,
  damage: (folder: string) => void,
  version = '2.14',
): { readonly exit: number | null; readonly stream: Stream; readonly doing: readonly string[] } {
  const store = copyOf(STORE);
  damage(join(store, 'jetstream/$G/streams', name));
  const run = runCli(['preflight', store, '--stream', name, '--server-version', version, '--json']);
  const report = JSON.parse(run.stdout) as { readonly streams: readonly Stream[] };
  const [stream] = report.streams;
  if (stream === undefined) throw new Error(run.stderr);
  return { exit: run.exit, stream, doing: stream.steps.map((step) => step.do) };
}

it('takes an .idx beside an index.db for what it is: more than newer servers need', () => {
  const empty = join(copyOf(STORE), 'jetstream/$G/streams/WQ');
  const store = join(tempFolder(), 'store');
  const made = runCli(['slice', empty, '--to', 'store', '--subject', 'none', '--out', store]);
  expect(made.exit, made.stderr).toBe(0);
  expect(runCli(['preflight', store]).stdout).toMatch(/\.idx, 25 B: 1 index file /);
  expect(runCli(['preflight', store]).exit).toBe(0);
});

describe('preflight', () => {
  it('a whole stream is left as it is', () => {
    const { exit, stream } = preflight('ORDERS', () => {});
    expect(exit).toBe(0);
    expect(stream).toMatchObject({
      outcome: 'whole',
      messages: 163,
      index: 'taken',
      bytes_to_read: 0,
      steps: [],
    });
  });

  it('a release counts as its generation, whatever its patch', () => {
    const asked = (version: string): unknown => {
      const run = runCli(['preflight', join(CAPTURES, STORE), '--server-version', version, '--json']);
      return run.exit === 3 ? run.stderr : (JSON.parse(run.stdout) as { server: string }).server;
    };
    expect(['2.14', '2.14.5', 'v2.14.99', '2.14.6-RC.1'].map(asked)).toEqual(Array(4).fill('2.14'));
    expect(asked('2.13.1')).toContain('--server-version takes one of 2.9, ');
    expect(asked('2.14.5.1')).toContain('or a release of them, not 2.14.5.1');
    expect(asked('2.14.x')).toContain('or a release of them, not 2.14.x');
  });

  it('a missing index.db has every block read, and nothing else', () => {
    const { exit, stream, doing } = preflight('ORDERS', (folder) => rmSync(join(folder, 'msgs/index.db')));
    expect(exit).toBe(0);
    expect(doing).toEqual(['rebuild-index']);
    expect(stream).toMatchObject({
      outcome: 'whole',
      messages: 163,
      first_seq: 2,
      last_seq: 172,
      index: 'rebuilt',
    });
    expect(stream.bytes_to_read).toBe(stream.steps[0]?.bytes);
  });

  it('a bad record cuts the block of a stream without a usable index.db', () => {
    const { exit, stream, doing } = preflight('TAILDEL', (folder) => {
      rmSync(join(folder, 'msgs/index.db'));
      flipBit(join(folder, 'msgs/1.blk'), 30);
    });
    expect(exit).toBe(2);
    expect(doing).toEqual(['rebuild-index', 'delete-block']);
    expect(stream).toMatchObject({ outcome: 'loss', messages: 0 });
  });

  it('behind a current index.db it stays, but the loss is told', () => {
    const { exit, stream, doing } = preflight('TAILDEL', (folder) => flipBit(join(folder, 'msgs/1.blk'), 30));
    expect({ exit, doing }).toEqual({ exit: 2, doing: [] });
    expect(stream).toMatchObject({ outcome: 'loss', messages: 26, index: 'taken' });
  });

  it('a block that consumers look into is cut behind a current index.db, and no limit blamed for it', () => {
    const { stream } = preflight('ORDERS', (folder) =>
      editFile(join(folder, 'msgs/1.blk'), (bytes) =>
        Buffer.concat([bytes.subarray(0, 5000), bytes.subarray(5020)]),
      ),
    );
    expect(stream).toMatchObject({
      outcome: 'loss',
      reason: '161 messages are lost',
      messages: 2,
      index: 'taken',
      steps: [{ do: 'cut-block', severity: 'critical', reason: expect.stringContaining('a bad record') }],
    });
  });

  it('a compressed block that cannot be decoded: 2.12 deletes it, 2.14 the stream', () => {
    const ruin = (folder: string): void => {
      rmSync(join(folder, 'msgs/index.db'));
      flipBit(join(folder, 'msgs/1.blk'), 100);
    };
    expect(preflight('COMPRESSED', ruin, '2.14').doing).toEqual(['delete-stream']);
    expect(preflight('COMPRESSED', ruin, '2.12').doing).toEqual(['rebuild-index', 'delete-block']);
  });

  it('meta.sum of another content: the stream is not served', () => {
    const { exit, stream, doing } = preflight('ORDERS', (folder) =>
      writeFileSync(join(folder, 'meta.sum'), '0'.repeat(16)),
    );
    expect({ exit, doing }).toEqual({ exit: 2, doing: ['leave-stream'] });
    expect(stream).toMatchObject({ outcome: 'absent', messages: null });
  });

  it('of a block that is missing it says which, of a stream that was given its name', () => {
    const stream = copyOf(`${STORE}/jetstream/$G/streams/COMPRESSED`);
    for (const file of ['index.db', '3.blk']) rmSync(join(stream, 'msgs', file));
    const { stdout } = runCli(['preflight', stream]);
    expect(stdout).toMatch(
      /^ {4}COMPRESSED, 38 messages: up to as many: block 3 is missing, and nothing tells/m,
    );
    expect(stdout).toMatch(/^ {4}COMPRESSED, [\d.]+ KiB: there is no index\.db$/m);
    expect(stdout).not.toMatch(/^ {4}\.[,:]/m);
    rmSync(join(stream, 'msgs/5.blk'));
    expect(runCli(['preflight', stream]).stdout).toMatch(/ blocks 3, 5\s+are missing, and/);
  });

  it('an API level beyond the server', () => {
    const { stream, doing } = preflight('BATCH', () => {}, '2.11.16');
    expect(doing[0]).toBe('leave-stream');
    expect(stream.steps[0]?.reason).toContain('API level 2');
  });

  it('an o.dat that is cut: the consumer does not come up from 2.11 on', () => {
    const cut = (folder: string): void => truncateSync(join(folder, 'obs/NEW/o.dat'), 5);
    const newer = preflight('ORDERS', cut);
    expect({ exit: newer.exit, doing: newer.doing }).toEqual({ exit: 2, doing: ['drop-consumer'] });
    expect(newer.stream.consumers).not.toContain('NEW');
    expect(preflight('ORDERS', cut, '2.10').stream.consumers).toContain('NEW');
  });

  it('an o.dat that is empty, or contradicts itself: the consumer comes up where it was not', () => {
    const file = 'obs/DISPATCH/o.dat';
    const empty = preflight('ORDERS', (folder) => truncateSync(join(folder, file)), '2.15');
    expect(empty).toMatchObject({ exit: 2, doing: ['misplace-consumer'], stream: { outcome: 'whole' } });
    expect(empty.stream.consumers).toContain('DISPATCH');
    expect(empty.stream.steps[0]?.reason).toContain('without its position');
    const odd = preflight('ORDERS', (folder) => flipBit(join(folder, file), 3, 5), '2.15');
    expect(odd).toMatchObject({ exit: 2, doing: ['misplace-consumer'] });
    expect(odd.stream.steps[0]?.reason).toContain('contradicts itself');
    const broken = (version: string): readonly string[] =>
      preflight('ORDERS', (folder) => writeFileSync(join(folder, file), 'broken'), version).doing;
    expect(broken('2.10')).toContain('misplace-consumer');
    expect(broken('2.15')).toEqual(['drop-consumer']);
  });

  it('says why a consumer does not come up', () => {
    const { stream } = preflight('WQ', (folder) => {
      cpSync(
        join(CAPTURES, STORE, 'jetstream/$G/streams/COMPRESSED/obs/READER'),
        join(folder, 'obs/READER'),
        {
          recursive: true,
        },
      );
      cpSync(join(folder, 'obs/READER'), join(folder, 'obs/TWICE'), { recursive: true });
    });
    expect(stream.consumers).toEqual(['READER']);
    expect(stream.steps.map(({ do: what, reason }) => [what, reason])).toEqual([
      ['drop-consumer', 'the meta.inf of consumer TWICE is that of another one; its files stay'],
      [
        'drop-consumer',
        'consumer WORKER is not taken: a work queue has one consumer without a filter at most; its files stay',
      ],
    ]);
  });

  it('an o.dat that counts to the sky ends the server', () => {
    const { doing } = preflight('ORDERS', (folder) =>
      editFile(join(folder, 'obs/NEW/o.dat'), () => Buffer.from('1602000000008080808080200000', 'hex')),
    );
    expect(doing).toEqual(['end-server']);
  });

  it('what is too old goes, by the clock that is given', () => {
    const store = copyOf(STORE);
    const at = (time: string): unknown => {
      const run = runCli(['preflight', store, '--stream', 'TTL', '--at', time, '--json']);
      const report = JSON.parse(run.stdout) as {
        readonly status: string;
        readonly streams: readonly Stream[];
      };
      return [run.exit, report.status, report.streams[0]?.messages, report.streams[0]?.steps[0]?.messages];
    };
    expect(at('2026-11-21T00:00:00Z')).toEqual([0, 'OK', 20, undefined]);
    // 17 go, and as many subjects as had none but them get a delete marker.
    expect(at('2100-01-01T00:00:00Z')).toEqual([1, 'WARNING', 16, 17]);
  });
});
