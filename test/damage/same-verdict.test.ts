import { cpSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keyedSumHex } from '../../src/codec/highwayhash.ts';
import { catMessages } from '../../src/operation/cat/run.ts';
import { repairArchive } from '../../src/operation/repair/run.ts';
import { sliceArchive } from '../../src/operation/slice/run.ts';
import { convertArchive } from '../../src/operation/convert/run.ts';
import {
  CAPTURES,
  copyOf,
  editFile,
  flipBit,
  recordsOf,
  tempFolder,
  verifyDamaged,
} from '../support/damage.ts';
import { withoutTombstones } from '../support/damaged-copies.ts';
import { messageList } from '../support/message-list.ts';
import { runCli, type CliRun } from '../support/run-cli.ts';

const STREAMS = '2.14.5-full/store/jetstream/$G/streams';
const V1 = '2.14.5-full/backups/$G/ORDERS';
const V2 = '2.15.2-full/backups/$G';

const out = (): string => join(tempFolder(), 'out');

/** What a command says of an archive, and how it ends. */
const COMMANDS: Readonly<Record<string, (path: string) => CliRun>> = {
  cat: (path) => runCli(['cat', path]),
  export: (path) => runCli(['export', path, '--to', 'json']),
  pack: (path) => runCli(['pack', path, '--out', out()]),
  convert: (path) => runCli(['convert', path, '--to', 'v2', '--out', out()]),
  slice: (path) => runCli(['slice', path, '--to', 'v1', '--min-seq', '1', '--out', out()]),
  'rewrite-stream-name': (path) =>
    runCli(['rewrite-stream-name', path, 'COPY', '--out', join(tempFolder(), 'COPY')]),
  'extract-into-data-dir': (path) => runCli(['extract-into-data-dir', path, tempFolder()]),
  repair: (path) => runCli(['repair', path, '--out', out()]),
};

function exitsOf(path: string): Record<string, number | null> {
  return Object.fromEntries(Object.entries(COMMANDS).map(([name, run]) => [name, run(path).exit]));
}

function allExit(exit: number): Record<string, number> {
  return Object.fromEntries(Object.keys(COMMANDS).map((name) => [name, exit]));
}

/** A store whose max_bytes had removed its oldest messages: without index.db they are there again. */
function beyondMaxBytes(): string {
  const path = copyOf(`${STREAMS}/ORDERS`);
  const meta = readFileSync(join(path, 'meta.inf'), 'utf8').replace('"max_bytes":-1', '"max_bytes":60000');
  writeFileSync(join(path, 'meta.inf'), meta);
  writeFileSync(join(path, 'meta.sum'), keyedSumHex('ORDERS', Buffer.from(meta)));
  rmSync(join(path, 'msgs/index.db'));
  return path;
}

function withoutIdx(): string {
  const path = copyOf('2.9.25-full/store/jetstream/$G/streams/WQ');
  rmSync(join(path, 'msgs/1.idx'));
  return path;
}

describe('deleted messages that may be there again', () => {
  it.each([
    ['behind which tombstones were cut off', () => withoutTombstones('TAILDEL'), 2],
    ['for which no consumer waits, and whose .idx is gone', withoutIdx, 2],
    ['beyond max_bytes', beyondMaxBytes, 1],
  ])('%s: verify, cat and copies tell the same', async (_, damaged, notes) => {
    const path = damaged();
    const verified = await verifyDamaged(path);
    const { notes: ofCat } = await catMessages(path, {}, () => {});
    expect(ofCat).toHaveLength(notes);
    expect(verified.notes).toEqual(ofCat);
    const unknown = ofCat.filter(({ code }) => code === 'DELETES_UNKNOWN').map(({ text }) => text);
    const { loss } = await repairArchive(path, { target: out() });
    expect(loss.notes.filter(({ code }) => code === 'DELETES_UNKNOWN').map(({ text }) => text)).toEqual(
      unknown,
    );
    const packed = await convertArchive(path, { target: out(), to: 'v1' });
    expect(packed.notes).toEqual(ofCat.map(({ stream, text, code }) => `${stream}: ${text} (${code})`));
    const { stdout } = runCli(['verify', path]);
    for (const { code } of ofCat) expect(stdout).toContain(`(${code})`);
  });

  it('what no damage touched has no note', async () => {
    expect((await verifyDamaged(join(CAPTURES, STREAMS, 'WQ'))).notes).toEqual([]);
  });

  it('limits that are lifted remove nothing', async () => {
    const { loss } = await repairArchive(beyondMaxBytes(), { target: out(), undelete: true });
    expect(loss.notes.map(({ code }) => code)).toEqual(['UNDELETED']);
  });
});

