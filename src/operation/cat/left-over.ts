import type { StreamParts } from '../../container/entry.ts';
import type { Finding } from '../../findings/finding.ts';
import { hasMark } from '../../findings/marks.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import type { DeleteNote } from '../delete-note.ts';
import type { Archive } from '../open-archive.ts';
import type { MessageWalk } from './message-walk.ts';

/** What is left of a stream behind damage of its snapshot. */
export interface LeftOver {
  readonly held: number;
  readonly messages: MessageWalk;
  readonly findings: readonly Finding[];
  readonly notes: readonly DeleteNote[];
}

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
    if (again.name === '' || again.form === 'config') return use(null);
    const own = await salvageStream(again, { ...opened, onBytes: work.onBytes }, 0, '');
    try {
      const { content, found, notes } = await repairStream([own], opened, {});
      const unknown = notes.flatMap(({ code, account, stream, text }): DeleteNote[] =>
        code === 'DELETES_UNKNOWN' ? [{ code, account, stream, text }] : [],
      );
      const { messages, findings } = content;
      return await use({ held: Number(found.recovered.count), messages, findings, notes: unknown });
    } finally {
      own.close();
    }
  });
}
