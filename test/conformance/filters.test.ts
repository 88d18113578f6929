import fc from 'fast-check';
import { afterAll, expect } from 'vitest';
import { catMessages } from '../../src/operation/cat/run.ts';
import { testEachForm } from '../support/each-form.ts';
import { expected, filters, knownMessages } from '../support/message-filters.ts';

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
        const passed: bigint[] = [];
        const { messages } = await catMessages(path, filter, (lot) => {
          passed.push(...lot.map((message) => message.seq));
        });
        expect(passed).toEqual(expected(all, filter));
        expect(messages).toBe(passed.length);
        compared++;
      }),
      { numRuns: 20 },
    );
  },
);