function withoutBlock(): string {
  const path = copyOf(`${STREAMS}/COMPRESSED`);
  rmSync(join(path, 'msgs/2.blk'));
  rmSync(join(path, 'msgs/index.db'));
  return path;
}

/** Cut between two records: nothing but consumers tells that more was there. */
function withoutEnd(): string {
  const path = copyOf(`${STREAMS}/ORDERS`);
  rmSync(join(path, 'msgs/index.db'));
  editFile(join(path, 'msgs/1.blk'), (bytes) => {
    const last = recordsOf(bytes).find(({ seq }) => seq === 160n);
    return bytes.subarray(0, (last?.at ?? 0) + (last?.length ?? 0));
  });
  return path;
}

describe.each([
  ['a block number is missing', withoutBlock, 'BLK_NUMBER_MISSING', 37n],
  ['consumers are ahead of the stream', withoutEnd, 'CON_AHEAD_OF_STREAM', 12n],
])('%s: nothing proves a loss', (_, damaged, code, doubtful) => {
  it('verify warns, and whatever gives out or copies messages ends with 3', () => {
    const path = damaged();
    expect(runCli(['verify', path]).exit).toBe(1);
    expect(exitsOf(path)).toEqual(allExit(3));
    expect(runCli(['cat', path]).stderr).toContain(code);
  });

  it('every copy counts the same', async () => {
    const path = damaged();
    const counts = { lost_messages: doubtful, doubtful_messages: doubtful };
    const { written, loss, isLossy } = await repairArchive(path, { target: out() });
    const packed = await convertArchive(path, { target: out(), to: 'v1' });
    for (const report of [written, packed])
      expect(report).toMatchObject({ lost_messages: doubtful, streams: [counts] });
    expect(written.streams[0]?.lost.msgs).toEqual(packed.streams[0]?.lost.msgs);
    expect(written.streams[0]?.doubtful).toBe(loss.streams[0]?.doubtful);
    expect(loss.streams[0]?.doubtful).toBe(doubtful);
    expect(isLossy).toBe(true);
    expect((await verifyDamaged(path)).streams).toMatchObject([counts]);
  });

  it('a range that is whole is', () => {
    expect(runCli(['cat', damaged(), '--seq', '10']).exit).toBe(0);
  });
});

function declaringMore(backup: string, more: number): string {
  const path = copyOf(backup);
  editFile(join(path, 'backup.json'), (bytes) =>
    Buffer.from(bytes.toString().replace(/"messages": (\d+)/, (_, n) => `"messages": ${Number(n) + more}`)),
  );
  return path;
}

describe.each([
  ['a V1 snapshot', V1],
  ['one in which nothing was deleted', '2.14.5-full/backups/$G/BATCH'],
  ['a V2 archive', `${V2}/ORDERS`],
])('backup.json counts more than %s and its index know of: nothing proves a loss', (_, backup) => {
  it('verify is critical, and whatever gives out or copies messages ends with 3', () => {
    const path = declaringMore(backup, 2);
    expect(runCli(['verify', path]).exit).toBe(2);
    expect(exitsOf(path)).toEqual(allExit(3));
    expect(runCli(['cat', path]).stderr).toContain('DECL_MESSAGES_FEWER');
    for (const more of [[], ['--deep']])
      expect(runCli(['inspect', path, ...more])).toMatchObject({
        exit: 3,
        stdout: expect.stringContaining('Not whole') as string,
      });
    const diff = runCli(['diff', path, join(CAPTURES, backup)]);
    expect(diff.exit).toBe(2);
    expect(diff.stderr).toContain('lost in the source: up to 2 messages, nothing tells which');
  });

  it('every copy counts the same', async () => {
    const path = declaringMore(backup, 2);
    const counts = { lost_messages: 2n, doubtful_messages: 2n, lost: { msgs: [] } };
    const { written, loss, isLossy } = await repairArchive(path, { target: out() });
    const packed = await convertArchive(path, { target: out(), to: 'v1' });
    const sliced = await sliceArchive(path, { target: out(), to: 'v1', minSeq: 2n });
    for (const report of [written, packed, sliced])
      expect(report).toMatchObject({ lost_messages: 2n, streams: [counts] });
    expect(loss.streams).toMatchObject([{ lost: 0n, declared_more: 2n }]);
    expect(loss.notes).toMatchObject([{ code: 'DECL_MESSAGES_FEWER', loss: true }]);
    expect(isLossy).toBe(true);
    expect((await verifyDamaged(path)).streams).toMatchObject([counts]);
  });

  it('what was written is whole', async () => {
    const target = out();
    await convertArchive(declaringMore(backup, 2), { target, to: 'v1' });
    expect(runCli(['verify', target]).exit).toBe(0);
    expect(await messageList(target)).toEqual(await messageList(join(CAPTURES, backup)));
  });
});

