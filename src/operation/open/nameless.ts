import { placeName } from '../../container/entries.ts';
import type { StreamParts } from '../../container/entry.ts';
import { UsageError } from '../../core/error.ts';
import { hasMark } from '../../findings/marks.ts';

/** What to do about a stream without a name; `what`: what is to be given with a configuration. */
export function namelessText(what = ''): string {
  return `nothing tells the stream's name: give ${what}--config FILE; natsarc repair takes --stream NAME instead, and makes a configuration of what is left`;
}

/** Throws UsageError where nothing tells the stream's name; `isPastDamage`: not past damage either. */
export function mustHaveName(name: string, parts: StreamParts, isPastDamage = false): void {
  if (name !== '') return;
  const isHidden = !isPastDamage && parts.form !== 'v2' && hasMark(parts.findings, 'ends-reading');
  const text = isHidden
    ? 'it is damaged where the name of its stream stands: natsarc repair reads past that'
    : namelessText();
  throw new UsageError(`${placeName(parts)}: ${text}`);
}
