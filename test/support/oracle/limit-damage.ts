import { join } from 'node:path';
import { editFile } from '../damage.ts';
import { SERVER_VERSIONS } from '../live-server.ts';
import { all, badRecord, configured, dropBytes, without, type NamedDamage } from './damage-steps.ts';

/** Limits that meet what is damaged. */
export const LIMIT_DAMAGE: readonly NamedDamage[] = [
  {
    name: 'messages of one subject are limited also where new ones are to be refused',
    stream: '2.14.5-full/store/jetstream/$G/streams/TAILDEL',
    damage: all(
      configured('"max_msgs_per_subject":-1', '"max_msgs_per_subject":2'),
      configured('"discard":"old"', '"discard":"new"'),
      without('msgs/index.db'),
    ),
    expected: ['2 messages 28-30 []', ...SERVER_VERSIONS.slice(1).map(() => '2 messages 27-30 []')],
  },
  {
    name: 'a limit that meets a bad record ends 2.14 and 2.15',
    stream: '2.14.5-full/store/jetstream/$G/streams/TAILDEL',
    damage: all(configured('"max_msgs":-1', '"max_msgs":12'), badRecord(4)),
    expected: [...SERVER_VERSIONS.slice(0, 4).map(() => '4 messages 1-4 []'), 'crash', 'crash'],
  },
  {
    name: 'but not one that leaves it',
    stream: '2.14.5-full/store/jetstream/$G/streams/TAILDEL',
    damage: all(configured('"max_msgs":-1', '"max_msgs":12'), badRecord(24)),
    expected: [
      ...SERVER_VERSIONS.slice(0, 4).map(() => '12 messages 13-24 []'),
      '12 messages 17-30 []',
      '12 messages 17-30 []',
    ],
  },
  {
    name: 'max_bytes ends at a message that cannot be read; since 2.11 that goes with its block',
    stream: '2.10.29-full/store/jetstream/$G/streams/COMPSWITCH',
    damage: all(configured('"max_bytes":-1', '"max_bytes":20000'), (folder) =>
      editFile(join(folder, 'msgs/2.blk'), (bytes) => {
        bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
        return bytes;
      }),
    ),
    expected: [
      '23 messages 158-180 []',
      '105 messages 76-180 []',
      ...SERVER_VERSIONS.slice(2).map(() => '23 messages 158-180 []'),
    ],
  },
  {
    name: 'unless the limit ends in that block',
    stream: '2.10.29-full/store/jetstream/$G/streams/COMPSWITCH',
    damage: all(configured('"max_bytes":-1', '"max_bytes":20000'), (folder) =>
      editFile(join(folder, 'msgs/5.blk'), (bytes) => {
        bytes[2500] = (bytes[2500] ?? 0) ^ 1;
        return bytes;
      }),
    ),
    expected: [
      '24 messages 129-152 []',
      ...SERVER_VERSIONS.slice(1, 4).map(() => '0 messages 181-180 []'),
      'crash',
      'crash',
    ],
  },
  {
    name: 'a limit that has the server cut a block is given up, and since 2.14 takes what was cut off once more',
    stream: '2.10.29-full/store/jetstream/$G/streams/TAILDEL',
    damage: all(configured('"max_msgs":-1', '"max_msgs":20'), dropBytes('msgs/1.blk', 2087, 5)),
    expected: [
      '20 messages 6-26 []',
      ...SERVER_VERSIONS.slice(1, 4).map(() => '24 messages 1-26 []'),
      ...SERVER_VERSIONS.slice(4).map(() => '18 messages 7-26 []'),
    ],
  },
  {
    name: 'for ever where that is more than the limit',
    stream: '2.10.29-full/store/jetstream/$G/streams/TAILDEL',
    damage: all(configured('"max_msgs":-1', '"max_msgs":20'), dropBytes('msgs/1.blk', 447, 5)),
    expected: [
      '5 messages 1-5 []',
      ...SERVER_VERSIONS.slice(1, 4).map(() => '5 messages 1-5 []'),
      ...SERVER_VERSIONS.slice(4).map(() => 'crash'),
    ],
  },
  {
    name: 'and of bytes alike',
    stream: '2.10.29-full/store/jetstream/$G/streams/TAILDEL',
    damage: all(configured('"max_bytes":-1', '"max_bytes":1500'), dropBytes('msgs/1.blk', 2087, 5)),
    expected: [
      '18 messages 8-26 []',
      ...SERVER_VERSIONS.slice(1, 4).map(() => '24 messages 1-26 []'),
      ...SERVER_VERSIONS.slice(4).map(() => '16 messages 9-26 []'),
    ],
  },
  {
    name: 'whole blocks that a limit takes are cut, too',
    stream: '2.10.29-full/store/jetstream/$G/streams/COMPSWITCH',
    damage: all(configured('"max_msgs":-1', '"max_msgs":30'), (folder) =>
      editFile(join(folder, 'msgs/1.blk'), (bytes) => bytes.subarray(0, -200)),
    ),
    expected: [
      '30 messages 151-180 []',
      '179 messages 1-180 []',
      ...SERVER_VERSIONS.slice(2).map(() => '29 messages 152-180 []'),
    ],
  },
  {
    name: 'the bytes of a message that cannot be read count where an .idx is believed',
    stream: '2.9.25-full/store/jetstream/$G/streams/PERSUB',
    damage: all(configured('"max_bytes":-1', '"max_bytes":2000'), badRecord(-3)),
    expected: SERVER_VERSIONS.map(() => '21 messages 107-127 []'),
  },
];
