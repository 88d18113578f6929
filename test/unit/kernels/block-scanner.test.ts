import { afterEach, expect, test } from 'vitest';
import { packRanges } from '../../../src/core/packed-ranges.ts';
import { hasSequence } from '../../../src/core/sequence-ranges.ts';
import { MemorySource } from '../../../src/source/memory.ts';
import { scanLent } from '../../../src/workers/scan-lent.ts';
import { BlockScanner, highwayHash64, subjectDigest, v2Window } from '../../../src/kernels/index.ts';
import type { BlockScan, BlockScannerOptions } from '../../../src/kernels/types.ts';
import { scanBlock } from '../../../src/kernels/reference/block-scan.ts';
import { KEY, record, scanWhole } from './build-block.ts';
import { randomBytes } from '../../support/random.ts';

const ERASED = 1n << 63n;
const TOMBSTONE = 1n << 62n;
let open: BlockScanner | undefined;
afterEach(() => open?.close());

function scan(block: Uint8Array, fill = 1 << 19, options: Partial<BlockScannerOptions> = {}): BlockScan {
  const scanner = new BlockScanner({ key: KEY, ...options });
  open = scanner;
  return scanWhole(scanner, block, fill);
}

/** The same of a block that lies in kernel memory, in pieces. */
function scanInPlace(
  block: Uint8Array,
  pieceBytes: number,
  options: Partial<BlockScannerOptions> = {},
): BlockScan {
  const memory = v2Window().subarray(0, block.length);
  memory.set(block);
  const scanner = new BlockScanner({ key: KEY, ...options });
  open = scanner;
  const source = Object.assign(new MemorySource(block.slice()), {
    lend: (at: number, most: number) =>
      memory.subarray(at, Math.min(at + most, at - (at % pieceBytes) + pieceBytes)),
  });
  const nothing = (): void => {};
  const found = scanLent(source, scanner, { onWindow: nothing, onPiece: nothing, crossingBytes: 50 });
  expect(Buffer.compare(memory, block)).toBe(0);
  return found;
}

function expectAsReference(
  block: Uint8Array,
  fill?: number,
  options?: Partial<BlockScannerOptions>,
): BlockScan {
  const found = scan(block, fill, options);
  const plain = scanBlock(KEY, block);
  expect(found.faults).toEqual(plain.faults);
  expect([...found.ranges]).toEqual(plain.ranges);
  expect([...found.erasedSeqs]).toEqual(plain.erased);
  expect([...found.tombstoneSeqs]).toEqual(plain.tombstones);
  expect(found.subjectDigest).toBe(plain.digest);
  const totals = { records: found.records, messages: found.messages, bytes: found.bytes };
  expect(totals).toEqual({ records: plain.records, messages: plain.messages, bytes: plain.bytes });
  expect(found.rawBytes).toBe(block.length);
  expect(found.lastChecksum).toEqual(new Uint8Array(block.subarray(-8)));
  if (block.length <= v2Window().length)
    for (const pieceBytes of [300, 5000, 1 << 20]) {
      const { ranges, vainBytes, ...inPlace } = scanInPlace(block, pieceBytes, options);
      expect([...ranges]).toEqual(plain.ranges);
      expect(vainBytes).toBeLessThanOrEqual(8 * block.length + 1048576);
      expect({ ...found, ...inPlace }).toEqual(found);
    }
  return found;
}

/** Everything a block may hold; body and subject lengths run through all remainders. */
function mixedRecords(count: number): Uint8Array[] {
  const records: Uint8Array[] = [];
  for (let i = 1; i <= count; i++) {
    const seq = BigInt(i + (i > count / 2 ? 1000 : 0));
    const subject = 'orders.'.padEnd(8 + (i % 37), 'é');
    if (i % 11 === 0) records.push(record(seq | ERASED, { payload: randomBytes(i % 40, i), timeNs: 0n }));
    else if (i % 13 === 0) records.push(record(BigInt(i - 3) | TOMBSTONE));
    else if (i % 3 === 0) {
      const header = `NATS/1.0\r\nA: ${'x'.repeat(i % 50)}\r\n${i % 2 ? 'Nats-TTL: 5s\r\n' : 'Nats-Schedule: @at x\r\n'}\r\n`;
      records.push(record(seq, { subject, header, payload: randomBytes(i % 70, i) }));
    } else if (i !== 17) records.push(record(seq, { subject, payload: randomBytes((i * 5) % 90, i) }));
  }
  return records;
}

const mixed = mixedRecords(160);

