import fc from 'fast-check';
import { afterAll, expect } from 'vitest';
import { testEachForm } from '../support/each-form.ts';
import { expected, filters, knownMessages } from '../support/message-filters.ts';
import { storedSequences } from '../support/message-list.ts';

const STREAMS = [
  'ORDERS',
  'KV_settings',
  'EDGE',
  'PERSUB',
  'HUGESEQ',
  'HEADBLOCKS',
  'ünïcode_日本語-01',
  'COMPRESSED',
];

let compared = 0;
afterAll(() => console.log(`filters compared with the truth: ${compared}`));

testEachForm(
  (name) => STREAMS.includes(name),
  async ({ path, stream }) => {
    const all = await knownMessages(path, stream);
    await fc.assert(
      fc.asyncProperty(filters(all), async (filter) => {
        const { seqs, messages } = await storedSequences(path, filter);
        expect(seqs).toEqual(expected(all, filter));
        expect(messages).toBe(seqs.length);
        compared++;
      }),
      { numRuns: 20 },
    );
  },
);
