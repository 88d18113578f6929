import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checksumFits } from '../../../src/format/block/checksum.ts';
import {
  ERASED_BIT,
  HEADER_LENGTH_BYTES,
  LEAST_RECORD_BYTES,
  MOST_RECORD_BYTES,
  RECORD_HEAD_BYTES,
  SEQ_FLAGS,
  TOMBSTONE_BIT,
  hasHeaderAt,
  leastBytesAt,
  lengthWord,
  recordBytesAt,
  recordBytesOf,
  seqWordAt,
  subjectBytesAt,
  summedOfEmpty,
  timeNsAt,
  writeEmptyRecord,
} from '../../../src/format/block/record.ts';
import { BlockScanner, highwayHash64, type RecordColumns } from '../../../src/kernels/index.ts';
import { scanBlock } from '../../../src/kernels/reference/block-scan.ts';
import type { BlockScan } from '../../../src/kernels/types.ts';
import { hashKey } from '../../../src/codec/highwayhash.ts';
import { CAPTURES } from '../../support/damage.ts';
import { filesBelow } from '../../support/files-below.ts';
import { scanWhole } from '../kernels/build-block.ts';

const BLOCKS = filesBelow(CAPTURES)
  .filter((path) => /streams\/[^/]+\/msgs\/\d+\.blk$/.test(path) && !path.includes('-enc-'))
  .map((path) => ({ path, keyString: keyStringOf(path), bytes: readFileSync(path) }))
  .filter(({ bytes }) => bytes.length > 0 && bytes.toString('latin1', 0, 3) !== 'cmp');

function keyStringOf(path: string): string {
  return `${basename(join(dirname(path), '..'))}-${basename(path, '.blk')}`;
}

/** A record as the layout of the format room has it. */
function recordAt(block: Buffer, at: number): readonly unknown[] {
  const subjectAt = at + RECORD_HEAD_BYTES;
  const bodyAt = subjectAt + subjectBytesAt(block, at);
  const headerBytes = hasHeaderAt(block, at) ? block.readUInt32LE(bodyAt) : 0;
  const headerAt = hasHeaderAt(block, at) ? bodyAt + HEADER_LENGTH_BYTES : bodyAt;
  const payloadBytes = at + recordBytesAt(block, at) - headerAt - headerBytes - 8;
  expect(recordBytesAt(block, at)).toBe(recordBytesOf(subjectBytesAt(block, at), headerBytes, payloadBytes));
  expect(leastBytesAt(block, at)).toBe(recordBytesAt(block, at) - headerBytes - payloadBytes);
  return [
    at,
    recordBytesAt(block, at),
    seqWordAt(block, at),
    timeNsAt(block, at),
    block.toString('latin1', subjectAt, bodyAt),
    block.toString('latin1', headerAt, headerAt + headerBytes),
    block.toString('latin1', headerAt + headerBytes, headerAt + headerBytes + payloadBytes),
  ];
}

function scan(
  key: Uint8Array,
  block: Uint8Array,
  onRecords: (columns: RecordColumns, window: Buffer) => void = () => undefined,
): BlockScan {
  const scanner = new BlockScanner({
    key,
    onRecords: (columns, window) => onRecords(columns, Buffer.from(window)),
  });
  return scanWhole(scanner, block);
}

describe('the layout of a record, and the kernel and its reference, which have their own', () => {
  it('see the same in every block of the captures', () => {
    let records = 0;
    for (const { path, keyString, bytes } of BLOCKS) {
      const seen: (readonly unknown[])[] = [];
      const found = scan(hashKey(keyString), bytes, (columns, window) => {
        const text = (at: number | undefined, length: number | undefined): string =>
          window.toString('latin1', at, (at ?? 0) + (length ?? 0));
        for (let i = 0; i < columns.count; i++)
          seen.push([
            columns.offsetBytes[i],
            columns.recordBytes[i],
            columns.seqWord[i],
            columns.timeNs[i],
            text(columns.subjectAt[i], columns.subjectBytes[i]),
            text(columns.headerAt[i], columns.headerBytes[i]),
            text(columns.payloadAt[i], columns.payloadBytes[i]),
          ]);
      });
      if (found.faults.length > 0) continue;
      const own: (readonly unknown[])[] = [];
      for (let at = 0; at < bytes.length; at += recordBytesAt(bytes, at)) own.push(recordAt(bytes, at));
      expect(seen, path).toEqual(own);
      expect(scanBlock(hashKey(keyString), bytes).records, path).toBe(own.length);
      records += own.length;
    }
    expect(records).toBeGreaterThan(1000);
  });

  it('take the same sums', () => {
    for (const { keyString, bytes } of BLOCKS.slice(0, 20)) {
      const record = Buffer.from(bytes.subarray(0, recordBytesAt(bytes, 0)));
      if (scan(hashKey(keyString), record).faults.length > 0) continue;
      expect(checksumFits(record, keyString)).toBe(true);
      expect(checksumFits(record, `${keyString}0`)).toBe(false);
      for (const at of [4, 12, RECORD_HEAD_BYTES, record.length - 9, record.length - 1]) {
        const changed = Buffer.from(record);
        changed[at] = (changed[at] ?? 0) ^ 1;
        expect(checksumFits(changed, keyString), `byte ${at}`).toBe(false);
      }
    }
  });

  it('mark erased messages and tombstones alike', () => {
    const key = hashKey('ORDERS-1');
    const sealed = (seqWord: bigint, timeNs: bigint): Buffer => {
      const record = Buffer.alloc(LEAST_RECORD_BYTES);
      writeEmptyRecord(record, seqWord, timeNs);
      record.set(highwayHash64(key, summedOfEmpty(record)), RECORD_HEAD_BYTES);
      return record;
    };
    const block = Buffer.concat([sealed(7n | ERASED_BIT, 5n), sealed(3n | TOMBSTONE_BIT, 6n)]);
    const found = scan(key, block);
    expect(found.faults).toEqual([]);
    expect([...found.erasedSeqs, ...found.tombstoneSeqs]).toEqual([7n, 3n]);
    const plain = scanBlock(key, block);
    expect([...plain.erased, ...plain.tombstones]).toEqual([7n, 3n]);
    expect(seqWordAt(block, LEAST_RECORD_BYTES) & ~SEQ_FLAGS).toBe(3n);
  });

  it('end at the same length of a record', () => {
    const key = hashKey('ORDERS-1');
    const kindAt = (recordBytes: number): readonly string[] => {
      const block = Buffer.alloc(recordBytes);
      writeEmptyRecord(block, 1n, 1n);
      block.writeUInt32LE(lengthWord(recordBytes, false), 0);
      return scan(key, block).faults.map(({ kind }) => kind);
    };
    expect(kindAt(LEAST_RECORD_BYTES)).toEqual(['checksum']);
    expect(kindAt(MOST_RECORD_BYTES)).toEqual(['checksum']);
    expect(kindAt(MOST_RECORD_BYTES + 1)).toEqual(['length']);
  });
});
