import { createHash } from 'node:crypto';
import { catMessages } from '../../src/operation/cat/run.ts';

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

export function messageSum({ timeNs, subject, header, data }: MessageParts): string {
  return createHash('sha256')
    .update(`${timeNs} ${subject.length} ${header?.length} ${data.length}\n`)
    .update(subject)
    .update(header ?? '')
    .update(data)
    .digest('hex');
}
