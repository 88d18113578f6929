import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { catMessages } from '../../src/operation/cat/run.ts';
import { archiveForms } from '../support/archive-forms.ts';
import { captures } from '../support/captures.ts';
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

for (const capture of captures()) {
  const forms = archiveForms(capture, (name) => STREAMS.includes(name));
  if (forms.length === 0) continue;
  describe(capture.id, () => {
    for (const { path, label, stream } of forms)
      it(label, async () => {
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
      });
  });
}
