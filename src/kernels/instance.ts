import { KERNELS_BASE64 } from './generated/kernels.ts';
import { LAYOUT } from './memory-layout.ts';

/** The functions of `assembly/`, as WebAssembly exports them. Pointers and lengths are in bytes. */
export interface KernelExports {
  readonly memory: WebAssembly.Memory;
  setKey(key: number): void;
  hash(at: number, length: number): bigint;
  beginStream(): void;
  hashPiece(at: number, length: number, isLast: number): bigint;
  crc32c(crc: number, at: number, length: number): number;
  decodeElements(at: number, end: number, out: number, limit: number): number;
  beginBlock(budgetBytes: bigint): void;
  digest(at: number, length: number): bigint;
  findRecord(window: number, from: number, length: number, isFinal: number): bigint;
  scan(window: number, length: number, base: bigint, isFinal: number, wants: number): number;
}

/** A module with its memory, as bytes. The memory never grows, so views stay valid. */
export interface Kernel {
  readonly exports: KernelExports;
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

let compiled: WebAssembly.Module | null = null;
let instance: Kernel | null = null;

/** The compiled module: to be sent to other threads, which then need not compile it. */
export function kernelModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(KERNELS_BASE64), (char) => char.charCodeAt(0)));
  return compiled;
}

/** Uses a module that another thread compiled. */
export function adoptKernelModule(module: WebAssembly.Module): void {
  compiled = module;
}

/** The thread's kernels; made at first use. */
export function kernel(): Kernel {
  if (instance !== null) return instance;
  const { exports } = new WebAssembly.Instance(kernelModule(), { env: { abort: onAbort } });
  const functions = exports as unknown as KernelExports;
  instance = {
    exports: functions,
    bytes: new Uint8Array(functions.memory.buffer),
    view: new DataView(functions.memory.buffer),
  };
  return instance;
}

function onAbort(): never {
  throw new Error('a kernel stopped: this is a bug in natsarc, please report it');
}

/** Where `bytes` lie in kernel memory, -1 where they lie elsewhere. */
export function addressOf(bytes: Uint8Array): number {
  return bytes.buffer === kernel().bytes.buffer ? bytes.byteOffset : -1;
}

/** Copies up to 16 MiB to the input region and gives the address there; bytes that are in kernel memory stay. */
export function place(bytes: Uint8Array): number {
  const address = addressOf(bytes);
  if (address >= 0) return address;
  kernel().bytes.set(bytes, LAYOUT.s2Input);
  return LAYOUT.s2Input;
}
