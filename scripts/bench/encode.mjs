// Encodes a file as an S2 stream, in this thread, and prints how long that took: {"sec": ...} on standard error.
import { readFileSync } from 'node:fs';
import { S2Encoder } from '../../dist/codec/s2/encoder.js';

const bytes = readFileSync(process.argv[2]);
const runs = Array.from({ length: 3 }, () => {
  const begun = performance.now();
  const encoder = new S2Encoder(() => {});
  encoder.write(bytes);
  encoder.end();
  return (performance.now() - begun) / 1000;
});
process.stderr.write(`${JSON.stringify({ sec: Math.min(...runs) })}\n`);
