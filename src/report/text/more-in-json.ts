import { countText } from '../units.ts';

/** The line behind a list of which no more than `most` lines are shown; none where that is all. */
export function moreInJson(count: number, most: number): string[] {
  return count > most ? [`    and ${countText(count - most)} more: see --json`] : [];
}
