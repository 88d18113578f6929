import type { ByteSource, SourceDescriptor } from '../../../source/byte-source.ts';
import { openBlock, type OpenBlock } from '../../../workers/open-block.ts';

const MOST_SPARES = 2;

interface Handle {
  readonly block: OpenBlock;
  users: number;
}

/** Blocks that are open: all readers of one share it, and the one that was used last stays open for the next. */
export class BlockHandles {
  readonly #open = new Map<SourceDescriptor, Handle>();
  #idle: SourceDescriptor | null = null;
  readonly #spares: Buffer[] = [];

  acquire(descriptor: SourceDescriptor): ByteSource {
    const handle = this.#open.get(descriptor) ?? { block: openBlock(descriptor, true), users: 0 };
    this.#open.set(descriptor, handle);
    handle.users++;
    if (this.#idle === descriptor) this.#idle = null;
    return handle.block.content;
  }

  release(descriptor: SourceDescriptor): void {
    const handle = this.#open.get(descriptor);
    if (handle === undefined || --handle.users > 0) return;
    this.close();
    this.#idle = descriptor;
  }

  /** Memory for a reader; a record may need more than the last one did. */
  takeWindow(lengthBytes: number): Buffer {
    const spare = this.#spares.findIndex((window) => window.length >= lengthBytes);
    return spare < 0
      ? Buffer.allocUnsafeSlow(lengthBytes)
      : (this.#spares.splice(spare, 1)[0] ?? Buffer.alloc(0));
  }

  giveWindow(window: Buffer): void {
    this.#spares.push(window);
    this.#spares.sort((a, b) => a.length - b.length);
    // The largest is the one that would be missed.
    if (this.#spares.length > MOST_SPARES) this.#spares.shift();
  }

  /** Closes what nobody reads. */
  close(): void {
    if (this.#idle === null) return;
    this.#open.get(this.#idle)?.block.close();
    this.#open.delete(this.#idle);
    this.#idle = null;
  }
}
