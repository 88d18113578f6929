import { SourceError, ToolError, UsageError } from '../../core/error.ts';
import { hasMark } from '../../findings/marks.ts';
import type { Archive } from '../open/open-archive.ts';
import { UnverifiedError } from '../write/check-written.ts';
import { hasFramingFault } from '../deletes/carrier-damage.ts';
import type { SalvagedStream } from '../salvage/stream/salvaged-stream.ts';

/** What was opened as if it were sound is not. */
class NotSound extends ToolError {}

/**
 * Does the work on an archive that is taken for sound, and where it is not on the same once more, opened past its damage:
 * looking behind every chunk for what damage may have done to it costs a pass over the archive before the first.
 */
export async function soundFirst<T>(path: string, work: (isPastDamage: boolean) => Promise<T>): Promise<T> {
  // It can be read once only.
  if (path === '-') return work(true);
  try {
    return await work(false);
  } catch (error) {
    // What does not open may open past its damage; where it is something else, it is met again.
    const isHit = error instanceof NotSound || error instanceof SourceError || error instanceof UsageError;
    // Messages of V2 archives have no checksum: what is written of them may be the first to be found wrong.
    if (!isHit && !(error instanceof UnverifiedError)) throw error;
  }
  return work(true);
}

/** Throws where what carries the streams is damaged, or may be: files of a store are carried by nothing. */
export function mustOpenSound({ container, selected }: Archive): void {
  const isCarried = selected.some(({ form }) => form !== 'store');
  if (isCarried && (container.findings.length > 0 || selected.some(({ form }) => form === 'config')))
    throw new NotSound();
}

/** The same once a stream was read. */
export function mustReadSound({ archive: { parts }, findings }: SalvagedStream): void {
  if (parts.form === 'store' || parts.form === 'config') return;
  if (hasMark(findings, 'carrier') || hasFramingFault(parts)) throw new NotSound();
}
