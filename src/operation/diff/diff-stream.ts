import { SequenceParts } from '../../core/sequence-parts.ts';
import { mapSubject, type SubjectMapping } from '../../core/subject-map.ts';
import type { Finding } from '../../findings/finding.ts';
import { byteText } from '../state/consumer-report.ts';
import { mappingsFor } from '../write/outgoing-stream.ts';
import { mapStreamConfig } from '../write/subject-changes.ts';
import { compareMessages, type MessageSets } from './compare-messages.ts';
import { consumerDiffs } from './compare-consumers.ts';
import { stateChanges } from './compare-states.ts';
import { valueChanges } from './compare-values.ts';
import { describeMessages, type DescribeOptions } from './describe-messages.ts';
import type { Match } from './match-streams.ts';
import { notComparable } from './not-comparable.ts';
import { isUnreadable, loadSides, type Side } from './side.ts';
import { lossesOfSide } from './side-losses.ts';
import type { LossFields } from '../types.ts';
import type { DiffOptions, NotComparable, StreamDiff, ValueChange } from './types.ts';

/** One stream compared, and what was damaged on each side. */
export interface StreamResult {
  readonly diff: StreamDiff;
  readonly findings: { readonly a: readonly Finding[]; readonly b: readonly Finding[] };
}

const NO_PARTS = new SequenceParts([]);

const NO_MESSAGES: MessageSets = {
  onlyA: NO_PARTS,
  onlyB: NO_PARTS,
  changed: NO_PARTS,
  same: 0n,
};

/** Compares a stream of A with its counterpart in B. Throws SourceError, CancelledError. */
export async function diffStream(match: Match, options: DiffOptions): Promise<StreamResult> {
  const mappings = mappingsFor(match, options);
  const [candidateA = null, candidateB = null] = match.candidates;
  if (candidateA !== null && candidateB !== null) {
    const [a, b] = await loadSides([candidateA, candidateB]);
    if (a !== undefined && b !== undefined) return diffSides(match, { a, b, mappings }, options);
  }
  const [only] = await loadSides([candidateA ?? candidateB].filter((one) => one !== null));
  if (only === undefined) throw new Error('a match without a stream');
  return onlyInOne(match, only, candidateA === null ? 'b' : 'a', options);
}

interface Pair {
  readonly a: Side;
  readonly b: Side;
  readonly mappings: readonly SubjectMapping[];
}

async function diffSides(
  match: Match,
  { a, b, mappings }: Pair,
  options: DiffOptions,
): Promise<StreamResult> {
  const skipped = notComparable(a, b, mappings.length > 0);
  const describe = describeOptions(mappings, options);
  const sets = (await compareMessages(a, b, describe.mappings)) ?? NO_MESSAGES;
  const config = skipped.has('config') ? [] : configChanges(a, b, mappings, options.as);
  const consumers = consumerDiffs(a, b, mappings, skipped);
  const state_changes = stateChanges(a.state, b.state, skipped);
  const messages = await describeMessages(a, b, sets, describe);
  const { only_a, only_b, changed } = messages.totals;
  const isCreatedSame = skipped.has('created') || a.archive.created === b.archive.created;
  const changes = config.length + state_changes.length + consumers.length;
  const unreadable_in = unreadableOf({ a, b });
  const diff: StreamDiff = {
    account: match.account,
    name: match.name,
    ...(options.as === undefined ? {} : { name_b: options.as }),
    same: unreadable_in.length === 0 && isCreatedSame && changes === 0 && only_a + only_b + changed === 0n,
    unreadable_in,
    only_in: null,
    created: { a: a.archive.created, b: b.archive.created },
    config,
    state_changes,
    state: { a: a.state, b: b.state },
    consumers,
    messages,
    not_comparable: [...skipped],
    losses: { a: await lossesOfSide(a), b: await lossesOfSide(b) },
  };
  return { diff, findings: { a: a.findings, b: b.findings } };
}

function unreadableOf(sides: Readonly<Record<'a' | 'b', Side>>): ('a' | 'b')[] {
  return (['a', 'b'] as const).filter((name) => isUnreadable(sides[name]));
}

/** The configuration of A as it would be under the other name. */
function configChanges(
  a: Side,
  b: Side,
  mappings: readonly SubjectMapping[],
  as: string | undefined,
): ValueChange[] {
  const mapped = mapStreamConfig(a.archive.config ?? {}, (subject) => mapSubject(mappings, subject));
  return valueChanges(as === undefined ? mapped : { ...mapped, name: as }, b.archive.config ?? {});
}

/** Messages hold subjects as bytes. */
function describeOptions(
  mappings: readonly SubjectMapping[],
  { stat = false, show = 0 }: DiffOptions,
): DescribeOptions {
  const byteMappings = mappings.map(({ from, to }) => ({ from: from.map(byteText), to: to.map(byteText) }));
  return { mappings: byteMappings, stat, show };
}

async function onlyInOne(
  match: Match,
  side: Side,
  where: 'a' | 'b',
  options: DiffOptions,
): Promise<StreamResult> {
  const { archive, state, findings } = side;
  const live = side.live ?? NO_PARTS;
  const sets = { ...NO_MESSAGES, [where === 'a' ? 'onlyA' : 'onlyB']: live };
  const absent: Side = { ...side, live: NO_PARTS };
  const describe = { ...describeOptions([], options), show: 0 };
  const messages =
    where === 'a'
      ? await describeMessages(side, absent, sets, describe)
      : await describeMessages(absent, side, sets, describe);
  const missing: NotComparable[] = side.live === null ? ['state', 'messages'] : [];
  const inA = <T>(value: T, none: T): { a: T; b: T } =>
    where === 'a' ? { a: value, b: none } : { a: none, b: value };
  const diff: StreamDiff = {
    account: match.account,
    name: match.name,
    same: false,
    unreadable_in: isUnreadable(side) ? [where] : [],
    only_in: where,
    created: inA<string | null>(archive.created, null),
    config: [],
    state_changes: [],
    state: inA(state, null),
    consumers: [],
    messages,
    not_comparable: missing,
    losses: inA<LossFields | null>(await lossesOfSide(side), null),
  };
  return { diff, findings: inA<readonly Finding[]>(findings, []) };
}
