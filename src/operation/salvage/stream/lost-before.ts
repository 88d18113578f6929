import { asParts, intersectParts } from '../../../core/sequence-part-sets.ts';
import type { SequenceParts } from '../../../core/sequence-parts.ts';
import { eachRange } from '../../../core/sequence-ranges.ts';
import { lostBefore, type LostBefore } from '../../../model/lost-before.ts';
import type { StreamArchive } from '../../../model/stream-archive.ts';
import type { Damage, LostRange } from '../types.ts';

/** A repaired archive has holes and an index like any other; only its backup.json tells which are losses. */
export function* damagesBefore(archive: StreamArchive): Generator<Damage> {
  const { parts } = archive;
  const file = parts.manifest?.label ?? parts.label;
  const told = { file, offsetBytes: null, lengthBytes: null, code: 'LOST_BEFORE', isOpen: false } as const;
  for (const [from, to] of eachRange(lostBefore(archive).seqs)) yield { ...told, from, to };
}

/** Of what was lost before an archive was written, what still is: so many messages, among so many sequences of `ranges`. */
export function stillLost(
  { seqs, messages }: LostBefore,
  ranges: Iterable<LostRange>,
  recovered: SequenceParts,
): { readonly messages: bigint; readonly sequences: bigint } {
  if (seqs.length === 0) return { messages: 0n, sequences: 0n };
  const before = asParts(seqs);
  let sequences = 0n;
  for (const { code, from, to } of ranges)
    if (code === 'LOST_BEFORE') sequences += before.countWithin(from, to);
  const healed = intersectParts(recovered, before).count;
  const missing = messages > healed ? messages - healed : 0n;
  return { sequences, messages: missing < sequences ? missing : sequences };
}
