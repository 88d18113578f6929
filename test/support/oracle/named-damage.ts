import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { editFile, flipBit } from '../damage.ts';
import { SERVER_VERSIONS } from '../live-server.ts';
import {
  all,
  allowTtl,
  configured,
  consumerFor,
  copied,
  cutBehind,
  dropBytes,
  editPacked,
  folderFor,
  followedByZeros,
  overlongHeader,
  renumber,
  retainInterest,
  without,
  type NamedDamage,
} from './damage-steps.ts';
import { COPY_DAMAGE } from './copy-damage.ts';
import { LIMIT_DAMAGE } from './limit-damage.ts';

/** The messages of ORDERS, with the consumers of 2.9 and 2.10, and those from 2.11 on. */
function orders(before: string, since: string): readonly string[] {
  return [
    `167 messages 2-172 [${before}]`,
    `163 messages 2-172 [${before}]`,
    ...SERVER_VERSIONS.slice(2).map(() => `163 messages 2-172 [${since}]`),
  ];
}

const WHOLE = '108 messages 1-127 []';
const CUT = '107 messages 1-126 []';
/** Servers that do not know the version of its index.db cut the block. */
const OWN_INDEX = SERVER_VERSIONS.slice(0, 4).map(() => '35 messages 1-35 []');
const NOTHING = '0 messages 0-0 []';

