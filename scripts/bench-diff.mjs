// Compares the speed of `diff` on two equal stores with that of `verify` on both. Arguments: MiB of each store, rounds.
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { keyedSum } from '../dist/codec/highwayhash.js';
import { BlockWriter } from '../dist/writer/block-writer.js';

const TARGET = 0.6;
const COMMAND = new URL('../bin/natsarc.js', import.meta.url).pathname;
const [storeMib = 1024, rounds = 5] = process.argv.slice(2).map(Number);
const folder = mkdtempSync(join(tmpdir(), 'natsarc-bench-'));

/** A stream of messages of about 1 KiB. */
function writeStore(path) {
  mkdirSync(join(path, 'msgs'), { recursive: true });
  const meta = Buffer.from(
    JSON.stringify({ Created: '2026-01-01T00:00:00Z', name: 'BIG', subjects: ['big.>'], storage: 'file' }),
  );
  writeFileSync(join(path, 'meta.inf'), meta);
  writeFileSync(join(path, 'meta.sum'), Buffer.from(keyedSum('BIG', meta)).toString('hex'));
  let writtenBytes = 0;
  const writer = new BlockWriter('BIG', (number, bytes) => {
    writeFileSync(join(path, `msgs/${number}.blk`), bytes);
    writtenBytes += bytes.length;
  });
  const data = Buffer.alloc(2048, 'natsarc ');
  for (let seq = 1; writtenBytes < storeMib * 1024 * 1024; seq++) {
    const subject = Buffer.from(`big.${seq % 50}`);
    const timeNs = 1_700_000_000_000_000_000n + BigInt(seq);
    writer.add({
      seq: BigInt(seq),
      timeNs,
      subject,
      header: null,
      data: data.subarray(0, 900 + (seq % 300)),
    });
  }
  writer.finish(0n, 0n);
}

function timeMs(args) {
  const begunMs = performance.now();
  const done = spawnSync(process.execPath, [COMMAND, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  if (done.status !== 0) throw new Error(`natsarc ${args.join(' ')}: exit ${done.status}`);
  return performance.now() - begunMs;
}

function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

try {
  const [a, b] = [join(folder, 'a/BIG'), join(folder, 'b/BIG')];
  writeStore(a);
  cpSync(a, b, { recursive: true });
  const verifyMs = [];
  const diffMs = [];
  for (let round = 0; round < rounds; round++) {
    verifyMs.push(timeMs(['verify', '--check', a]) + timeMs(['verify', '--check', b]));
    diffMs.push(timeMs(['diff', a, b]));
  }
  const ratio = median(verifyMs) / median(diffMs);
  console.log(
    `diff of two equal stores of ${storeMib} MiB: verify both ${median(verifyMs).toFixed(0)} ms, diff ${median(diffMs).toFixed(0)} ms: ${ratio.toFixed(2)} x the speed (target ${TARGET})`,
  );
  if (ratio < TARGET) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