it('a backup.json that counts more of a work queue: its index explains it, and nothing is lost', () => {
  const path = declaringMore('2.14.5-full/backups/$G/WQ', 2);
  expect(runCli(['verify', path]).exit).toBe(1);
  expect(exitsOf(path)).toEqual(allExit(0));
});

it('a backup.json that counts more beside other losses: only what these do not tell', async () => {
  const path = declaringMore(V1, 2);
  const data = join(path, 'stream.tar.s2');
  flipBit(data, readFileSync(data).length >> 2);
  const { loss } = await repairArchive(path, { target: out() });
  expect(loss.streams).toMatchObject([{ recovered: 162n, lost: 1n, declared_more: 2n }]);
});

describe.each([
  ['a stream without meta.sum', (path: string) => rmSync(join(path, 'meta.sum')), 'META_SUM_MISSING'],
  [
    'a consumer without meta.sum',
    (path: string) => rmSync(join(path, 'obs/LOG/meta.sum')),
    'CON_SUM_MISSING',
  ],
  [
    'a second copy of a block',
    (path: string) => cpSync(join(path, 'msgs/1.blk'), join(path, 'msgs/3.blk')),
    'BLK_SWAPPED',
  ],
])('%s: no server takes it as it is, and nothing is lost', (_, damage, code) => {
  function damaged(): string {
    const path = copyOf(`${STREAMS}/ORDERS`);
    damage(path);
    return path;
  }

  it('all is given out and written, and told', async () => {
    const path = damaged();
    expect(runCli(['verify', path]).exit).toBe(2);
    expect(exitsOf(path)).toEqual(allExit(0));
    expect(runCli(['cat', path]).stderr).toContain(code);
    expect(COMMANDS['pack']?.(path).stdout).toContain(`warning in the source: ${code}`);
    const target = out();
    await convertArchive(path, { target, to: 'v1' });
    expect(await messageList(target)).toEqual(await messageList(join(CAPTURES, STREAMS, 'ORDERS')));
  });
});

it('a consumer that cannot be read is missing from what is written: 3 of every command', () => {
  const path = copyOf(`${STREAMS}/ORDERS`);
  rmSync(join(path, 'obs/LOG/meta.inf'));
  cpSync(join(path, 'msgs/1.blk'), join(path, 'msgs/3.blk'));
  expect(exitsOf(path)).toEqual(allExit(3));
});

it('positions in a damaged chunk of a snapshot are not believed, though every message is there: 3 of every command', () => {
  const path = copyOf(V1);
  const data = join(path, 'stream.tar.s2');
  flipBit(data, readFileSync(data).length >> 1);
  expect(exitsOf(path)).toEqual(allExit(3));
});

it('a block under another name, which only a repair reads: copies lack it', () => {
  const path = copyOf(`${STREAMS}/ORDERS`);
  cpSync(join(path, 'msgs/1.blk'), join(path, 'msgs/7.blk'));
  rmSync(join(path, 'msgs/1.blk'));
  expect(exitsOf(path)).toEqual({ ...allExit(3), cat: 0, export: 0, repair: 0 });
});