test('subjects of each length up to 36, with a byte of each kind, or two dots, at each place', () => {
  const odd = ['.', '..', ' ', '\0', '\t', '\n', '\r', '\x01', '\x1f', '!', '\x7f'];
  for (const [at, text] of odd.entries()) {
    const records: Uint8Array[] = [];
    for (let length = 1; length <= 36; length++)
      for (let place = 0; place < length; place++) {
        const subject = ('a'.repeat(place) + text).padEnd(length, 'b').slice(0, length);
        // What lies behind a subject must not count.
        const payload = Buffer.from(text.repeat(2));
        records.push(record(BigInt(records.length + 1), { subject, payload }));
      }
    const found = expectAsReference(Buffer.concat(records));
    expect(found.faults.length > 0).toBe(at < 7);
  }
});

test.each([1, 7, 21, 22, 29, 30, 64, 1000, 1 << 19])('a sound mixed block, %i bytes at a time', (fill) => {
  const found = expectAsReference(Buffer.concat(mixed), fill);
  expect(found.faults).toEqual([]);
  expect(found.messages).toBeGreaterThan(100);
});

test('columns that hold few entries change nothing', () => {
  expectAsReference(Buffer.concat(mixed), 500, { columnEntries: 8, onRecords: () => undefined });
});

test('headers that name a time to live or a schedule', () => {
  const found = scan(Buffer.concat(mixed), 300, { ttl: true, schedules: true });
  expect(found.ttlSeqs.length).toBeGreaterThan(10);
  expect(found.scheduleSeqs.length).toBeGreaterThan(10);
  expect([...found.ttlSeqs].slice(0, 3)).toEqual([3n, 9n, 15n]);
  expect([...found.scheduleSeqs].slice(0, 3)).toEqual([6n, 12n, 18n]);
});

test('record columns give the place of every part', () => {
  const seen: string[] = [];
  const header = 'NATS/1.0\r\nA: b\r\n\r\n';
  const block = Buffer.concat([
    record(1n, { subject: 'a.b', payload: Buffer.from('one') }),
    record(2n, { subject: 'c', header, payload: Buffer.from('two') }),
    record(1n | TOMBSTONE),
  ]);
  scan(block, 50, {
    onRecords: (columns, window) => {
      const text = (at: number | undefined, n: number | undefined): string =>
        Buffer.from(window.subarray(at, (at ?? 0) + (n ?? 0))).toString();
      for (let i = 0; i < columns.count; i++) {
        seen.push(
          [
            columns.offsetBytes[i],
            columns.seqWord[i],
            text(columns.subjectAt[i], columns.subjectBytes[i]),
            text(columns.headerAt[i], columns.headerBytes[i]),
            text(columns.payloadAt[i], columns.payloadBytes[i]),
          ].join('|'),
        );
      }
    },
  });
  expect(seen).toEqual(['0|1|a.b||one', `36|2|c|${header}|two`, `92|${1n | TOMBSTONE}|||`]);
});

test.each([1, 50, 333, 1 << 19])(
  'bad records, order, structure and a cut end, %i bytes at a time',
  (fill) => {
    const parts = mixed.map((bytes) => Buffer.from(bytes));
    for (const i of [20, 21, 60])
      parts[i]?.writeUInt8((parts[i]?.at(-9) ?? 0) ^ 1, (parts[i]?.length ?? 9) - 9);
    parts[40]?.writeUInt32LE(0x00f00000, 0);
    parts[80]?.writeUInt32LE(7, 0);
    parts.splice(
      100,
      0,
      Buffer.from(record(2n, { subject: 'late' })),
      Buffer.from(record(3n, { subject: 'late' })),
    );
    parts.splice(110, 0, Buffer.from(randomBytes(4000, 3)));
    const end = 5000n;
    parts.push(Buffer.from(record(end, { subject: 'a..b' })));
    parts.push(Buffer.from(record(end + 1n, { subject: 'a b.c.d.e.f.g.h.i.j.k.l' })));
    parts.push(Buffer.from(record(end + 2n, { subject: 'a', header: 'NATS/2.0\r\n\r\n' })));
    parts.push(Buffer.from(record(end + 3n, { subject: 'a', header: 'NATS/1.0\r\nno end' })));
    parts.push(
      Buffer.from(record(end + 4n, { subject: 'cut', payload: randomBytes(99, 1) }).subarray(0, 70)),
    );
    const block = Buffer.concat(parts);
    const plain = scanBlock(KEY, block);
    const found = scan(block, fill);
    // The reference has a fault for each record out of order; adjoining ones are one here.
    const order = found.faults.filter((fault) => fault.kind === 'order');
    expect(order.map((fault) => fault.lengthBytes)).toEqual([68]);
    const rest = (faults: BlockScan['faults']): unknown => faults.filter((fault) => fault.kind !== 'order');
    expect(rest(found.faults)).toEqual(rest(plain.faults));
    expect(found.messages).toBe(plain.messages);
    expect(new Set(found.faults.map((fault) => fault.kind))).toEqual(
      new Set(['checksum', 'length', 'order', 'structure', 'tail']),
    );
  },
);

