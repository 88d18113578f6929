import type { StreamParts } from '../../container/entry.ts';
import { NO_PARTS } from '../../core/sequence-part-sets.ts';
import type { SequenceParts } from '../../core/sequence-parts.ts';
import type { Finding } from '../../findings/finding.ts';
import { hasMark } from '../../findings/marks.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import type { DeleteNote } from '../delete-note.ts';
import { salvagedDeleteNotes } from '../delete-notes.ts';
import type { Archive } from '../open-archive.ts';
import type { MessageWalk } from './message-walk.ts';

/** What is left of a stream behind damage of its snapshot. */
export interface LeftOver {
  /** As it is found there. */
  readonly archive: StreamArchive;
  /** The sequences of its sound messages. */
  readonly live: SequenceParts;
  readonly messages: MessageWalk;
  readonly findings: readonly Finding[];
  readonly notes: readonly DeleteNote[];
}

const NOTHING_LEFT = { live: NO_PARTS, messages: async () => {}, notes: [] };

/** Whether a snapshot is damaged so that only a salvage gets behind it. Standard input cannot be opened again. */
export function isStopped({ form, findings }: StreamParts, { container }: Archive): boolean {
  const isPacked = form !== 'store' && form !== 'v2';
  return isPacked && container.path !== '-' && hasMark(findings, 'ends-reading');
}

/**
 * Opens the archive past its damage, and gives what `repair` would take of the stream to `use`; null where nothing tells its name, or
 * nothing is there. Throws SourceError, CancelledError.
 */
export async function withLeftOver<T>(
  archive: StreamArchive,
  work: Archive,
  use: (left: LeftOver | null) => Promise<T>,
): Promise<T> {
  const { repairStream } = await import('../salvage/repair-stream.ts');
  const { salvageStream } = await import('../salvage/salvage-stream.ts');
  const { withPastDamage } = await import('../salvage/with-past-damage.ts');
  return withPastDamage(archive, work, async (again, opened) => {
    // Its key may have come into sight only now.
    if (again.encrypted !== null) return use({ ...NOTHING_LEFT, archive: again, findings: again.findings });
    if (again.name === '' || again.form === 'config') return use(null);
    const own = await salvageStream(again, { ...opened, onBytes: work.onBytes }, 0, '');
    try {
      const { content, found, loss } = await repairStream([own], opened, {});
      const { messages, findings } = content;
      const live = found.recovered;
      const notes = salvagedDeleteNotes(own, loss, live);
      return await use({ archive: own.archive, live, messages, findings, notes });
    } finally {
      own.close();
    }
  });
}
