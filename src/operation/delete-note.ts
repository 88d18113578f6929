import type { NoteOnlyCode } from '../findings/catalog/notes.ts';

/** What is to be known of deleted messages where no current index tells of them. */
export interface DeleteNote {
  /** `DELETES_PROVEN`: left out, though a server would have them. `DELETES_UNKNOWN`: some that are here may have been deleted. */
  readonly code: Extract<NoteOnlyCode, 'DELETES_PROVEN' | 'DELETES_UNKNOWN'>;
  readonly account: string | null;
  readonly stream: string;
  readonly text: string;
}