test('any flipped byte gives a fault, or the same totals where no checksum covers it', () => {
  const block = Buffer.concat(mixedRecords(12));
  const sound = scan(block);
  const uncovered = new Set<number>();
  for (let at = 0; at < block.length;) {
    const length = block.readUInt32LE(at) & 0x7fffffff;
    for (const i of [0, 1, 2, 3, 20, 21]) uncovered.add(at + i);
    if (block.readUInt32LE(at) >>> 31)
      for (let i = 0; i < 4; i++) uncovered.add(at + 22 + block.readUInt16LE(at + 20) + i);
    at += length;
  }
  for (let at = 0; at < block.length; at++) {
    const hurt = Buffer.from(block);
    hurt[at] = (hurt[at] ?? 0) ^ (1 << (at % 8));
    const found = expectAsReference(hurt, 64);
    if (found.faults.length > 0) continue;
    expect(uncovered.has(at)).toBe(true);
    expect([found.messages, found.bytes]).toEqual([sound.messages, sound.bytes]);
  }
});

test('a record of 32 MiB, and the record behind it when the long one is bad', () => {
  const subject = 'long';
  const longest = Buffer.from(
    record(
      1n,
      { subject, payload: new Uint8Array(32 * 1024 * 1024 - 30 - subject.length).fill(65) },
      highwayHash64,
    ),
  );
  const next = record(2n, { subject });
  const block = Buffer.concat([longest, next]);
  expect(scan(block)).toMatchObject({ messages: 2, bytes: block.length, faults: [] });
  block[1000] = 0;
  const found = scan(block);
  expect(found.messages).toBe(1);
  expect(found.faults).toMatchObject([
    { kind: 'checksum', lengthBytes: longest.length, seq: 1n, seqAfter: 2n },
  ]);
});

test('the wrong key is given up soon, for the whole block', () => {
  const block = Buffer.concat(Array.from({ length: 500 }, (_, i) => record(BigInt(i + 1), { subject: 'a' })));
  const found = scan(block, 1 << 19, { key: new Uint8Array(32) });
  expect(found.records).toBe(0);
  expect(found.faults).toMatchObject([{ kind: 'checksum', offsetBytes: 0, lengthBytes: block.length }]);
});

test('hostile lengths do not make the work quadratic', () => {
  const block = Buffer.alloc(4 * 1024 * 1024);
  block.set(record(1n, { subject: 'a' }));
  // Each claims to reach far and to hold nothing.
  for (let at = 31; at + 30 < block.length; at += 32) {
    block.writeUInt32LE(2 * 1024 * 1024, at);
    block.writeUInt32LE(2 + at, at + 4);
  }
  const start = performance.now();
  const found = scan(block);
  expect(performance.now() - start).toBeLessThan(2000);
  expect(found.messages).toBe(1);
  expect(found.faults).toMatchObject([{ offsetBytes: 31, lengthBytes: block.length - 31 }]);
});

test('an empty block, and a second scanner at the same time', () => {
  expect(scan(new Uint8Array(0))).toMatchObject({ records: 0, firstSeq: 0n, lastSeq: 0n, faults: [] });
  open = new BlockScanner({ key: KEY });
  expect(() => new BlockScanner({ key: KEY })).toThrow('another block scan');
});

test.each<[string, bigint[]]>([
  ['none', []],
  ['the first', [1n, 20n]],
  ['some', [2n, 2n, 5n, 40n, 44n, 44n, 70n, 1100n]],
  ['some that are not there', [0n, 0n, 3n, 3n, 300n, 5000n]],
  ['all', [1n, 1n << 61n]],
])('live sequences: %s; their messages are added up apart', (_, pairs) => {
  const live = BigUint64Array.from(pairs);
  const rows: { seq: bigint; timeNs: bigint; bytes: number; digest: bigint }[] = [];
  const all = Buffer.concat(mixed);
  scan(all, 1 << 19, {
    onRecords: (columns, window) => {
      for (let i = 0; i < columns.count; i++) {
        const seq = columns.seqWord[i] ?? 0n;
        const at = columns.subjectAt[i] ?? 0;
        const digest = subjectDigest(window.slice(at, at + (columns.subjectBytes[i] ?? 0)));
        rows.push({ seq, timeNs: columns.timeNs[i] ?? 0n, bytes: columns.recordBytes[i] ?? 0, digest });
      }
    },
  });
  const chosen = rows.filter(({ seq }) => seq < TOMBSTONE && hasSequence(live, seq));
  for (const fill of [97, 1 << 19])
    expect(scan(all, fill, { live: packRanges(live) }).live).toEqual({
      messages: chosen.length,
      bytes: chosen.reduce((sum, { bytes }) => sum + bytes, 0),
      firstSeq: chosen[0]?.seq ?? 0n,
      lastSeq: chosen.at(-1)?.seq ?? 0n,
      firstTimeNs: chosen[0]?.timeNs ?? 0n,
      lastTimeNs: chosen.at(-1)?.timeNs ?? 0n,
      subjectDigest: BigInt.asUintN(
        64,
        chosen.reduce((sum, { digest }) => sum + digest, 0n),
      ),
    });
});

