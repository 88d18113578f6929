import { keyedSum } from '../../../codec/highwayhash.ts';
import { CHECKSUM_BYTES } from '../../../format/block/record.ts';
import { parseBlockSubjects, type BlockSubject } from '../../../format/block-subjects/parse.ts';
import type { TakenBlockIndex } from './block-index-as-server.ts';

/**
 * The subjects that a server of 2.9 takes from an `.fss` (loadPerSubjectInfo, populateGlobalPerSubjectInfo); null where
 * it walks the block for them. `keyString`: `NAME-N`.
 */
export function readSubjectsAsServer(
  bytes: Uint8Array,
  keyString: string,
  known: TakenBlockIndex,
): readonly BlockSubject[] | null {
  const sumAt = bytes.length - 2 * CHECKSUM_BYTES;
  if (sumAt < CHECKSUM_BYTES || known.lastChecksum === null) return null;
  const sum = keyedSum(keyString, bytes.subarray(0, sumAt));
  const sums = Buffer.concat([sum, known.lastChecksum]);
  if (!sums.equals(bytes.subarray(sumAt))) return null;
  const parsed = parseBlockSubjects(bytes);
  if (!parsed.ok) return null;
  const named = parsed.value.filter(({ subject }) => subject.length > 0);
  const messages = named.reduce((sum, subject) => sum + subject.messages, 0n);
  return messages === known.messages ? named : null;
}
