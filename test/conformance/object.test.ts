import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { takeObject } from '../../src/operation/object/run.ts';
import { testEachForm } from '../support/each-form.ts';

/** Clients cut objects into chunks of this size unless told otherwise. */
const CHUNK_BYTES = 128 * 1024;
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function read(path: string, name: string): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  await takeObject(path, name, {}, async (bytes) => {
    parts.push(bytes);
  });
  return Buffer.concat(parts);
}

testEachForm(
  (name) => name.startsWith('OBJ_'),
  async ({ path, stream }) => {
    const chunks = (stream.messages ?? []).filter((message) => message.subject.includes('.C.'));
    for (const name of ['photos/large.bin', 'notes.txt']) {
      const bytes = await read(path, name);
      const sums = Array.from({ length: Math.ceil(bytes.length / CHUNK_BYTES) }, (_, i) =>
        sha256(bytes.subarray(i * CHUNK_BYTES, (i + 1) * CHUNK_BYTES)),
      );
      const subject = chunks.find((message) => message.data_sha256 === sums[0])?.subject;
      const own = chunks.filter((message) => message.subject === subject);
      expect(own.map((message) => message.data_sha256)).toEqual(sums);
    }
    expect(await read(path, 'empty.txt')).toHaveLength(0);
    await expect(read(path, 'gone.bin')).rejects.toThrow(/was deleted at 2026/);
    await expect(read(path, 'link-to-notes')).rejects.toThrow(/a link to object notes.txt in bucket media/);
    await expect(read(path, 'photos/large.png')).rejects.toThrow(/near names: photos\/large.bin/);
  },
);