test('too many runs of live sequences are not taken', () => {
  const live = BigUint64Array.from({ length: 2 * 32769 }, (_, i) => BigInt(i));
  expect(scan(Buffer.concat(mixed), 1 << 19, { live: packRanges(live) }).live).toBeNull();
});

/** The place of every record that a salvage finds, in any order. */
function salvaged(block: Uint8Array, fill = 1 << 19): { scan: BlockScan; goodBytes: number } {
  const found = scan(block, fill, { salvage: true });
  const badBytes = found.faults
    .filter((fault) => fault.kind !== 'order' && fault.kind !== 'structure')
    .reduce((sum, fault) => sum + fault.lengthBytes, 0);
  return { scan: found, goodBytes: block.length - badBytes };
}

test('a salvage finds lower sequences behind damage too', () => {
  const records = Array.from({ length: 40 }, (_, i) => record(BigInt(i + 1), { subject: 'a' }));
  const torn = Buffer.from([1, 2, 3, 4, 5]);
  const block = Buffer.concat([
    ...records.slice(0, 5),
    ...records.slice(30, 35),
    torn,
    ...records.slice(6, 20),
    torn,
    ...records.slice(36),
  ]);
  for (const fill of [7, 1 << 19]) {
    const { scan: found, goodBytes } = salvaged(block, fill);
    expect(goodBytes).toBe(block.length - 10);
    expect(found.faults.map((fault) => fault.kind)).toEqual(['length', 'order', 'length']);
  }
  const strict = scan(block);
  expect(strict.faults.reduce((sum, fault) => sum + fault.lengthBytes, 0)).toBeGreaterThan(14 * 31);
});

test('a salvage does not give up behind many records that never fit', () => {
  const foreign = Array.from({ length: 300 }, (_, i) => {
    const bytes = Buffer.from(record(BigInt(i + 1), { subject: 'b' }));
    return bytes.fill(7, bytes.length - 3);
  });
  const block = Buffer.concat([...foreign, record(500n, { subject: 'a' })]);
  expect([...scan(block).ranges]).toEqual([]);
  expect([...salvaged(block).scan.ranges]).toEqual([500n, 500n]);
});

/** Good records, each followed by headers that claim to be long: the most that hostile data can ask for. */
function hostileBlock(kilobytes: number): Buffer {
  const fake = Buffer.alloc(22);
  fake.writeUInt32LE(200_000, 0);
  fake.writeBigInt64LE(1795216239741415181n, 12);
  const parts: Uint8Array[] = [];
  for (let seq = 1n, bytes = 0; bytes < kilobytes * 1024; seq++) {
    fake.writeBigUInt64LE(seq + 1n, 4);
    const lot = [record(seq, { subject: 'a' }), ...Array.from({ length: 10 }, () => Buffer.from(fake))];
    parts.push(...lot);
    bytes += lot.reduce((sum, part) => sum + part.length, 0);
  }
  return Buffer.concat([...parts, Buffer.alloc(200_000)]);
}

test('work grows no faster than a hostile block, and what lies behind it is found', () => {
  const [small, large] = [256, 1024].map((kilobytes) => {
    const tail = Array.from({ length: 50 }, (_, i) => record(BigInt(1_000_000 + i), { subject: 'tail' }));
    const block = Buffer.concat([hostileBlock(kilobytes), ...tail]);
    const { scan: found } = salvaged(block);
    expect(found.ranges.at(-1)).toBe(1_000_049n);
    expect(found.vainBytes).toBeLessThanOrEqual(1048576 + 8 * block.length);
    return { work: found.vainBytes, bytes: block.length };
  });
  expect(small?.work).toBeGreaterThan(1 << 20);
  const growth = (large?.work ?? 0) / (small?.work ?? 1);
  expect(growth).toBeLessThanOrEqual(1.25 * ((large?.bytes ?? 0) / (small?.bytes ?? 1)));
});
