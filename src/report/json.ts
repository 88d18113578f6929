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
  else if (Symbol.iterator in value) yield* sequenceChunks(value as Iterable<SequenceOrRange>);
  else yield* objectChunks(value, indent);
}

function* listChunks(values: readonly unknown[], indent: string): Generator<string> {
  if (values.length === 0) return yield '[]';
  const inner = `${indent}  `;
  const isFlat = values.every((value) => typeof value !== 'object' || value === null);
  yield '[';
  for (const [i, value] of values.entries()) {
    yield isFlat ? (i > 0 ? ', ' : '') : `${i > 0 ? ',' : ''}\n${inner}`;
    yield* chunksOf(value, inner);
  }
  yield isFlat ? ']' : `\n${indent}]`;
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
