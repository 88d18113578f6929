import { kernels, wholeKernels } from './instance.ts';

/** Which messages of a block are written, and how. */
export interface LineOptions {
  /** Their sequences: pairs from, to, ascending. */
  readonly live: BigUint64Array;
  /** ns since 1970, both included. */
  readonly afterNs: bigint;
  readonly beforeNs: bigint;
  /** Subject patterns, one of which must fit; none: any subject does. */
  readonly patterns: readonly Uint8Array[];
  /** What each line begins with, up to its subject; null: payloads are written as they are, and nothing else. */
  readonly start: Uint8Array | null;
}

/** The most bytes that `linesWritten` can give. */
export function mostLineBytes(): number {
  return kernels().exports.LINES_BYTES.value;
}

/**
 * Before a block is scanned: prepares for `writeLines` and `linesWritten`. The lines of one block at a time in a thread, with no
 * S2 encoding between. False where the options are more than there is room for.
 */
export function startLines({ live, afterNs, beforeNs, patterns, start }: LineOptions): boolean {
  const { exports, buffer, bytes } = wholeKernels();
  const patternBytes = patterns.reduce((sum, { length }) => sum + 4 + length, 0);
  const startBytes = start?.length ?? 0;
  const hasRoom =
    live.length / 2 <= exports.LIVE_PAIRS.value &&
    patternBytes <= exports.LINES_PATTERNS_BYTES.value &&
    startBytes <= exports.LINES_START_BYTES.value;
  if (!hasRoom) return false;
  new BigUint64Array(buffer, exports.LIVE.value, live.length).set(live);
  bytes.set(start ?? [], exports.LINES_START.value);
  const view = new DataView(buffer);
  let at: number = exports.LINES_PATTERNS.value;
  for (const pattern of patterns) {
    view.setUint32(at, pattern.length, true);
    bytes.set(pattern, at + 4);
    at += 4 + pattern.length;
  }
  exports.linesStart(live.length / 2, afterNs, beforeNs, patterns.length, startBytes, start === null ? 1 : 0);
  return true;
}

/** Writes the messages among the records that the scan tells of: called in its `onRecords`. False where there is no room for all. */
export function writeLines(): boolean {
  return kernels().exports.linesAdd() !== 0;
}

/** What was written since the start: a view, valid until the next. */
export function linesWritten(): { readonly bytes: Uint8Array; readonly messages: number } {
  const { exports, bytes } = kernels();
  const at: number = exports.LINES.value;
  return { bytes: bytes.subarray(at, at + exports.linesLength()), messages: exports.lineMessages.value };
}
