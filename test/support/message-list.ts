import { createHash } from 'node:crypto';
import { catMessages } from '../../src/operation/cat/run.ts';

/** Every message of an archive: its sequence, with a sum of all that it is. */
export async function messageList(path: string): Promise<Map<bigint, string>> {
  const found = new Map<bigint, string>();
  await catMessages(path, {}, (lot) => {
    for (const { seq, timeNs, subject, header, data } of lot)
      found.set(
        seq,
        createHash('sha256')
          .update(`${timeNs} ${subject.length} ${header?.length} ${data.length}\n`)
          .update(subject)
          .update(header ?? '')
          .update(data)
          .digest('hex'),
      );
  });
  return found;
}
