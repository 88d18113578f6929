import type { StreamParts } from '../../container/entry.ts';
import type { Finding } from '../../findings/finding.ts';
import { hasMark } from '../../findings/marks.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import type { DeleteNote } from '../delete-note.ts';
import { salvagedDeleteNotes } from '../delete-notes.ts';
import type { Archive } from '../open-archive.ts';
import type { MessageWalk } from './message-walk.ts';

/** What is left of a stream behind damage of its snapshot. */
export interface LeftOver {
  readonly held: number;
  readonly messages: MessageWalk;
  readonly findings: readonly Finding[];
  readonly notes: readonly DeleteNote[];
}

const NOTHING_LEFT: LeftOver = { held: 0, messages: async () => {}, findings: [], notes: [] };

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
    if (again.encrypted !== null) return use({ ...NOTHING_LEFT, findings: again.findings });
    if (again.name === '' || again.form === 'config') return use(null);
    const own = await salvageStream(again, { ...opened, onBytes: work.onBytes }, 0, '');
    try {
      const { content, found, loss } = await repairStream([own], opened, {});
      const { messages, findings } = content;
      const notes = salvagedDeleteNotes(own, loss, found.recovered);
      return await use({ held: Number(found.recovered.count), messages, findings, notes });
    } finally {
      own.close();
    }
  });
}
