import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { editFile } from '../damage.ts';
import { SERVER_VERSIONS } from '../live-server.ts';
import { all, configured, copied, overlongHeader, without, type NamedDamage } from './damage-steps.ts';

/** Copies beside blocks, which 2.9 takes for blocks; and blocks that it cuts when it opens them. */
export const COPY_DAMAGE: readonly NamedDamage[] = [
  {
    name: '2.9 takes the oldest messages of a block, then those of the copy beside it',
    stream: '2.14.5-full/store/jetstream/$G/streams/TAILDEL',
    damage: all(
      configured('"max_msgs":-1', '"max_msgs":12'),
      without('msgs/index.db'),
      copied('msgs/1.blk', 'msgs/1.blk.bak'),
    ),
    expected: ['12 messages 18-30 []', ...SERVER_VERSIONS.slice(1).map(() => '12 messages 17-30 []')],
  },
  {
    name: 'and bytes alike',
    stream: '2.14.5-full/store/jetstream/$G/streams/TAILDEL',
    damage: all(
      configured('"max_bytes":-1', '"max_bytes":1000'),
      without('msgs/index.db'),
      copied('msgs/1.blk', 'msgs/1.blk.bak'),
    ),
    expected: ['12 messages 18-30 []', ...SERVER_VERSIONS.slice(1).map(() => '12 messages 17-30 []')],
  },
  {
    name: 'of each subject it takes what it finds in the copy, from the block',
    stream: '2.14.5-full/store/jetstream/$G/streams/KV_settings',
    damage: all(without('msgs/index.db'), copied('msgs/1.blk', 'msgs/1.blk.tmp')),
    expected: ['123 messages 1-65 []', ...SERVER_VERSIONS.slice(1).map(() => '63 messages 1-65 []')],
  },
  {
    name: 'a copy is read with the .idx that 2.9 writes for the block beside it, which it has cut',
    stream: '2.9.25-full/store/jetstream/$G/streams/ORDERS',
    damage: all(copied('msgs/1.blk', 'msgs/1.blk.new'), (folder) =>
      editFile(join(folder, 'msgs/1.blk'), (bytes) => bytes.fill(0, 32256)),
    ),
    expected: [
      '201 messages 2-172 [1px0wyab DISPATCH LOG NEW PUSH]',
      ...SERVER_VERSIONS.slice(1).map(() => '34 messages 2-38 [1px0wyab DISPATCH LOG NEW PUSH]'),
    ],
  },
  {
    name: 'and lists as lost what that says',
    stream: '2.14.5-full/store/jetstream/$G/streams/HUGESEQ',
    damage: all(copied('msgs/2.blk', 'msgs/2.blk.tmp'), (folder) =>
      truncateSync(join(folder, 'msgs/2.blk.tmp'), 10),
    ),
    expected: [
      'crash',
      ...SERVER_VERSIONS.slice(1).map(() => '4 messages 9007199254753337-9007199254753341 []'),
    ],
  },
  {
    name: 'of a block that it cut 2.9 reads each message, and ends at a header length that leads out of one',
    stream: '2.6.1-legacy/store/jetstream/$G/streams/ORDERS',
    damage: all(overlongHeader(0n), (folder) =>
      editFile(join(folder, 'msgs/1.blk'), (bytes) => bytes.subarray(0, -5)),
    ),
    expected: ['crash', ...SERVER_VERSIONS.slice(1).map(() => '114 messages 1-117 [DISPATCH MONITOR NEW]')],
  },
];
