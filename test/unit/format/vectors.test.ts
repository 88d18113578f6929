import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyedSum } from '../../../src/codec/highwayhash.ts';
import { parseBlockIndex } from '../../../src/format/block-index/parse.ts';
import { parseBlockSubjects } from '../../../src/format/block-subjects/parse.ts';
import { parseConsumerState } from '../../../src/format/consumer-state/parse.ts';
import { checkIndexSum, parseIndex } from '../../../src/format/index/parse.ts';
import { parseManifest } from '../../../src/format/manifest/parse.ts';
import { parseSchedule } from '../../../src/format/schedule/parse.ts';
import { parseSources } from '../../../src/format/sources/parse.ts';
import { parseStreamMeta } from '../../../src/format/stream-meta/parse.ts';
import { parseTtlWheel } from '../../../src/format/ttl-wheel/parse.ts';
import { parseV2Consumer, parseV2State } from '../../../src/format/v2-json/parse.ts';
import { consumerConfigFaults, streamConfigFaults } from '../../../src/format/config-schema/check.ts';

function hex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));
}

function value<T>(parsed: { ok: true; value: T } | { ok: false; fault: unknown }): T {
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.fault));
  return parsed.value;
}

/** Written by real servers: 2.10.29 (index.db v1), 2.9.25 (idx), 2.14 (o.dat, thw.db, sched.db), 2.15 (sources.db). */
const INDEX = hex(
  `0b 01 01 43 01 9abce58c93eaf1e931 01 9abce58c93eaf1e931 01 0a 6f72646572732e6e6577 01 01
   01 01 43 01 00 01 00 00 01 21 98 25 5d d8 bc af eb db a2 7a b7 79 ba 35 41`.replaceAll('\n', ''),
);
const BLOCK_INDEX = hex(
  '16 01 09 9604 01 eead98c0caf4f1e931 0c b4d8e6c4caf4f1e931 03 7e6555c7ebf3da75 02 04 0b',
);
const CONSUMER = hex('16 02 00 00 09 03 03 bcdd86b00d 01 01 0c 02 02 0c 03 03 0c 03 01 02 02 02 03 02');
const TTL = hex('01 0100000000000000 0f00000000000000 da90f0f9d0cbf3e931 0d');
const SCHEDULE = hex(
  `01 0100000000000000 0f00000000000000 0c00 ${Buffer.from('orders.sched').toString('hex')} 8080a8dde68cf4c634 0e`,
);
const SOURCES = hex(
  `01 0100000000000000 0600000000000000 0f ${Buffer.from('SRC src.> agg.>').toString('hex')} 05 08 ${Buffer.from('pVyxg1Uh').toString('hex')}`,
);

describe('files of real servers', () => {
  it('index.db', () => {
    expect(checkIndexSum(INDEX, 'ORDERS')).toBe(true);
    expect(checkIndexSum(INDEX, 'OTHER')).toBe(false);
    const index = value(parseIndex(INDEX));
    expect(index).toMatchObject({
      version: 1,
      messages: 1n,
      bytes: 67n,
      firstSeq: 1n,
      lastSeq: 1n,
      numSubjects: 1,
      lastBlockIndex: 1,
    });
    expect(index.firstTimeNs).toBe(1795216239741415181n);
    expect(
      [...index.subjects()].map((entry) => [Buffer.from(entry.subject).toString(), entry.messages]),
    ).toEqual([['orders.new', 1n]]);
    expect(index.blocks).toMatchObject([
      { index: 1, bytes: 67n, firstSeq: 1n, lastSeq: 1n, numDeleted: 0n, ttls: null },
    ]);
  });

  it('N.idx', () => {
    const index = value(parseBlockIndex(BLOCK_INDEX));
    expect(index).toMatchObject({ messages: 9n, bytes: 534n, firstSeq: 1n, lastSeq: 12n });
    expect([...index.deleted]).toEqual([3n, 3n, 5n, 5n, 12n, 12n]);
  });

  it('o.dat', () => {
    const state = value(parseConsumerState(CONSUMER));
    expect(state.delivered).toEqual({ consumerSeq: 9n, streamSeq: 3n });
    expect([...state.pending.streamSeqs]).toEqual([1n, 2n, 3n]);
    expect([...state.pending.deliveredTimesSec]).toEqual([1795217240n, 1795217240n, 1795217240n]);
    expect([...state.redelivered.counts]).toEqual([2n, 2n, 2n]);
  });

  it('thw.db, sched.db, sources.db', () => {
    expect(value(parseTtlWheel(TTL))).toMatchObject({ stamp: 15n, seqs: new BigUint64Array([13n]) });
    const schedule = value(parseSchedule(SCHEDULE));
    expect([schedule.stamp, schedule.seqs[0], schedule.nextNs[0]]).toEqual([15n, 14n, 1893456000000000000n]);
    const [source] = value(parseSources(SOURCES));
    expect([
      Buffer.from(source?.name ?? []).toString(),
      source?.seq,
      Buffer.from(source?.ident ?? []).toString(),
    ]).toEqual(['SRC src.> agg.>', 5n, 'pVyxg1Uh']);
  });

  it('a sum of 5 bytes', () => {
    expect(Buffer.from(keyedSum('ORDERS-1', Buffer.from('hello'))).toString('hex')).toBe('9df280d04dd3c570');
  });
});

