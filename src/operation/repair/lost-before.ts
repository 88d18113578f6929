import { eachRange } from '../../core/sequence-ranges.ts';
import { lostBefore } from '../../model/lost-before.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import type { Damage } from './types.ts';

/** A repaired archive has holes and an index like any other; only its backup.json tells which are losses. */
export function* damagesBefore(archive: StreamArchive): Generator<Damage> {
  const { parts } = archive;
  const file = parts.manifest?.label ?? parts.label;
  const told = { file, offsetBytes: null, lengthBytes: null, code: 'LOST_BEFORE', isOpen: false } as const;
  for (const [from, to] of eachRange(lostBefore(archive).seqs)) yield { ...told, from, to };
}
