/** Loaded into the command and its threads before they start (`--import`): a disk that keeps one bit of every longer write (blocks, no indexes) otherwise. */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const LEAST_BYTES = 4096;
const { writeSync } = fs;

fs.writeSync = (descriptor, bytes, ...place) => {
  if (!ArrayBuffer.isView(bytes) || bytes.byteLength < LEAST_BYTES)
    return writeSync(descriptor, bytes, ...place);
  const kept = Buffer.from(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  kept[kept.length >> 1] ^= 1;
  return writeSync(descriptor, kept, ...place);
};
syncBuiltinESMExports();
