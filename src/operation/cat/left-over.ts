import type { StreamParts } from '../../container/entry.ts';
import { NO_PARTS } from '../../core/sequence-part-sets.ts';
import type { SequenceParts } from '../../core/sequence-parts.ts';
import type { Finding } from '../../findings/finding.ts';
import { hasMark } from '../../findings/marks.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import type { DeleteNote } from '../delete-note.ts';
import { salvagedDeleteNotes } from '../salvage/salvaged-deletes.ts';
import type { Archive } from '../open/open-archive.ts';
import type { SalvageWork } from '../salvage/rescan/salvage-work.ts';
import type { MessageWalk } from '../content/message-walk.ts';

/** What is left of a stream behind damage of its snapshot. */
export interface LeftOver {
  /** As it is found there. */
  readonly archive: StreamArchive;
  /** The sequences of its sound messages. */
  readonly live: SequenceParts;
  readonly messages: MessageWalk;
  readonly findings: readonly Finding[];
  readonly notes: readonly DeleteNote[];
  /** Whether all that the archive held is among what was read before the salvage, but for its messages, and here. */
  readonly isAll: boolean;
}

const NOTHING_LEFT = { live: NO_PARTS, messages: async () => {}, notes: [], isAll: false };

/** Whether a snapshot is damaged so that only a salvage gets behind it. Standard input cannot be opened again. */
export function isStopped({ form, findings }: StreamParts, { container }: Archive): boolean {
  const isPacked = form !== 'store';
  return isPacked && container.path !== '-' && hasMark(findings, 'ends-reading');
}

/**
 * Gives what `repair` would take of the stream to `use`, of a snapshot past its damage; null where nothing tells its name, or
 * nothing is there. Throws SourceError, CancelledError.
 */
export async function withLeftOver<T>(
  archive: StreamArchive,
  work: Archive,
  use: (left: LeftOver | null) => Promise<T>,
): Promise<T> {
  const { onBytes } = work;
  const { withPastDamage } = await import('../salvage/rescan/with-past-damage.ts');
  return withPastDamage(archive, work, async (again, opened) =>
    withSalvaged(archive, again, { ...opened, onBytes }, use),
  );
}

async function withSalvaged<T>(
  asRead: StreamArchive,
  archive: StreamArchive,
  work: SalvageWork,
  use: (left: LeftOver | null) => Promise<T>,
): Promise<T> {
  // Its key may have come into sight only now.
  if (archive.encrypted !== null) return use({ ...NOTHING_LEFT, archive, findings: archive.findings });
  if (archive.name === '' || archive.form === 'config') return use(null);
  const { lacksNothing } = await import('../salvage/lacks-nothing.ts');
  const { repairStream } = await import('../salvage/repair-stream.ts');
  const { salvageStream } = await import('../salvage/stream/salvage-stream.ts');
  const own = await salvageStream(archive, work, 0, '');
  try {
    const repaired = await repairStream([own], work, {});
    const { content, found, loss, suspected } = repaired;
    const { messages, findings } = content;
    const live = found.recovered;
    const notes = salvagedDeleteNotes(own, loss, found);
    const isAll = lacksNothing(asRead, repaired, loss.lost + suspected.doubtful);
    return await use({ archive: own.archive, live, messages, findings: [...findings], notes, isAll });
  } finally {
    own.close();
  }
}
