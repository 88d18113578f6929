// The rows of the table: what is timed, against what, and the bar. `faster` = their time / ours, to be at least the bar;
// `slower` = ours / theirs, at most the bar; `over` = ours - theirs in ms, at most; `memory` = MiB, at most; `size` = bytes for each
// byte of the stream, ours - theirs, at most.
import { cpSync, existsSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../prepare.mjs';
import { WRITER } from './data.mjs';
import { inTurn, peakMib, processTimer, reportedTimer, writeTimer } from './measure.mjs';
import { warmMemory } from './warm-memory.mjs';
import { scalingRows } from './scaling-rows.mjs';
import { nats, startServer } from './servers.mjs';

const BIN = join(ROOT, 'bin/natsarc.js');
const NOTHING = ['-e', '0'];

const ours = (...args) => processTimer(process.execPath, [BIN, ...args]);
const node = processTimer(process.execPath, NOTHING);
const verify = (path, ...flags) => ours('verify', path, ...flags);

/** Every row of the issue. One whose data is missing has `needs` falsy; one that cannot be timed yet has `notBuilt`. */
export function rowsOf({ gopeer, sets }) {
  const go = (...args) => processTimer(gopeer, args);
  const withGo = (set) => gopeer !== null && set !== null;
  const { tiny } = sets;
  const rows = [];
  const against = (kind) => (name, bar, stretch, needs, timers) =>
    rows.push({ kind, name, bar, stretch, needs: Boolean(needs), timers });
  const [faster, slower, over] = ['faster', 'slower', 'over'].map(against);

  for (const [set, bar, stretch] of [
    ['1k', 1.15, 1.35],
    ['128b', 1.7, 2.0],
    ['s2', 1.4, 2.0],
  ])
    faster(`verify store 8x ${set} / gopeer`, bar, stretch, withGo(sets[set]), () => [
      verify(sets[set].eight),
      go('verify', sets[set].eight),
    ]);
  for (const [set, bar, stretch] of [
    ['1k', 0.8, 0.9],
    ['128b', 1.2, 1.5],
    ['s2', 1.3, 1.7],
    ['mixed', 0.8, 0.8],
    ['small', 1.0, 1.0],
    ['s2-set', 1.0, 1.0],
  ])
    faster(`verify store ${set} / gopeer`, bar, stretch, withGo(sets[set]), () => [
      verify(sets[set].store),
      go('verify', sets[set].store),
    ]);
  for (const set of ['1k', '128b', 'mixed', 's2-set']) {
    const file = sets[set]?.v1 && join(sets[set].v1, 'stream.tar.s2');
    faster(`verify V1 snapshot ${set} / gopeer`, 1.25, 1.6, withGo(sets[set]) && file, () => [
      verify(file),
      go('snapshot', file),
    ]);
    faster(`verify V1 snapshot ${set}, one core / gopeer -j 1`, 1.4, 1.9, withGo(sets[set]) && file, () => [
      verify(file, '--jobs', '1'),
      go('-j', '1', 'snapshot', file),
    ]);
  }
  const v2 = sets['1k']?.v2;
  faster('verify V2 snapshot / gopeer s2d on one core', 2, 3, withGo(sets['1k']) && v2, () => [
    verify(v2),
    go('-j', '1', 's2d', join(v2, 'stream.tar.s2')),
  ]);
  for (const [set, bar, stretch] of [
    ['1k', 4, 5],
    ['128b', 8, 11],
    ['s2', 15, 22],
  ])
    faster(`verify store ${set} / nats-server's rebuild`, bar, stretch, sets[set], () => [
      verify(sets[set].store),
      () => rebuildMs(sets[set]),
    ]);
  for (const set of ['1k', '128b'])
    faster(`verify V1 snapshot ${set} / nats stream restore`, 10, 14, sets[set]?.v1, () => [
      verify(join(sets[set].v1, 'stream.tar.s2')),
      () => restoreMs(sets[set]),
    ]);
  scalingRows(sets, { faster, slower, verify });
  for (const [set, name] of [
    ['1k', 'inspect store 1k'],
    ['128b', 'inspect store 128b'],
  ]) {
    const more = 0.02 * Math.max(0, (sets[set]?.files ?? 0) - 200);
    over(`${name}, ${sets[set]?.files} files / node -e 0`, 30 + more, 15 + more, sets[set], () => [
      ours('inspect', sets[set].store),
      node,
    ]);
  }
  for (const set of ['1k', '128b'])
    faster(`cat ${set} to /dev/null / verify of it`, 0.15, 0.3, sets[set], () => [
      ours('cat', sets[set].store),
      verify(sets[set].store),
    ]);
  for (const flag of ['--version', '--help'])
    slower(`${flag} / node -e 0`, 1.25, 1.1, true, () => [ours(flag), node]);
  slower('verify store of 7 MiB / node -e 0', 1.5, 1.3, tiny, () => [verify(tiny.store), node]);
  slower('verify V1 snapshot of 7 MiB / node -e 0', 1.5, 1.3, tiny, () => [verify(tiny.v1), node]);
  for (const [jobs, bar, stretch] of [
    ['1', 60, 50],
    ['4', 110, 85],
  ])
    for (const set of ['1k', '128b', 's2'])
      for (const form of ['eight', 'v1'])
        rows.push({
          kind: 'memory',
          name: `peak memory, verify ${set} ${form === 'v1' ? 'V1 snapshot' : '8x store'}, --jobs ${jobs}`,
          bar,
          stretch,
          needs: Boolean(sets[set]?.[form]),
          peak: (rounds) => peakMib(BIN, ['verify', sets[set][form], '--jobs', jobs], rounds),
        });
  rows.push({
    kind: 'memory',
    name: 'peak memory, cat 1k',
    bar: 256,
    stretch: 160,
    needs: Boolean(sets['1k']),
    peak: (rounds) => peakMib(BIN, ['cat', sets['1k'].store], rounds),
  });
  const written = join(ROOT, '.cache/bench/written');
  const one = sets['1k'];
  faster('extract-into-data-dir of a V1 snapshot / nats stream restore', 6, 9, one?.v1, () => [
    writeTimer(BIN, ['extract-into-data-dir', one.v1, written], written),
    () => restoreMs(one),
  ]);
  faster('pack of a store / nats stream backup', 2.5, 3.5, one, () => [
    writeTimer(BIN, ['pack', one.store, '--out', written], written),
    () => backupMs(one),
  ]);
  for (const set of ['1k', '128b'])
    rows.push({
      kind: 'size',
      name: `pack of a store ${set}, its size / nats stream backup's`,
      bar: 0.005,
      stretch: 0,
      needs: Boolean(sets[set]?.v1),
      sizes: () => [packedShare(sets[set], written), shareOf(join(sets[set].v1, 'stream.tar.s2'), sets[set])],
    });
  faster('rewrite-stream-name of a V1 snapshot / verify of it', 0.25, 0.3, one?.v1, () => [
    writeTimer(BIN, ['rewrite-stream-name', one.v1, 'RENAMED', '--out', written], written),
    verify(one.v1),
  ]);
  for (const [form, what, bar, stretch] of [
    ['store', 'store', 0.25, 0.35],
    ['v1', 'V1 snapshot', 0.15, 0.25],
    ['v2', 'V2 snapshot', 0.15, 0.25],
  ])
    faster(`repair of an intact ${what} / verify of it`, bar, stretch, one?.[form], () => [
      writeTimer(BIN, ['repair', one[form], '--out', written], written),
      verify(one[form]),
    ]);
  faster('repair --to backup of an intact store / verify of it', 0.25, 0.35, one, () => [
    writeTimer(BIN, ['repair', '--to', 'backup', one.store, '--out', written], written),
    verify(one.store),
  ]);
  faster('S2 encode, one core / gopeer s2e', 0.95, 1.1, withGo(one) && one.plain, () => [
    reportedTimer(process.execPath, [fileURLToPath(new URL('./encode.mjs', import.meta.url)), one.plain]),
    reportedTimer(gopeer, ['-j', '1', 's2e', one.plain]),
  ]);
  return rows;
}

/** Measures one row: the two times in ms (or the peak in MiB) and the figure that the bar is about. */
export async function measureRow(row, rounds) {
  if (row.kind === 'memory') {
    const figure = row.peak(Math.min(3, rounds - 2));
    return {
      ours: figure,
      theirs: null,
      figure,
      isHeld: figure <= row.bar,
      isStretch: figure <= row.stretch,
    };
  }
  if (row.kind === 'size') {
    const [mine, theirs] = row.sizes();
    const figure = mine - theirs;
    return { ours: mine, theirs, figure, isHeld: figure <= row.bar, isStretch: figure <= row.stretch };
  }
  const [mine, theirs] = await inTurn(row.timers(), rounds);
  const figure = { faster: theirs / mine, slower: mine / theirs, over: mine - theirs }[row.kind];
  const holds = (bar) => (row.kind === 'faster' ? figure >= bar : figure <= bar);
  return { ours: mine, theirs, figure, isHeld: holds(row.bar), isStretch: holds(row.stretch) };
}

/** The size of what `pack` makes of a store, for each byte of the stream. */
function packedShare(set, target) {
  writeTimer(BIN, ['pack', set.store, '--out', target], target)();
  return shareOf(join(target, set.stream, 'stream.tar.s2'), set);
}

function shareOf(file, { bytes }) {
  return statSync(file).size / bytes;
}

/** How long a server takes to be ready where it has to read every block: it has no index.db. */
async function rebuildMs({ store, streamFolder }) {
  const copy = `${store}-rebuild`;
  if (!existsSync(copy)) cpSync(store, copy, { recursive: true });
  const folder = streamFolder.replace(store, copy);
  rmSync(join(folder, 'msgs/index.db'), { force: true });
  const server = await startServer(WRITER, copy);
  await server.crash();
  return server.readyMs;
}

/** `nats stream restore` of a backup into an empty server. */
async function restoreMs({ v1, stream }) {
  const folder = join(ROOT, '.cache/bench/restore');
  rmSync(folder, { recursive: true, force: true });
  const server = await startServer(WRITER, folder);
  try {
    warmMemory(folder);
    const begun = performance.now();
    nats(server.port, 'stream', 'restore', v1, '--no-progress');
    const ms = performance.now() - begun;
    nats(server.port, 'stream', 'rm', '-f', stream);
    return ms;
  } finally {
    await server.crash();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `nats stream backup` of a stream that a server has loaded. */
async function backupMs({ store, stream }) {
  const folder = join(ROOT, '.cache/bench/backup');
  rmSync(folder, { recursive: true, force: true });
  const server = await startServer(WRITER, store);
  try {
    warmMemory(folder);
    const begun = performance.now();
    nats(server.port, 'stream', 'backup', stream, folder, '--no-progress');
    return performance.now() - begun;
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
