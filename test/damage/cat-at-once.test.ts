import { join } from 'node:path';
import { expect, it } from 'vitest';
import { catMessages } from '../../src/operation/cat/run.ts';
import { CAPTURES } from '../support/damage.ts';
import { messageList } from '../support/message-list.ts';

const ARCHIVES = ['ORDERS', 'WQ', 'EDGE', 'COMPRESSED'].flatMap((name) => [
  join(CAPTURES, '2.14.5-full/store/jetstream/$G/streams', name),
  join(CAPTURES, '2.14.5-full/backups/$G', name),
]);

it('archives are read side by side: a block is scanned without a pause in which another could be', async () => {
  const alone = [];
  for (const path of ARCHIVES) alone.push(await messageList(path));
  expect(await Promise.all(ARCHIVES.map(messageList))).toEqual(alone);
  const newest = async (path: string): Promise<number> => {
    const { messages } = await catMessages(path, { lastPerSubject: 1 }, () => {});
    return messages;
  };
  const counts = await Promise.all(ARCHIVES.map(newest));
  expect(counts.every((count) => count > 0)).toBe(true);
});