const PARSERS: readonly (readonly [string, Uint8Array, (bytes: Uint8Array) => unknown])[] = [
  [
    'index.db',
    INDEX,
    (bytes) => {
      const parsed = parseIndex(bytes);
      return parsed.ok ? [...parsed.value.subjects()] : parsed;
    },
  ],
  ['N.idx', BLOCK_INDEX, parseBlockIndex],
  ['N.fss', hex('16 01 01 03 612e62 01 01 01 0000000000000000 0000000000000000'), parseBlockSubjects],
  ['o.dat', CONSUMER, parseConsumerState],
  ['thw.db', TTL, parseTtlWheel],
  ['sched.db', SCHEDULE, parseSchedule],
  ['sources.db', SOURCES, parseSources],
  ['meta.inf', Buffer.from('{"Created":"2026-01-01T00:00:00Z","name":"A","max_msgs":-1}'), parseStreamMeta],
  ['backup.json', Buffer.from('{"config":{"name":"A"},"state":{"messages":1}}'), parseManifest],
  ['state.json', Buffer.from('{"messages":1,"first_seq":1,"last_seq":1}'), parseV2State],
  [
    'a V2 consumer',
    Buffer.from('{"config":{},"state":{"pending":{"3":{"Sequence":1,"Timestamp":5}}}}'),
    parseV2Consumer,
  ],
];

describe('hostile bytes never throw', () => {
  for (const [name, sample, parse] of PARSERS)
    it(name, () => {
      for (let length = 0; length < sample.length; length++) parse(sample.slice(0, length));
      fc.assert(
        fc.property(
          fc.array(fc.tuple(fc.nat(sample.length - 1), fc.integer({ min: 0, max: 255 })), { maxLength: 6 }),
          fc.uint8Array({ maxLength: 40 }),
          (edits, tail) => {
            const bytes = Uint8Array.from([...sample, ...tail]);
            for (const [at, byte] of edits) bytes[at] = byte;
            parse(bytes);
          },
        ),
        { numRuns: 500 },
      );
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void parse(bytes)),
        { numRuns: 300 },
      );
    });
});

describe('configurations', () => {
  it('what no server takes, and what none knows, at every depth', () => {
    expect(streamConfigFaults({ name: 'A', max_msgs: null, subjects: ['a.>'] })).toEqual([]);
    const faults = streamConfigFaults({
      name: 'A.B',
      retention: 'forever',
      placement: { zone: 'x' },
      max_msg_size: 2 ** 31,
      sources: [{ name: 1 }],
      extra: 1,
    });
    expect(
      faults
        .map((fault) => `${fault.code} ${String(fault.data?.['field'])}`)
        .toSorted((a, b) => (a < b ? -1 : 1)),
    ).toEqual([
      'CFG_SCHEMA_VIOLATION max_msg_size',
      'CFG_SCHEMA_VIOLATION name',
      'CFG_SCHEMA_VIOLATION retention',
      'CFG_SCHEMA_VIOLATION sources.0.name',
      'CFG_UNKNOWN_FIELD extra',
      'CFG_UNKNOWN_FIELD placement.zone',
    ]);
    expect(streamConfigFaults({ name: 'é'.repeat(200) }).map((fault) => fault.code)).toEqual([
      'CFG_SCHEMA_VIOLATION',
    ]);
    expect(consumerConfigFaults({ ack_policy: 'explicit', rate_limit_bps: 18446744073709551615n })).toEqual(
      [],
    );
  });
});