export const NAMED_DAMAGE: readonly NamedDamage[] = [
  {
    name: 'with an .idx that is believed 2.10 checks no sequence, 2.11 does',
    stream: '2.9.25-full/store/jetstream/$G/streams/PERSUB',
    damage: renumber(-1, 1034n),
    expected: [WHOLE, WHOLE, CUT, CUT, CUT, CUT],
  },
  {
    name: 'a block is cut once a consumer looks into it, though its .idx was believed',
    stream: '2.9.25-full/store/jetstream/$G/streams/ORDERS',
    damage: dropBytes('msgs/1.blk', 59783, 20),
    expected: SERVER_VERSIONS.map(() => '65 messages 2-70 [1px0wyab DISPATCH LOG NEW PUSH]'),
  },
  {
    name: 'an .idx is believed where its list of deletes is cut, and its count where no limit makes servers count again',
    stream: '2.9.25-full/store/jetstream/$G/streams/PERSUB',
    damage: (folder) => editFile(join(folder, 'msgs/1.idx'), (bytes) => bytes.subarray(0, -2)),
    expected: SERVER_VERSIONS.map(() => WHOLE),
  },
  {
    name: 'an .fss with a bad sum makes 2.9 walk the block when it opens it',
    stream: '2.9.25-full/store/jetstream/$G/streams/PERSUB',
    damage: all(dropBytes('msgs/1.blk', 5000, 20), (folder) =>
      editFile(join(folder, 'msgs/1.fss'), (bytes) => bytes.fill(1, 20, 21)),
    ),
    expected: SERVER_VERSIONS.map(() => '37 messages 1-53 []'),
  },
  {
    name: 'an .fss that fits spares 2.9 the walk',
    stream: '2.9.25-full/store/jetstream/$G/streams/PERSUB',
    damage: dropBytes('msgs/1.blk', 5000, 20),
    expected: [WHOLE, ...SERVER_VERSIONS.slice(1).map(() => '37 messages 1-53 []')],
  },
  {
    name: 'a damaged list of deletes: 2.9 counts subjects by the .fss and finds none above its limit',
    stream: '2.9.25-full/store/jetstream/$G/streams/PERSUB',
    damage: (folder) => flipBit(join(folder, 'msgs/1.idx'), 48),
    expected: [WHOLE, ...SERVER_VERSIONS.slice(1).map(() => '107 messages 1-127 []')],
  },
  {
    name: 'a thw.db that is cut takes the first message in 2.11, which leaves a marker',
    stream: '2.14.5-full/store/jetstream/$G/streams/TTL',
    damage: (folder) => truncateSync(join(folder, 'msgs/thw.db'), 42),
    expected: [
      '25 messages 1-25 []',
      '20 messages 1-25 []',
      '20 messages 2-26 []',
      ...SERVER_VERSIONS.slice(3).map(() => '20 messages 1-25 []'),
    ],
  },
  {
    name: 'a header length that leads out of its message ends 2.9, which reads each to find its subject',
    stream: '2.6.1-legacy/store/jetstream/$G/streams/ORDERS',
    damage: all(without('msgs/1.fss'), overlongHeader(0n)),
    expected: ['crash', ...SERVER_VERSIONS.slice(1).map(() => '115 messages 1-118 [DISPATCH MONITOR NEW]')],
  },
  {
    name: 'a consumer ahead of a cut stream goes back since 2.14, and what it wanted stays',
    stream: '2.14.5-full/store/jetstream/$G/streams/ORDERS',
    damage: all(
      retainInterest,
      without('msgs/index.db', 'obs/DISPATCH', 'obs/LOG', 'obs/N8YLz60I', 'obs/PUSH'),
      cutBehind(60),
    ),
    expected: [
      '1 messages 30-60 [NEW]',
      '55 messages 2-60 [NEW]',
      '54 messages 2-60 [NEW]',
      '54 messages 2-60 [NEW]',
      '55 messages 2-60 [NEW]',
      '55 messages 2-60 [NEW]',
    ],
  },
  {
    name: 'a scan for TTLs never ends in 2.12 and 2.14 where it cuts the block',
    stream: '2.12.12-full/store/jetstream/$G/streams/TTLAGED',
    damage: all(without('msgs/thw.db'), dropBytes('msgs/1.blk', 0, 1)),
    expected: [NOTHING, NOTHING, NOTHING, 'crash', 'crash', '0 messages 4-3 []'],
  },
  {
    name: 'a consumer comes up under the name in its meta.inf, and of two with one name one does',
    stream: '2.14.5-full/store/jetstream/$G/streams/ORDERS',
    damage: copied('obs/DISPATCH/meta.inf', 'obs/NEW/meta.inf'),
    expected: orders('DISPATCH LOG N8YLz60I PUSH', 'DISPATCH LOG N8YLz60I PUSH'),
  },
  {
    name: 'a folder is a broken o.dat, but a sound meta.sum',
    stream: '2.14.5-full/store/jetstream/$G/streams/ORDERS',
    damage: all(folderFor('obs/NEW/o.dat'), folderFor('obs/LOG/meta.sum')),
    expected: orders('DISPATCH LOG N8YLz60I NEW PUSH', 'DISPATCH LOG N8YLz60I PUSH'),
  },
  {
    name: 'a folder in the place of a block: 2.14 and 2.15 delete the stream',
    stream: '2.10.29-full/store/jetstream/$G/streams/TAILDEL',
    damage: all(without('msgs/index.db'), folderFor('msgs/1.blk')),
    expected: [NOTHING, NOTHING, NOTHING, NOTHING, 'absent', 'absent'],
  },
  {
    name: '2.9 takes what lies beside a block for another one',
    stream: '2.9.25-full/store/jetstream/$G/streams/TAILDEL',
    damage: copied('msgs/1.blk', 'msgs/1.blk.tmp'),
    expected: ['52 messages 1-30 []', ...SERVER_VERSIONS.slice(1).map(() => '26 messages 1-30 []')],
  },
  {
    name: 'a thw.db that claims too many entries keeps 2.11 for ever',
    stream: '2.12.12-full/store/jetstream/$G/streams/TTLAGED',
    damage: (folder) => flipBit(join(folder, 'msgs/thw.db'), 7, 3),
    expected: [
      '7 messages 1-7 []',
      '4 messages 4-7 []',
      'crash',
      ...SERVER_VERSIONS.slice(3).map(() => '4 messages 4-7 []'),
    ],
  },
  {
    name: 'a block that is cut at its beginning has 2.15 list all sequences from 0 on as lost',
    stream: '2.15.2-full/store/jetstream/$G/streams/HUGESEQ',
    damage: dropBytes('msgs/2.blk', 40, 3),
    expected: [
      NOTHING,
      ...SERVER_VERSIONS.slice(1, 4).map(() => '0 messages 9007199254753337-9007199254753336 []'),
      '4 messages 9007199254753337-9007199254753341 []',
      'crash',
    ],
  },
  {
    name: 'where messages of a subject are limited 2.9 counts them, and reads all anew that does not add up',
    stream: '2.9.25-full/store/jetstream/$G/streams/PERSUB',
    damage: all(without('msgs/1.fss'), (folder) => flipBit(join(folder, 'msgs/1.blk'), 5578)),
    expected: ['44 messages 1-60 []', ...SERVER_VERSIONS.slice(1).map(() => WHOLE)],
  },
  {
    name: 'a missing block that the index lists: 2.10 finds out once a consumer looks into it',
    stream: '2.10.29-full/store/jetstream/$G/streams/COMPSWITCH',
    damage: all(without('msgs/1.blk'), consumerFor('compswitch.paid.>')),
    expected: SERVER_VERSIONS.map(() => '143 messages 38-180 [READER]'),
  },
  {
    name: 'until one looks it counts the messages of the missing block',
    stream: '2.10.29-full/store/jetstream/$G/streams/COMPSWITCH',
    damage: without('msgs/1.blk'),
    expected: [
      '143 messages 38-180 []',
      '180 messages 1-180 []',
      ...SERVER_VERSIONS.slice(2).map(() => '143 messages 38-180 []'),
    ],
  },
  {
    name: 'a work queue takes no consumer without a filter beside another',
    stream: '2.14.5-full/store/jetstream/$G/streams/WQ',
    damage: consumerFor(''),
    expected: [
      '62 messages 1-62 [READER]',
      ...SERVER_VERSIONS.slice(1).map(() => '27 messages 16-62 [READER]'),
    ],
  },
  {
    name: 'a compressed block that was cut cannot be loaded again: what tombstones bury in it stays',
    stream: '2.14.5-full/store/jetstream/$G/streams/COMPRESSED',
    damage: all(
      without('msgs/index.db'),
      editPacked('msgs/2.blk', (content) => content.writeUInt8(0, content.length - 20)),
    ),
    expected: [
      '5 messages 190-194 [READER]',
      ...SERVER_VERSIONS.slice(1, 4).map(() => '189 messages 1-194 [READER]'),
      'absent',
      'absent',
    ],
  },
  {
    name: 'a search for sources goes past bad records',
    stream: '2.15.2-full/store/jetstream/$G/streams/SOURCED',
    damage: all(without('sources.db'), (folder) => flipBit(join(folder, 'msgs/1.blk'), 6780)),
    expected: [...OWN_INDEX, '36 messages 1-36 []', '36 messages 1-36 []'],
  },
  {
    name: 'but not where it looks for TTLs in the same pass',
    stream: '2.15.2-full/store/jetstream/$G/streams/SOURCED',
    damage: all(allowTtl, without('sources.db'), (folder) => flipBit(join(folder, 'msgs/1.blk'), 6780)),
    expected: [...OWN_INDEX, '36 messages 1-36 []', 'crash'],
  },
  {
    name: 'which it does not for what sources.db knows',
    stream: '2.15.2-full/store/jetstream/$G/streams/SOURCED',
    damage: all(allowTtl, (folder) => flipBit(join(folder, 'msgs/1.blk'), 6780)),
    expected: [...OWN_INDEX, '36 messages 1-36 []', '36 messages 1-36 []'],
  },
  {
    name: 'a header length that leads out of its message ends 2.9 and 2.10 where a consumer counts from before it',
    stream: '2.14.5-full/store/jetstream/$G/streams/ORDERS',
    damage: overlongHeader(86n),
    expected: [
      'crash',
      'crash',
      ...SERVER_VERSIONS.slice(2).map(() => '163 messages 2-172 [DISPATCH LOG N8YLz60I NEW PUSH]'),
    ],
  },
  {
    name: 'and leaves them where all consumers have passed it',
    stream: '2.14.5-full/store/jetstream/$G/streams/ORDERS',
    damage: overlongHeader(2n),
    expected: orders('DISPATCH LOG N8YLz60I NEW PUSH', 'DISPATCH LOG N8YLz60I NEW PUSH'),
  },
  {
    name: 'a consumer far ahead of a cut stream has still acknowledged all of it for 2.9',
    stream: '2.14.5-full/store/jetstream/$G/streams/ORDERS',
    damage: all(
      retainInterest,
      without('msgs/index.db', 'obs/DISPATCH', 'obs/LOG', 'obs/N8YLz60I', 'obs/PUSH'),
      cutBehind(20),
    ),
    expected: [
      '0 messages 21-20 [NEW]',
      ...SERVER_VERSIONS.slice(1, 4).map(() => '17 messages 2-20 [NEW]'),
      ...SERVER_VERSIONS.slice(4).map(() => '16 messages 2-20 [NEW]'),
    ],
  },
  {
    name: 'since 2.11 zeros behind the meta.inf of a consumer are passed over',
    stream: '2.14.5-full/store/jetstream/$G/streams/ORDERS',
    damage: followedByZeros('obs/NEW/meta.inf'),
    expected: [
      '167 messages 2-172 [DISPATCH LOG N8YLz60I PUSH]',
      '163 messages 2-172 [DISPATCH LOG N8YLz60I PUSH]',
      ...SERVER_VERSIONS.slice(2).map(() => '163 messages 2-172 [DISPATCH LOG N8YLz60I NEW PUSH]'),
    ],
  },
  {
    name: 'an empty stream that is purged with its only consumer begins behind its end',
    stream: '2.14.5-full/store/jetstream/$G/streams/ORDERS',
    damage: all(
      retainInterest,
      without('msgs', 'obs/DISPATCH', 'obs/LOG', 'obs/N8YLz60I', 'obs/PUSH'),
      folderFor('obs/NEW/o.dat'),
    ),
    expected: [
      '0 messages 0-0 [NEW]',
      '0 messages 0-0 [NEW]',
      ...SERVER_VERSIONS.slice(2, 5).map(() => '0 messages 1-0 []'),
      '0 messages 0-0 []',
    ],
  },
  {
    name: 'a header length that leads out of its message ends 2.15 where it looks for schedules',
    stream: '2.14.5-full/store/jetstream/$G/streams/SCHED',
    damage: all(without('msgs/sched.db', 'msgs/thw.db'), overlongHeader(8n)),
    expected: [
      '10 messages 1-10 []',
      '9 messages 1-10 []',
      'absent',
      '9 messages 1-10 []',
      '9 messages 1-10 []',
      'crash',
    ],
  },
  {
    name: 'with an index or without',
    stream: '2.14.5-full/store/jetstream/$G/streams/SCHED',
    damage: all(without('msgs/sched.db', 'msgs/thw.db', 'msgs/index.db'), overlongHeader(8n)),
    expected: [
      '10 messages 1-10 []',
      '9 messages 1-10 []',
      'absent',
      '9 messages 1-10 []',
      '9 messages 1-10 []',
      'crash',
    ],
  },
  {
    name: 'a stream that takes one consumer: up to 2.11 no other comes up with it',
    stream: '2.14.5-full/store/jetstream/$G/streams/ORDERS',
    damage: all(configured('"max_consumers":-1', '"max_consumers":1'), without('msgs/index.db')),
    expected: [
      '167 messages 2-172 [DISPATCH]',
      ...SERVER_VERSIONS.slice(1, 3).map(() => '163 messages 2-172 [DISPATCH]'),
      ...SERVER_VERSIONS.slice(3).map(() => '163 messages 2-172 [DISPATCH LOG N8YLz60I NEW PUSH]'),
    ],
  },
  {
    name: 'a header length that leads out of its message ends 2.9 and 2.10 where they look for sources',
    stream: '2.15.2-full/store/jetstream/$G/streams/SOURCED',
    damage: all(without('sources.db', 'msgs/index.db'), overlongHeader(24n)),
    expected: ['crash', 'crash', ...SERVER_VERSIONS.slice(2).map(() => '36 messages 1-36 []')],
  },
  {
    name: 'but not before the last of each source',
    stream: '2.15.2-full/store/jetstream/$G/streams/SOURCED',
    damage: all(without('sources.db', 'msgs/index.db'), overlongHeader(1n)),
    expected: SERVER_VERSIONS.map(() => '36 messages 1-36 []'),
  },
  ...LIMIT_DAMAGE,
  ...COPY_DAMAGE,
];
