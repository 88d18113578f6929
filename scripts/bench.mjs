// npm run bench: times this tool against its peers, prints the table and writes .cache/bench/result.json.
//   --quick        smaller data, fewer rounds, under three minutes
//   --only TEXT    only the rows whose name holds TEXT
//   --rounds N     how often each command of a row runs (default 7)
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { prepareData } from './bench/data.mjs';
import { measureRow, rowsOf } from './bench/rows.mjs';
import { prepare, ROOT } from './prepare.mjs';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    rounds: { type: 'string' },
  },
});
const rounds = Number(values.rounds ?? (values.quick ? 3 : 7));
const say = (text) => process.stderr.write(`${text}\n`);

prepare();
const data = await prepareData({ isQuick: values.quick, say });
const results = [];
print('work / against', 'ours', 'theirs', 'figure', 'bar', 'stretch', '');
for (const row of rowsOf(data)) {
  if (!row.name.includes(values.only)) continue;
  const { kind, name, bar, stretch } = row;
  if (row.notBuilt || !row.needs) {
    print(name, '', '', row.notBuilt ? 'not built' : 'SKIPPED', limit(kind, bar), limit(kind, stretch), '');
    results.push({ kind, name, bar, stretch, state: row.notBuilt ? 'not built' : 'skipped' });
    continue;
  }
  const measured = await measureRow(row, rounds);
  results.push({ kind, name, bar, stretch, state: 'measured', ...measured });
  print(
    name,
    time(kind, measured.ours),
    measured.theirs === null ? '' : time(kind, measured.theirs),
    figure(kind, measured.figure),
    limit(kind, bar),
    limit(kind, stretch),
    measured.isStretch ? 'stretch' : measured.isHeld ? 'held' : 'MISSED',
  );
}
const machine = `${availableParallelism()} x ${cpus()[0]?.model.trim()}, node ${process.version}`;
const missed = results.filter((row) => row.isHeld === false).length;
say(`${machine}; ${rounds} rounds; ${missed} bars missed`);
writeFileSync(
  join(ROOT, '.cache/bench/result.json'),
  `${JSON.stringify({ machine, rounds, quick: values.quick, rows: results }, null, 1)}\n`,
);

function print(name, ...columns) {
  process.stdout.write(`${name.padEnd(58)}${columns.map((text) => text.padStart(11)).join('')}\n`);
}

function time(kind, value) {
  if (kind === 'size') return value.toFixed(4);
  return kind === 'memory' ? `${value.toFixed(0)} MiB` : `${value.toFixed(value < 100 ? 1 : 0)} ms`;
}

function figure(kind, value) {
  if (kind === 'memory') return `${value.toFixed(0)} MiB`;
  if (kind === 'size') return value.toFixed(4);
  return kind === 'over' ? `+${value.toFixed(1)} ms` : `${value.toFixed(2)} x`;
}

function limit(kind, bar) {
  if (bar === null) return '';
  return `${kind === 'faster' ? '>=' : '<='} ${kind === 'over' ? `+${bar.toFixed(0)}` : bar}`;
}
