import { createHash } from 'node:crypto';
import { catMessages } from '../../src/operation/cat/run.ts';
import type { CatResult } from '../../src/operation/cat/types.ts';
import type { StoredMessage } from '../../src/operation/content/message-walk.ts';
import type { MessageFilter } from '../../src/operation/filter/types.ts';

/** The parts of a message that make up what it is. */
interface MessageParts {
  readonly timeNs: bigint;
  readonly subject: Uint8Array;
  readonly header: Uint8Array | null;
  readonly data: Uint8Array;
}

/** Every message of an archive: its sequence, with a sum of all that it is. */
export async function messageList(path: string): Promise<Map<bigint, string>> {
  const found = new Map<bigint, string>();
  await catMessages(path, {}, (lot) => {
    for (const message of lot) found.set(message.seq, messageSum(message));
  });
  return found;
}

/** The messages of an archive, or those of them that a filter takes. */
export async function storedMessages(path: string, filter: MessageFilter = {}): Promise<StoredMessage[]> {
  const messages: StoredMessage[] = [];
  await catMessages(path, filter, (lot) => {
    messages.push(...lot);
  });
  return messages;
}

/** Their sequences, with what else `cat` tells. */
export async function storedSequences(
  path: string,
  filter: MessageFilter = {},
): Promise<CatResult & { readonly seqs: readonly bigint[] }> {
  const seqs: bigint[] = [];
  const result = await catMessages(path, filter, (lot) => {
    for (const { seq } of lot) seqs.push(seq);
  });
  return { ...result, seqs };
}

export function messageSum({ timeNs, subject, header, data }: MessageParts): string {
  return createHash('sha256')
    .update(`${timeNs} ${subject.length} ${header?.length} ${data.length}\n`)
    .update(subject)
    .update(header ?? '')
    .update(data)
    .digest('hex');
}