describe.each([
  ['missing', (path: string) => rmSync(path), 'MAN_MISSING'],
  ['empty', (path: string) => truncateSync(path, 0), 'MAN_EMPTY'],
  ['cut', (path: string) => truncateSync(path, 100), 'MAN_CORRUPT'],
  [
    'of a time that is none',
    (path: string) =>
      editFile(path, (bytes) =>
        Buffer.from(bytes.toString().replace(/"first_ts": "[^"]*"/, '"first_ts": "yesterday"')),
      ),
    'MAN_CORRUPT',
  ],
  [
    'edited',
    (path: string) =>
      editFile(path, (bytes) =>
        Buffer.from(bytes.toString().replace('"name": "ORDERS"', '"name": "OTHERS"')),
      ),
    'MAN_NAME_MISMATCH',
  ],
])('a backup.json that is %s', (_, damage, code) => {
  function damaged(): string {
    const path = copyOf(V1);
    damage(join(path, 'backup.json'));
    return path;
  }

  it('no server restores it; every message can be had, and all that give them out or copy them say why', async () => {
    const path = damaged();
    expect(runCli(['verify', path]).exit).toBe(2);
    expect(exitsOf(path)).toEqual(allExit(0));
    expect(runCli(['cat', path]).stderr).toContain(code);
    expect(COMMANDS['pack']?.(path).stdout).toContain(`warning in the source: ${code}`);
    const { loss } = await repairArchive(path, { target: out() });
    expect(loss.notes).toMatchObject([{ code, loss: false }]);
  });

  it('a copy is what the whole backup holds', async () => {
    const target = out();
    const report = await convertArchive(damaged(), { target, to: 'v1' });
    expect(report.streams).toMatchObject([{ name: 'ORDERS', lost_messages: 0n }]);
    expect(await messageList(target)).toEqual(await messageList(join(CAPTURES, V1)));
    expect(runCli(['verify', target]).exit).toBe(0);
  });
});

it('a folder that was renamed: no server takes it, every message can be had', () => {
  const path = join(tempFolder(), 'OLD');
  cpSync(join(CAPTURES, STREAMS, 'ORDERS'), path, { recursive: true });
  expect(runCli(['verify', path]).exit).toBe(2);
  expect(exitsOf(path)).toEqual(allExit(0));
  for (const name of ['cat', 'pack'])
    expect(`${COMMANDS[name]?.(path).stdout}${COMMANDS[name]?.(path).stderr}`).toContain(
      'META_FOLDER_RENAMED',
    );
});

describe.each([
  ['missing', (path: string) => rmSync(path)],
  ['empty', (path: string) => truncateSync(path, 0)],
])('a V2 archive whose backup.json is %s', (_, damage) => {
  const ADVICE =
    /nothing tells the stream's name: give --config FILE; natsarc repair takes --stream NAME instead/;

  function damaged(): string {
    const path = copyOf(`${V2}/ORDERS`);
    damage(join(path, 'backup.json'));
    return path;
  }

  it('its messages can be read; who copies it is told the same by every command', () => {
    const path = damaged();
    expect(runCli(['cat', path]).exit).toBe(0);
    expect(runCli(['export', path, '--to', 'json']).exit).toBe(3);
    for (const name of [
      'pack',
      'convert',
      'slice',
      'rewrite-stream-name',
      'extract-into-data-dir',
      'repair',
    ]) {
      const run = COMMANDS[name]?.(path);
      expect([name, run?.exit]).toEqual([name, 2]);
      expect(run?.stderr).toMatch(ADVICE);
    }
    for (const command of ['inspect', 'verify'])
      expect(runCli([command, path]).stdout).toContain('(no name)');
  });

  it('the advice works', () => {
    const path = damaged();
    const config = join(CAPTURES, V2, 'ORDERS/backup.json');
    expect(runCli(['pack', path, '--config', config, '--out', out()]).exit).toBe(0);
    expect(runCli(['repair', path, '--config', config, '--out', out()]).exit).toBe(0);
    const named = runCli(['repair', path, '--stream', 'ORDERS', '--out', out()]);
    expect(named).toMatchObject({
      exit: 3,
      stdout: expect.stringContaining('163 recovered, 0 lost') as string,
    });
  });
});

describe("a configuration that is another stream's", () => {
  it('in meta.inf: a copy says whose the records are, a repair goes by them', async () => {
    const path = copyOf(`${STREAMS}/ORDERS`);
    for (const file of ['meta.inf', 'meta.sum'])
      cpSync(join(CAPTURES, STREAMS, 'WQ', file), join(path, file));
    const packed = runCli(['pack', path, '--out', out()]);
    expect(packed.exit).toBe(3);
    expect(packed.stdout).toContain('its records were made for ORDERS');
    expect(packed.stdout).toContain('no server takes what was written: consumer LOG is not taken');
    const { written } = await repairArchive(path, { target: out() });
    expect(written.streams).toMatchObject([{ name: 'ORDERS', state: { messages: 163n } }]);
    expect(written.streams[0]).not.toHaveProperty('refused');
  });

  it('in a backup.json that declares no state: what no server restores does not pass for done', async () => {
    const path = copyOf(`${V2}/ORDERS`);
    const { config } = JSON.parse(readFileSync(join(CAPTURES, V2, 'WQ/backup.json'), 'utf8')) as {
      config: unknown;
    };
    writeFileSync(join(path, 'backup.json'), JSON.stringify({ config }));
    const target = out();
    const packed = runCli(['pack', path, '--out', target, '--json']);
    expect(packed.exit).toBe(3);
    expect(JSON.parse(packed.stdout)).toMatchObject({
      lost_messages: 0,
      streams: [{ name: 'WQ', refused: expect.stringContaining('a work queue has one consumer') as string }],
    });
    const { streams } = await verifyDamaged(target);
    const outcomes = new Set(streams.flatMap(({ predictions }) => predictions.map(({ outcome }) => outcome)));
    expect([...outcomes]).toEqual(['refused']);
  });
});

describe.each([
  ['max_msgs', { max_msgs: 40 }, '123', '123'],
  ['max_msgs_per_subject', { max_msgs_per_subject: 1 }, '6', '6'],
  ['both', { max_msgs: 150, max_msgs_per_subject: 1 }, 'at least 13', '19'],
])('more messages than %s of the configuration allows', (_, limits, beyond, exactly) => {
  const text = (count: string): string =>
    `${count} messages more are here than max_msgs or max_msgs_per_subject allows`;

  function configured(): string {
    const path = join(tempFolder(), 'config.json');
    const { config } = JSON.parse(readFileSync(join(CAPTURES, V1, 'backup.json'), 'utf8')) as {
      config: object;
    };
    writeFileSync(path, JSON.stringify({ ...config, ...limits }));
    return path;
  }

  it.each([
    ['V1', V1],
    ['V2', `${V2}/ORDERS`],
    ['store', `${STREAMS}/ORDERS`],
  ])('from %s: every command that writes says so once, and keeps them all', (__, capture) => {
    const config = configured();
    const source = join(CAPTURES, capture);
    for (const args of [
      ['pack', source],
      ['convert', source, '--to', 'v2'],
      ['convert', source, '--to', 'store'],
      ['slice', source, '--to', 'v1', '--min-seq', '1'],
      ['repair', source],
    ]) {
      const target = out();
      const { exit, stdout } = runCli([...args, '--config', config, '--out', target]);
      expect([args[0], exit]).toEqual([args[0], 0]);
      expect(stdout.split('messages more are here')).toHaveLength(2);
      expect(stdout).toContain(args[0] === 'repair' ? text(exactly) : `note: ORDERS: ${text(beyond)}`);
      expect(runCli(['cat', target]).stdout.split('\n')).toHaveLength(164);
    }
  });
});

it('limits that nothing goes beyond are not spoken of', () => {
  const path = copyOf(`${V2}/ORDERS`);
  editFile(join(path, 'backup.json'), (bytes) =>
    Buffer.from(bytes.toString().replace('"max_msgs": -1', '"max_msgs": 163')),
  );
  for (const name of ['pack', 'convert', 'repair'])
    expect(COMMANDS[name]?.(path).stdout).not.toContain('more are here');
});

it('replicas in a store: nothing is lost, a note tells that only a cluster serves it', () => {
  const note = 'note: ORDERS: it has 3 replicas: a server that is in no cluster leaves it out of this store';
  for (const command of ['repair', 'convert']) {
    const target = out();
    const run = runCli([command, join(CAPTURES, V1), '--to', 'store', '--replicas', '3', '--out', target]);
    expect(run).toMatchObject({ exit: 0, stdout: expect.stringContaining(note) as string });
    expect(runCli(['verify', target]).stdout).toContain('it has replicas, which only a cluster serves');
  }
});

describe('V2 archives', () => {
  it('whose only chunk is hit: the message tells the command that works', () => {
    const path = copyOf(`${V2}/ORDERS`);
    const data = join(path, 'stream.tar.s2');
    flipBit(data, readFileSync(data).length >> 1);
    for (const name of ['pack', 'convert', 'slice']) {
      const run = COMMANDS[name]?.(path);
      expect([name, run?.exit]).toEqual([name, 1]);
      expect(run?.stderr).toContain(`natsarc repair ${path} --out FOLDER`);
    }
    expect(COMMANDS['repair']?.(path).exit).toBe(3);
  });

  it('whose data nobody knows: what is left out is counted', async () => {
    const account = tempFolder();
    mkdirSync(join(account, 'WQ'));
    cpSync(join(CAPTURES, V2, 'CONS'), join(account, 'CONS'), { recursive: true });
    cpSync(join(CAPTURES, V2, 'WQ/backup.json'), join(account, 'WQ/backup.json'));
    cpSync(join(CAPTURES, V2, 'ORDERS/stream.tar.s2'), join(account, 'WQ/stream.tar.s2'));
    const { written, isLossy } = await repairArchive(account, { target: out() });
    expect(isLossy).toBe(true);
    expect(written.skipped).toMatchObject([
      { name: 'WQ', lost_messages: 27n },
      { name: '', lost_messages: 163n, lost: { msgs: [[2n, 172n]] } },
    ]);
    expect(written.lost_messages).toBe(190n);
  });
});
