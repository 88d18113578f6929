import type { JsonValue } from '../../../core/json.ts';
import { textField } from '../../../core/json.ts';
import { subjectMatches } from '../../../core/subject.ts';
import type { ConsumerArchive } from '../../../model/stream-archive.ts';
import type { RecoveredBlock, RecoveredStream } from '../rules/recovered.ts';
import type { ServerRules } from '../rules/server-rules.ts';

/** What a server knows of subjects before it looks into a block. */
export interface StreamSubjects {
  /** Number of the first and the last block that may hold messages of a subject that fits one of the filters; null: none does. */
  readonly blocksOf: (filters: readonly string[]) => { readonly first: number; readonly last: number } | null;
  /** Text of the stream's only subject; null where it has none, or several. */
  readonly only: string | null;
  /** Of a block whose `.fss` is taken: whether a subject that fits has messages before and behind. */
  readonly isSplit: (block: RecoveredBlock, filters: readonly string[], seq: bigint) => boolean;
}

/** What a consumer waits for. */
interface Wanted {
  readonly nextSeq: bigint;
  /** None of the messages from there on is left out. */
  readonly isAll: boolean;
  readonly filters: readonly string[];
  /** Of each subject the last message only. */
  readonly isLast: boolean;
  readonly isFromFirst: boolean;
}

/** The blocks that a server looks into to count what a consumer has still to be given (NumPending). */
export function blocksCounted(
  stream: RecoveredStream,
  consumer: ConsumerArchive,
  subjects: StreamSubjects,
  rules: ServerRules,
): readonly RecoveredBlock[] {
  const wanted = wantedBy(consumer, stream, subjects);
  if (isCountedByTotals(wanted, stream, rules)) return [];
  const { nextSeq, isAll, filters, isLast, isFromFirst } = wanted;
  const { blocks } = stream;
  const holding = blocks.findIndex((block) => nextSeq <= block.lastSeq);
  const from = isFromFirst ? 0 : Math.max(0, holding);
  const fitting = isAll ? { first: 0, last: Infinity } : subjects.blocksOf(filters);
  if (rules.countsByIndex && !isWithin(blocks[from], fitting)) return [];
  if (isLast)
    return rules.loadsSubjects
      ? blocks.slice(from, from + 1).filter(({ firstSeq }) => nextSeq > firstSeq)
      : [];
  const isLoaded = (block: RecoveredBlock): boolean =>
    rules.loadsSubjects || subjects.isSplit(block, filters, nextSeq);
  if (from >= blocks.length >> 1)
    return blocks.slice(from).filter((block) => !(isAll && nextSeq <= block.firstSeq) && isLoaded(block));
  if (isFromFirst) return [];
  const isFitting = ({ block }: RecoveredBlock): boolean => fitting === null || block.index >= fitting.first;
  return blocks
    .slice(0, from + 1)
    .filter((block) => isFitting(block) && (nextSeq <= block.lastSeq || (!isAll && rules.loadsSubjects)));
}

/** A stretch of messages that a server reads one by one to count what a consumer has still to be given. */
export interface ReadStretch {
  readonly block: RecoveredBlock;
  readonly fromSeq: bigint;
  readonly toSeq: bigint;
  /** Read only where a subject that fits has messages both before and from `nextSeq` on; null: in any case. */
  readonly split: { readonly filters: readonly string[]; readonly nextSeq: bigint } | null;
}

/** The same of 2.9 and 2.10 (NumPending). */
export function stretchesRead(
  stream: RecoveredStream,
  consumer: ConsumerArchive,
  subjects: StreamSubjects,
  rules: ServerRules,
): readonly ReadStretch[] {
  const wanted = wantedBy(consumer, stream, subjects);
  if (isCountedByTotals(wanted, stream, rules)) return [];
  const { nextSeq, isAll, filters, isLast, isFromFirst } = wanted;
  const { blocks } = stream;
  const from = isFromFirst
    ? 0
    : Math.max(
        0,
        blocks.findIndex((block) => nextSeq <= block.lastSeq),
      );
  const start = blocks[from];
  if (start === undefined) return [];
  const whole = { block: start, fromSeq: start.firstSeq, toSeq: start.lastSeq, split: null };
  if (isLast) return rules.loadsSubjects && nextSeq > start.firstSeq ? [whole] : [];
  if (from < blocks.length >> 1) return isFromFirst ? [] : [{ ...whole, toSeq: nextSeq - 1n }];
  return blocks.slice(from).flatMap((block): readonly ReadStretch[] => {
    if (isAll && nextSeq <= block.firstSeq) return [];
    const fromSeq = nextSeq > block.firstSeq ? nextSeq : block.firstSeq;
    return [{ block, fromSeq, toSeq: block.lastSeq, split: { filters, nextSeq } }];
  });
}

function wantedBy(
  consumer: ConsumerArchive,
  { firstSeq }: RecoveredStream,
  { only }: StreamSubjects,
): Wanted {
  const nextSeq = (consumer.state?.delivered.streamSeq ?? 0n) + 1n;
  const filters = filtersOf(consumer);
  const isAll = filters.length === 0 || filters.includes('>') || filters.includes(only ?? '');
  return {
    nextSeq,
    isAll,
    filters: isAll ? [] : filters,
    isLast: consumer.config?.['deliver_policy'] === 'last_per_subject',
    isFromFirst: nextSeq <= firstSeq,
  };
}

function isCountedByTotals(
  { nextSeq, isAll, isLast, isFromFirst }: Wanted,
  { firstSeq, lastSeq, messages }: RecoveredStream,
  rules: ServerRules,
): boolean {
  if (messages === 0n || nextSeq > lastSeq) return true;
  if (isFromFirst && (rules.countsByIndex || (isAll && isLast && rules.loadsSubjects))) return true;
  const isDense = lastSeq - firstSeq + 1n === messages;
  return isAll && isDense && !(isLast && rules.loadsSubjects);
}

function isWithin(
  start: RecoveredBlock | undefined,
  fitting: { readonly first: number; readonly last: number } | null,
): boolean {
  const index = start?.block.index ?? 0;
  return fitting !== null && index >= fitting.first && index <= fitting.last;
}

/** Subject filters of a consumer; none: it wants all. */
export function filtersOf({ config }: ConsumerArchive): readonly string[] {
  const filter = textField(config ?? {}, 'filter_subject') ?? '';
  const listed: readonly JsonValue[] = Array.isArray(config?.['filter_subjects'])
    ? config['filter_subjects']
    : [];
  return [filter, ...listed].filter((one): one is string => typeof one === 'string' && one !== '');
}

/** No filters: every subject fits. */
export function fitsOne(filters: readonly string[], subject: string): boolean {
  return filters.length === 0 || filters.some((filter) => subjectMatches(filter, subject));
}
