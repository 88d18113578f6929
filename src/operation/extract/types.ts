import type { SelectOptions } from '../types.ts';
import type { ChangeOptions } from '../write/types.ts';

/** What goes into the store, and under which names. */
export interface ExtractOptions extends SelectOptions, ChangeOptions {
  /** The account that the streams go to; default: their own, else `$G`. */
  readonly intoAccount?: string;
  /** The store may make a folder for an account that it does not have yet. */
  readonly newAccount?: boolean;
  /** Version of the server that will be started, such as `2.14`: what it does not support is refused. */
  readonly serverVersion?: string;
  /** Replace streams that are there. */
  readonly force?: boolean;
  /** Verify the archive first, and stop at a critical finding. */
  readonly check?: boolean;
  /** Only tell what would be done. */
  readonly dryRun?: boolean;
}
