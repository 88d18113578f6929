import { kernels, kernelsAreWhole, wholeKernels } from './instance.ts';

/** Counts up whenever this thread's memory for decoding is used. */
let turn = 0;

/** As long as this stays the same, what was decoded lies untouched. */
export function s2Turn(): number {
  return kernelsAreWhole() ? turn + 1 : turn;
}

/** Whether two blocks of such lengths can be decoded side by side. */
export function s2PairFits(lengthBytes: number, secondLengthBytes: number): boolean {
  const { exports } = kernels();
  const most = exports.S2_INPUT_2.value - exports.S2_INPUT.value;
  return lengthBytes <= most && secondLengthBytes <= most;
}

/** Where to read a compressed body of `lengthBytes` (at most 16 MiB) into, to decode it alone or as one of two that fit. */
export function s2InputWindow(lengthBytes: number, which: 'first' | 'second' = 'first'): Uint8Array {
  const { exports, buffer } = kernels();
  if (lengthBytes > exports.S2_INPUT_BYTES.value) throw new RangeError('an S2 block has at most 16 MiB');
  turn++;
  if (which === 'second' && !s2PairFits(0, lengthBytes))
    throw new RangeError('one of two S2 blocks has at most 8 MiB');
  const input = which === 'first' ? exports.S2_INPUT : exports.S2_INPUT_2;
  return new Uint8Array(buffer, input.value, lengthBytes);
}

/**
 * Decodes the block of `lengthBytes` in the first input window. Returns a view of the decoded bytes (at most 4 MiB),
 * valid until the next call; null where the block is corrupt.
 */
export function decodeS2Input(lengthBytes: number): Uint8Array | null {
  const { exports } = kernels();
  if (lengthBytes > exports.S2_INPUT_BYTES.value) return null;
  return decoded(exports.S2_OUTPUT, exports.s2Decode(lengthBytes));
}

/** The same of the blocks in both input windows, in less time than one after the other. */
export function decodeS2Pair(
  lengthBytes: number,
  secondLengthBytes: number,
): readonly [Uint8Array | null, Uint8Array | null] {
  const { exports } = kernels();
  const first = exports.s2DecodePair(lengthBytes, secondLengthBytes);
  return [decoded(exports.S2_OUTPUT, first), decoded(exports.S2_OUTPUT_2, exports.s2SecondLength.value)];
}

/** The same of the first `wantedBytes` and a few more that the first block decodes to; what follows is not looked at. */
export function decodeS2Start(lengthBytes: number, wantedBytes: number): Uint8Array | null {
  const { exports } = kernels();
  return decoded(exports.S2_OUTPUT, exports.s2DecodeStart(lengthBytes, wantedBytes));
}

function decoded(output: WebAssembly.Global<number>, lengthBytes: number): Uint8Array | null {
  return lengthBytes < 0 ? null : new Uint8Array(kernels().buffer, output.value, lengthBytes);
}

/** The same as far as it goes: `decodedBytes` (at most 4 MiB) of output, zeros from where the block is corrupt. */
export function decodeS2InputPart(lengthBytes: number, decodedBytes: number): Uint8Array {
  const { exports, buffer } = kernels();
  const output = new Uint8Array(buffer, exports.S2_OUTPUT.value, decodedBytes);
  decodeS2Input(lengthBytes);
  return output.fill(0, Math.min(decodedBytes, exports.s2Reached()));
}

/** Decodes one S2 or Snappy block into `target` (codec/s2/README.md). Returns the decoded length; -1 where it is corrupt or does not fit. */
export function decodeS2Block(block: Uint8Array, target: Uint8Array): number {
  const { exports } = kernels();
  if (block.length > exports.S2_INPUT_BYTES.value || s2DecodedLength(block) > target.length) return -1;
  s2InputWindow(block.length).set(block);
  const content = decodeS2Input(block.length);
  if (content === null) return -1;
  target.set(content);
  return content.length;
}

/** The decoded length that a block claims; -1 where that cannot be read. It may be more than any writer makes. */
export function s2DecodedLength(block: Uint8Array): number {
  let length = 0;
  for (let at = 0; at < block.length && at < 5; at++) {
    const byte = block[at] ?? 0;
    length += (byte & 0x7f) * 2 ** (7 * at);
    if (byte < 0x80) return length <= 0xffffffff ? length : -1;
  }
  return -1;
}

/** The most bytes that `encodeS2Block` makes of `lengthBytes` (at most 4 MiB): they, and the head of one literal. */
export function s2MaxEncodedLength(lengthBytes: number): number {
  return lengthBytes + 8;
}

/** Makes room for encoding: views of kernel memory that were made before are empty then. */
export function prepareS2Encoding(): void {
  wholeKernels();
}

/** Where to put `lengthBytes` (at most 4 MiB) for `encodeS2Block`. */
export function s2EncodeWindow(lengthBytes: number): Uint8Array {
  const { exports, buffer } = wholeKernels();
  mustFit(lengthBytes);
  return new Uint8Array(buffer, exports.ENCODE_INPUT.value, lengthBytes);
}

/**
 * Encodes `input` (at most 4 MiB) as one S2 block. Returns a view, valid until the next call. The same input gives
 * the same block. A view of kernel memory, such as one of `s2EncodeWindow`, is read where it lies.
 */
export function encodeS2Block(input: Uint8Array): Uint8Array {
  const { exports, buffer } = wholeKernels();
  mustFit(input.length);
  const lengthBytes = exports.s2Encode(inputPlace(input), input.length);
  return new Uint8Array(buffer, exports.ENCODE_OUTPUT.value, lengthBytes);
}

/**
 * Encodes `input` (at most 4 MiB) along a block that decodes to something much like it from byte `skipBytes` (at most 4 MiB) on.
 * Returns a view, valid until the next call; null where that makes more than `mostBytes`, or the block is corrupt or holds less.
 * Views of kernel memory, such as one of `s2InputWindow` for the block, are read where they lie.
 */
export function amendS2Block(
  block: Uint8Array,
  skipBytes: number,
  input: Uint8Array,
  mostBytes: number,
): Uint8Array | null {
  const { exports, buffer } = wholeKernels();
  mustFit(Math.max(input.length, skipBytes));
  const isInside = block.buffer === buffer && block.byteOffset === exports.S2_INPUT.value;
  if (!isInside) s2InputWindow(block.length).set(block);
  const from = inputPlace(input);
  const most = Math.min(mostBytes, s2MaxEncodedLength(input.length));
  const lengthBytes = exports.s2Amend(block.length, skipBytes, from, input.length, most);
  return lengthBytes === 0 ? null : new Uint8Array(buffer, exports.ENCODE_OUTPUT.value, lengthBytes);
}

/** Where in kernel memory bytes to be encoded lie: they are put there where they do not. */
function inputPlace(input: Uint8Array): number {
  const { exports, buffer } = wholeKernels();
  if (input.buffer === buffer) return input.byteOffset;
  s2EncodeWindow(input.length).set(input);
  return exports.ENCODE_INPUT.value;
}

function mustFit(lengthBytes: number): void {
  if (lengthBytes > kernels().exports.ENCODE_INPUT_BYTES.value)
    throw new RangeError('an S2 block is made of at most 4 MiB');
}
