import type { MessageFilter } from '../filter/types.ts';
import type { OutputForm, WriteOptions } from '../write/types.ts';

/** What to keep of a stream, and as what to write it. */
export interface SliceOptions extends WriteOptions, MessageFilter {
  /** What to write; absent: the form that the archive has. */
  readonly to?: OutputForm;
  /** Number what is kept from 1 on, without gaps. */
  readonly renumber?: boolean;
}
