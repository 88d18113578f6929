import fc from 'fast-check';
import { expect } from 'vitest';
import type { MessageFilter } from '../../src/operation/filter/types.ts';
import type { TruthStream } from './captures.ts';
import { truthMessage } from './truth-comparison.ts';
import { storedMessages } from './message-list.ts';

/** What a test of its own knows of a message: the place from the truth, the bytes from an unfiltered reading. */
export interface Known {
  readonly seq: bigint;
  readonly subject: string;
  readonly timeNs: bigint;
  readonly headerLines: readonly string[];
  readonly payload: string;
}

/** Reads a stream whole, and compares it with the truth. */
export async function knownMessages(path: string, stream: TruthStream): Promise<Known[]> {
  const read = await storedMessages(path);
  expect(read.map(truthMessage)).toEqual(stream.messages);
  return (stream.messages ?? []).map((truth, i) => ({
    seq: BigInt(truth.seq),
    subject: truth.subject,
    timeNs: BigInt(truth.time_ns),
    headerLines: Buffer.from(read[i]?.header ?? [])
      .toString('utf8')
      .split('\r\n')
      .slice(1)
      .filter((line) => line !== ''),
    payload: Buffer.from(read[i]?.data ?? []).toString('utf8'),
  }));
}

/** Filters made of what the stream holds, so that most of them let something pass and stop something. */
export function filters(all: readonly Known[]): fc.Arbitrary<MessageFilter> {
  const one = fc.constantFrom(...all);
  const headerLines = all.flatMap((message) => message.headerLines);
  const words = all
    .map((message, i) => message.payload.slice(i % 2, 6))
    .filter((word) => /^[\w ]+$/.test(word));
  const subject = one.chain(({ subject: text }) => {
    const tokens = text.split('.');
    return fc.constantFrom(text, [...tokens.slice(0, -1), '*'].join('.'), `${tokens[0]}.>`, '>');
  });
  const header = fc.constantFrom(...(headerLines.length > 0 ? headerLines : ['X-None: 1'])).chain((line) => {
    const [name = '', value = ''] = line.split(': ');
    return fc.constantFrom({ name, value }, { name, value: null }, { name: name.toUpperCase(), value: null });
  });
  const conditions = {
    subjects: fc.array(subject, { minLength: 1, maxLength: 2 }),
    minSeq: one.map(({ seq }) => seq),
    maxSeq: one.map(({ seq }) => seq),
    afterNs: one.map(({ timeNs }) => timeNs),
    beforeNs: one.map(({ timeNs }) => timeNs),
    headers: fc.array(header, { minLength: 1, maxLength: 2 }),
    grep: fc.constantFrom(...(words.length > 0 ? words : ['x'])).map((word) => new RegExp(word)),
    lastPerSubject: fc.integer({ min: 1, max: 3 }),
    limit: fc.integer({ min: 1, max: 30 }),
  };
  const names = Object.keys(conditions) as (keyof typeof conditions)[];
  // With more than two conditions hardly anything is left to tell a wrong answer from a right one.
  return fc
    .tuple(fc.subarray(names, { minLength: 1, maxLength: 2 }), fc.record(conditions))
    .map(([chosen, filter]) => Object.fromEntries(chosen.map((name) => [name, filter[name]])));
}

/** The sequences that pass. */
export function expected(all: readonly Known[], filter: MessageFilter): bigint[] {
  const fitting = all.filter(
    (message) =>
      (filter.subjects ?? ['>']).some((pattern) => patternOf(pattern).test(message.subject)) &&
      message.seq >= (filter.minSeq ?? 0n) &&
      message.seq <= (filter.maxSeq ?? 1n << 64n) &&
      message.timeNs >= (filter.afterNs ?? 0n) &&
      message.timeNs <= (filter.beforeNs ?? 1n << 63n) &&
      (filter.headers ?? []).every(({ name, value }) =>
        message.headerLines.some((line) =>
          value === null
            ? line.startsWith(`${name}:`)
            : line.startsWith(`${name}:`) && line.slice(name.length + 1).trim() === value.trim(),
        ),
      ) &&
      (filter.grep?.test(message.payload) ?? true),
  );
  const { lastPerSubject, limit } = filter;
  const newest =
    lastPerSubject === undefined
      ? fitting
      : fitting.filter(
          (message, at) =>
            fitting.slice(at + 1).filter((later) => later.subject === message.subject).length <
            lastPerSubject,
        );
  return newest.slice(0, limit).map(({ seq }) => seq);
}

function patternOf(pattern: string): RegExp {
  const tokens = pattern
    .split('.')
    .map((token) =>
      token === '*' ? '[^.]+' : token === '>' ? '.+' : token.replace(/[$^()+?[\]\\|{}]/g, '\\$&'),
    );
  return new RegExp(`^${tokens.join('\\.')}$`);
}
