import { KERNELS_BASE64 } from './generated/kernels.ts';

type Place = WebAssembly.Global<number>;
type Wide = WebAssembly.Global<bigint>;

const PAGE_BYTES = 65536;

/** What the module exports; see assembly/index.ts. */
export interface KernelExports {
  readonly memory: WebAssembly.Memory;
  readonly HASH_KEY: Place;
  readonly SCRATCH: Place;
  readonly SCRATCH_BYTES: Place;
  readonly S2_INPUT: Place;
  readonly S2_INPUT_2: Place;
  readonly S2_INPUT_BYTES: Place;
  readonly S2_OUTPUT: Place;
  readonly S2_OUTPUT_2: Place;
  readonly ENCODE_INPUT: Place;
  readonly ENCODE_INPUT_BYTES: Place;
  readonly ENCODE_OUTPUT: Place;
  readonly SCAN: Place;
  readonly SCAN_END: Place;
  readonly SCAN_WINDOW_BYTES: Place;
  readonly WHOLE_PAGES: Place;
  readonly RUNS: Place;
  readonly FAULTS: Place;
  readonly ERASED_SEQS: Place;
  readonly ERASED_TIMES: Place;
  readonly TOMBSTONE_SEQS: Place;
  readonly TOMBSTONE_TIMES: Place;
  readonly TTL_SEQS: Place;
  readonly SCHEDULE_SEQS: Place;
  readonly RECORD_OFFSETS: Place;
  readonly RECORD_SEQS: Place;
  readonly RECORD_TIMES: Place;
  readonly RECORD_BYTES: Place;
  readonly SUBJECT_AT: Place;
  readonly SUBJECT_BYTES: Place;
  readonly HEADER_AT: Place;
  readonly HEADER_BYTES: Place;
  readonly PAYLOAD_AT: Place;
  readonly PAYLOAD_BYTES: Place;
  readonly hashBegin: () => void;
  readonly hashUpdate: (from: number, bytes: number) => void;
  readonly hashFinish: (from: number, bytes: number) => bigint;
  readonly crcUpdate: (crc: number, from: number, bytes: number) => number;
  readonly s2Decode: (bytes: number) => number;
  readonly s2DecodePair: (bytes: number, secondBytes: number) => number;
  readonly s2DecodeStart: (bytes: number, enough: number) => number;
  readonly s2Reached: () => number;
  readonly s2SecondLength: Place;
  readonly s2Encode: (from: number, bytes: number) => number;
  readonly s2Amend: (blockBytes: number, skip: number, from: number, bytes: number, most: number) => number;
  readonly sha256Start: () => void;
  readonly sha256Update: (bytes: number) => void;
  readonly sha256Finish: (bytes: number, total: bigint) => void;
  readonly subjectDigest: (from: number, bytes: number) => bigint;
  readonly subjectTableStart: () => void;
  readonly subjectTable: (bytes: number, most: number, lastAlways: number) => number;
  readonly tableEntries: Place;
  readonly tableMessages: Wide;
  readonly tableDigest: Wide;
  readonly v2Find: (window: number, bytes: number, until: number) => number;
  readonly v2Walk: (
    window: number,
    bytes: number,
    last: bigint,
    from: number,
    until: number,
    beyond: number,
  ) => number;
  readonly v2Messages: Place;
  readonly v2Bytes: Place;
  readonly v2FirstSeq: Wide;
  readonly v2LastSeq: Wide;
  readonly v2FirstTime: Wide;
  readonly v2LastTime: Wide;
  readonly v2Digest: Wide;
  readonly v2RunCount: Place;
  readonly v2Records: (bytes: number) => number;
  readonly REWRITE: Place;
  readonly REWRITE_BYTES: Place;
  readonly REWRITE_LIVE: Place;
  readonly REWRITE_MARGIN_BYTES: Place;
  readonly REWRITE_HASHES: Place;
  readonly REWRITE_LENGTHS: Place;
  readonly REWRITE_MESSAGES: Place;
  readonly REWRITE_TEXT: Place;
  readonly REWRITE_TIMED: Place;
  readonly rewriteStart: (bytes: number, pairs: number, wantsSums: number) => void;
  readonly rewrite: () => number;
  readonly rewriteDrained: () => void;
  readonly rewriteListed: () => number;
  readonly rewrittenBytes: () => number;
  readonly rewriteMessages: Place;
  readonly rewriteFirstSeq: Wide;
  readonly rewriteFirstTime: Wide;
  readonly rewriteLastSeq: Wide;
  readonly rewriteLastTime: Wide;
  readonly rewriteSubjectCount: Place;
  readonly rewriteTimedCount: Place;
  readonly LINES: Place;
  readonly LINES_BYTES: Place;
  readonly LINES_PATTERNS: Place;
  readonly LINES_PATTERNS_BYTES: Place;
  readonly LINES_START: Place;
  readonly LINES_START_BYTES: Place;
  readonly linesStart: (
    pairs: number,
    afterNs: bigint,
    beforeNs: bigint,
    patterns: number,
    startBytes: number,
    payloadsOnly: number,
  ) => void;
  readonly linesAdd: () => number;
  readonly linesLength: () => number;
  readonly lineMessages: Place;
  readonly scanStart: (wants: number, capacity: number) => void;
  readonly scanRoom: () => number;
  readonly scanPushed: (bytes: number) => void;
  readonly scanLent: (address: number, bytes: number) => void;
  readonly scanLeft: () => number;
  readonly scanForget: () => void;
  readonly scan: (final: number) => number;
  readonly scanDrained: () => void;
  readonly scanReached: () => number;
  readonly scanReachedSeq: () => bigint;
  readonly scanFinish: () => void;
  readonly vainBytes: Place;
  readonly records: Place;
  readonly messages: Place;
  readonly messageBytes: Place;
  readonly firstSeq: Wide;
  readonly lastSeq: Wide;
  readonly firstTime: Wide;
  readonly lastTime: Wide;
  readonly digest: Wide;
  readonly LIVE: Place;
  readonly LIVE_PAIRS: Place;
  readonly scanLive: (pairs: number) => void;
  readonly liveMessages: Place;
  readonly liveBytes: Place;
  readonly liveFirstSeq: Wide;
  readonly liveLastSeq: Wide;
  readonly liveFirstTime: Wide;
  readonly liveLastTime: Wide;
  readonly liveDigest: Wide;
  readonly runCount: Place;
  readonly erasedCount: Place;
  readonly tombstoneCount: Place;
  readonly ttlCount: Place;
  readonly scheduleCount: Place;
  readonly faultCount: Place;
  readonly recordCount: Place;
}

