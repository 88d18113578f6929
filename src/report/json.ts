import { stringifyJson } from '../core/json.ts';

/**
 * A report as one JSON document, in pieces: a list of a million deleted sequences is written out as it is walked.
 * Numbers keep every digit.
 */
export function* jsonChunks(value: unknown): Generator<string> {
  yield* chunksOf(value, '');
  yield '\n';
}

function* chunksOf(value: unknown, indent: string): Generator<string> {
  if (typeof value !== 'object' || value === null) yield stringifyJson(value);
  else if (Array.isArray(value)) yield* listChunks(value, indent);
  else if (Symbol.iterator in value) yield* iterableChunks(value as Iterable<unknown>, indent);
  else yield* objectChunks(value, indent);
}

function* listChunks(values: readonly unknown[], indent: string): Generator<string> {
  if (values.length === 0) return yield '[]';
  if (values.some((value) => typeof value === 'object' && value !== null))
    return yield* linesOf(values, indent);
  for (const [i, value] of values.entries()) yield `${i > 0 ? ', ' : '['}${stringifyJson(value)}`;
  yield ']';
}

/** A list with a line, or some, for each of its values. */
function* linesOf(values: Iterable<unknown>, indent: string): Generator<string> {
  const inner = `${indent}  `;
  let separator = '';
  yield '[';
  for (const value of values) {
    yield `${separator}\n${inner}`;
    yield* chunksOf(value, inner);
    separator = ',';
  }
  yield `\n${indent}]`;
}

/** What is walked anew each time: objects, or sequences. */
function* iterableChunks(values: Iterable<unknown>, indent: string): Generator<string> {
  const [first] = values;
  if (typeof first === 'object' && !Array.isArray(first)) yield* linesOf(values, indent);
  else yield* sequenceChunks(values as Iterable<SequenceOrRange>);
}

type SequenceOrRange = bigint | readonly bigint[];

/** Long lists of sequences, or of ranges of them, stand on one line. */
function* sequenceChunks(values: Iterable<SequenceOrRange>): Generator<string> {
  let text = '[';
  let isFirst = true;
  for (const value of values) {
    text += `${isFirst ? '' : ','}${typeof value === 'bigint' ? value : `[${value.join(',')}]`}`;
    isFirst = false;
    if (text.length > 65_536) {
      yield text;
      text = '';
    }
  }
  yield `${text}]`;
}

function* objectChunks(object: object, indent: string): Generator<string> {
  const fields = Object.entries(object).filter(([, value]) => value !== undefined);
  if (fields.length === 0) return yield '{}';
  const inner = `${indent}  `;
  yield '{';
  for (const [i, [field, value]] of fields.entries()) {
    yield `${i > 0 ? ',' : ''}\n${inner}${JSON.stringify(field)}: `;
    yield* chunksOf(value, inner);
  }
  yield `\n${indent}}`;
}
