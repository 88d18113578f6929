import { expect, it } from 'vitest';
import { isOnly, packFaults } from '../../../src/kernels/packed-faults.ts';
import type { ScanFault } from '../../../src/kernels/scan-fault.ts';

function packed(...kinds: ScanFault['kind'][]): ReturnType<typeof packFaults> {
  // Of every second one nothing tells which sequence it claims: that is kept with its kind.
  const place = { offsetBytes: 0, lengthBytes: 30, detail: '', seqBefore: 0n, seqAfter: 0n };
  return packFaults(kinds.map((kind, i) => ({ kind, ...place, seq: i % 2 === 0 ? null : 1n })));
}

it('a block is only torn where nothing else is wrong with it', () => {
  expect(isOnly(packed(), 'tail')).toBe(true);
  expect(isOnly(packed('tail'), 'tail')).toBe(true);
  expect(isOnly(packed('tail', 'tail'), 'tail')).toBe(true);
  for (const kind of ['checksum', 'length', 'structure', 'order'] as const) {
    expect(isOnly(packed(kind), 'tail')).toBe(false);
    expect(isOnly(packed(kind, 'tail'), 'tail')).toBe(false);
    expect(isOnly(packed('tail', kind), 'tail')).toBe(false);
  }
});
