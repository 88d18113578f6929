import { afterEach, expect, test, vi } from 'vitest';
import { damagedStretches } from '../../../src/container/v2-damage.ts';
import { findV2Spans } from '../../../src/container/v2-spans.ts';
import { V2Walker } from '../../../src/container/v2-walk.ts';
import { CancelledError } from '../../../src/core/error.ts';
import { stepByStep } from '../../../src/core/pause.ts';
import { MemorySource } from '../../../src/source/memory.ts';
import { v2Bytes } from '../kernels/v2-messages.ts';

const WINDOW_BYTES = 1024 * 1024;
const WINDOWS = 8;

/** Counts how often it is read, and tells. */
class ToldSource extends MemorySource {
  readonly #onRead: () => void;

  constructor(bytes: Uint8Array, onRead: () => void) {
    super(bytes);
    this.#onRead = onRead;
  }

  override read(target: Uint8Array, offsetBytes: number): number {
    this.#onRead();
    return super.read(target, offsetBytes);
  }
}

afterEach(() => {
  vi.restoreAllMocks();
});

const bodies = {
  'nothing that begins a message': Buffer.alloc(WINDOWS * WINDOW_BYTES, 'A'),
  'what seems to begin one everywhere': Buffer.alloc(
    WINDOWS * WINDOW_BYTES,
    Buffer.from([9, ...Array<number>(8).fill(0x90), 0x40]),
  ),
};

test.each(Object.entries(bodies))('a search behind damage hears a signal: %s', async (_, body) => {
  let nowMs = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => (nowMs += 100));
  let stop = new AbortController();
  let reads = 0;
  const source = new ToldSource(body, () => {
    if (++reads === 3) stop.abort();
  });
  const searches: (() => Generator<unknown, unknown>)[] = [
    () => damagedStretches(source),
    () => findV2Spans(source, [[0, 1]]),
    () => findV2Spans(source, [], { endBytes: 1, lastSeq: 7n }),
  ];
  for (const search of searches) {
    reads = 0;
    await stepByStep(search(), undefined);
    expect(reads).toBeGreaterThanOrEqual(WINDOWS);
    [stop, reads] = [new AbortController(), 0];
    await expect(stepByStep(search(), stop.signal)).rejects.toThrow(CancelledError);
    expect(reads).toBeLessThanOrEqual(4);
  }
});

test('a walk rests behind each window of messages', () => {
  const state = Buffer.from('\x0a\x00\x00\x00\x02state.json{}', 'latin1');
  const one = [1n, Buffer.from('s'), Buffer.alloc(0), Buffer.alloc(1000), 0x2e00000000000000n] as const;
  const messages = v2Bytes(Array(4000).fill(one), 0n);
  const walker = new V2Walker(
    new MemorySource(Buffer.concat([state, messages, new Uint8Array(5)])),
    () => {},
  );
  let rests = 0;
  for (const entry of walker.entries()) {
    if (entry.kind === 'state') walker.expectConsumers(0);
    if (entry.kind === 'rest') rests++;
  }
  expect(rests).toBeGreaterThan(2);
  expect(walker.faults).toEqual([]);
});
