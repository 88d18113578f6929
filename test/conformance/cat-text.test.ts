import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { openContainer } from '../../src/container/open.ts';
import { isDamage } from '../../src/findings/status.ts';
import type { MessageFilter } from '../../src/operation/filter/types.ts';
import { allForms } from '../support/archive-forms.ts';
import { captures } from '../support/captures.ts';
import { plainText, renderedText } from '../support/cat-text.ts';
import { testEachForm } from '../support/each-form.ts';
import { filters, knownMessages } from '../support/message-filters.ts';

let finished = 0;
let all = 0;
afterAll(() => {
  console.log(`messages that came as finished text: ${finished} of ${all}`);
});

/** Messages of V2 archives lie in no blocks. */
async function holdsBlocks(path: string): Promise<boolean> {
  const container = await openContainer(path);
  container.close();
  return !container.streams.some(({ form }) => form === 'v2');
}

/** Who asks for what lies within messages, or how many, has them rendered one by one. */
function looksAtRecords({ headers, grep, lastPerSubject, limit }: MessageFilter): boolean {
  return (headers ?? grep ?? lastPerSubject ?? limit) === undefined;
}

/** What is rendered where it is read is what the plain renderer makes of it. */
async function compare(path: string, options: Parameters<typeof plainText>[1]): Promise<void> {
  for (const raw of [false, true]) {
    const plain = await plainText(path, options, raw).catch((error: Error) => error);
    if (plain instanceof Error) {
      await expect(renderedText(path, options, raw)).rejects.toThrow(plain.message);
      continue;
    }
    const { finished: ofThem, ...rendered } = await renderedText(path, options, raw);
    expect(rendered.text === plain.text).toBe(true);
    expect(rendered).toEqual(plain);
    if (plain.messages > 0 && !plain.findings.some(isDamage))
      expect(ofThem).toBe((await holdsBlocks(path)) && looksAtRecords(options) ? plain.messages : 0);
    finished += ofThem;
    all += plain.messages;
  }
}

describe('whole archives', () => {
  for (const capture of captures()) {
    const folders = ['store', 'backups', 'accounts'].map((name) => join(capture.folder, name));
    const streams = allForms(capture, () => true).map(({ path }) => path);
    it(capture.id, async () => {
      for (const path of [...folders.filter(existsSync), ...streams]) await compare(path, {});
    });
  }
});

describe('what passes a filter', () => {
  testEachForm(
    (name) => ['ORDERS', 'EDGE', 'PERSUB', 'COMPRESSED'].includes(name),
    async ({ path, stream }) => {
      const known = await knownMessages(path, stream);
      await fc.assert(
        fc.asyncProperty(filters(known), async (filter) => compare(path, filter)),
        { numRuns: 10 },
      );
    },
  );
});