/** The thread's instance of the module. */
export interface Kernels {
  readonly exports: KernelExports;
  readonly buffer: ArrayBuffer;
  /** The memory, as much of it as there is so far. */
  readonly bytes: Uint8Array;
}

let compiled: WebAssembly.Module | undefined;
let running: { -readonly [K in keyof Kernels]: Kernels[K] } | undefined;
let isWhole = false;

/** The compiled module, to be sent to a worker. Compiles it on first use. */
export function kernelModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(Buffer.from(KERNELS_BASE64, 'base64'));
  return compiled;
}

/** Makes this thread use a module that another thread compiled. Has no effect once the kernels run. */
export function adoptKernelModule(module: WebAssembly.Module): void {
  compiled ??= module;
}

/** The instance of this thread, with the memory that reading needs. */
export function kernels(): Kernels {
  if (running === undefined) {
    const exports = new WebAssembly.Instance(kernelModule()).exports as unknown as KernelExports;
    const buffer = exports.memory.buffer;
    running = { exports, buffer, bytes: new Uint8Array(buffer) };
  }
  return running;
}

/**
 * The same with all of the memory: long records, blocks that are rewritten, the encoder. Becomes so once in a thread;
 * views of the memory that were made before are empty then.
 */
export function wholeKernels(): Kernels {
  kernels();
  if (running === undefined || isWhole) return kernels();
  const { memory, WHOLE_PAGES } = running.exports;
  const pages = running.buffer.byteLength / PAGE_BYTES;
  memory.grow(WHOLE_PAGES.value - pages);
  running.buffer = memory.buffer;
  running.bytes = new Uint8Array(memory.buffer);
  isWhole = true;
  return running;
}

/** Whether views from before `wholeKernels` are empty now. */
export function kernelsAreWhole(): boolean {
  return isWhole;
}
