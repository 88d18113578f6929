import { placeName } from '../../container/entries.ts';
import type { StreamParts } from '../../container/entry.ts';
import { UsageError } from '../../core/error.ts';

/** What to do about a stream without a name; `what`: what is to be given with a configuration. */
export function namelessText(what = ''): string {
  return `nothing tells the stream's name: give ${what}--config FILE; natsarc repair takes --stream NAME instead, and makes a configuration of what is left`;
}

/** Throws UsageError where nothing tells the stream's name. */
export function mustHaveName(name: string, parts: StreamParts): void {
  if (name === '') throw new UsageError(`${placeName(parts)}: ${namelessText()}`);
}
