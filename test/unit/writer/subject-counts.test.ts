import fc from 'fast-check';
import { expect, it } from 'vitest';
import { subjectHash, type SubjectLot } from '../../../src/kernels/index.ts';
import { SubjectCounts } from '../../../src/writer/subject-counts.ts';

/** As a thread tells of it. */
function lotOf(subject: Uint8Array, messages: number): SubjectLot {
  return {
    text: Uint8Array.from(Buffer.concat([subject, Buffer.alloc(-subject.length & 3)])),
    lengths: Uint32Array.of(subject.length),
    messages: Uint32Array.of(messages),
    hashes: Uint32Array.of(subjectHash(subject)),
  };
}

interface Known {
  messages: bigint;
  readonly firstBlock: number;
  lastBlock: number;
}

it('counts subjects as a map of their bytes does, in the order in which they come', () => {
  const lot = fc.record({
    subject: fc.oneof(
      fc.constantFrom('', 'a', 'a.b'),
      fc.string({ unit: 'binary', maxLength: 6 }),
      fc.constantFrom('a'.repeat(9), 'a'.repeat(10)),
    ),
    messages: fc.integer({ min: 1, max: 9 }),
  });
  fc.assert(
    fc.property(fc.array(lot, { maxLength: 60 }), fc.integer({ min: 0, max: 3000 }), (lots, more) => {
      // So many that the table grows.
      const others = Array.from({ length: more }, (_, i) => ({ subject: `other.${i}`, messages: 1 }));
      const counts = new SubjectCounts();
      const known = new Map<string, Known>();
      for (const [i, { subject, messages }] of [...lots, ...others, ...lots].entries()) {
        const bytes = Buffer.from(`<${subject}>`);
        if (i % 2 === 0) counts.add(bytes.subarray(1, -1), messages, i);
        else counts.addLot(lotOf(bytes.subarray(1, -1), messages), i);
        const key = bytes.subarray(1, -1).toString('latin1');
        const one = known.get(key);
        if (one === undefined) known.set(key, { messages: BigInt(messages), firstBlock: i, lastBlock: i });
        else {
          one.messages += BigInt(messages);
          one.lastBlock = i;
        }
      }
      const listed = Array.from(counts, ({ subject, ...rest }) => [
        Buffer.from(subject).toString('latin1'),
        rest,
      ]);
      expect(listed).toEqual([...known]);
      expect(counts.size).toBe(known.size);
    }),
    { numRuns: 60 },
  );
});
