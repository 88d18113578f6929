import type { BlockScanner } from '../kernels/index.ts';
import type { BlockScan } from '../kernels/types.ts';
import type { ByteSource } from '../source/byte-source.ts';

const LENT_BYTES = 1024 * 1024;
const CROSSING_BYTES = 16 * 1024;

/** A source that lends its bytes. */
export type Lender = ByteSource & Required<Pick<ByteSource, 'lend'>>;

export interface LentScanOptions {
  /** Called when there is room for the next bytes, behind those that are left. */
  readonly onWindow: () => void;
  /** Called behind each piece. */
  readonly onPiece: () => void;
  /** What lies across two pieces is copied, so much at a time; the tests make it small. */
  readonly crossingBytes?: number;
}

/** Whether a source lends its bytes: one that decodes them does. */
export function lends(content: ByteSource): content is Lender {
  return (content.lend?.(0, 0) ?? null) !== null;
}

/** Walks a block where it lies decoded. */
export function scanLent(
  content: Lender,
  scanner: BlockScanner,
  { onWindow, onPiece, crossingBytes = CROSSING_BYTES }: LentScanOptions,
): BlockScan {
  for (let offsetBytes = 0; ; onPiece()) {
    if (scanner.leftBytes === 0) {
      const lent = content.lend(offsetBytes, LENT_BYTES);
      const walkedBytes = lent !== null && lent.length > crossingBytes ? scanner.walkLent(lent) : 0;
      offsetBytes += walkedBytes;
      if (walkedBytes > 0) continue;
    }
    const window = scanner.window();
    onWindow();
    const lengthBytes = content.read(window.subarray(0, crossingBytes), offsetBytes);
    if (lengthBytes === 0) return scanner.finish();
    scanner.push(lengthBytes);
    offsetBytes += lengthBytes;
    // The record that is cut now lies in the next piece, unless it is a long one.
    if (scanner.leftBytes < lengthBytes) offsetBytes -= scanner.forget();
  }
}
