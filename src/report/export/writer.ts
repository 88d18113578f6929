import type { StoredMessage } from '../../operation/content/message-walk.ts';
import type { ExportHead } from '../../operation/export/types.ts';

/**
 * Turns an export into bytes, piece by piece; what it gives is to be written in order,
 * holds until the next piece is asked for, and may be empty.
 */
export interface ExportWriter {
  begin(head: ExportHead): string | Uint8Array;
  messages(lot: readonly StoredMessage[]): Iterable<Uint8Array>;
  end(): string | Uint8Array;
}
