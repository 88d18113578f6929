import type { MessageExample, SequencePairs, ShownMessage, StreamDiff } from '../../operation/diff/types.ts';
import { clip } from '../escape.ts';
import type { Palette } from '../palette.ts';
import { countText, counted } from '../units.ts';
import { utf8Text } from '../utf8-text.ts';
import { wrap } from './wrap.ts';

/** What a line of a terminal takes. */
export const LINE_CHARS = 96;
/** How many ranges, and how many changed messages, are listed; `--json` has more. */
const MOST_RANGES = 40;
const MOST_CHANGED = 20;

/** A line of what only one side has. */
export function sideLine(side: 'a' | 'b', text: string, palette: Palette): string {
  return side === 'a' ? palette.bad(`- ${text}`) : palette.good(`+ ${text}`);
}

/** The messages of a stream that are not the same in both. */
export function messageLines({ messages }: StreamDiff, palette: Palette): string[] {
  const { same, only_a, only_b, changed } = messages.totals;
  if (only_a + only_b + changed === 0n) return [];
  const parts = [
    `${countText(same)} same`,
    ...(only_a === 0n ? [] : [`${countText(only_a)} only in A`]),
    ...(only_b === 0n ? [] : [`${countText(only_b)} only in B`]),
    ...(changed === 0n ? [] : [`${countText(changed)} changed`]),
  ];
  const listed = messages.changed.slice(0, MOST_CHANGED);
  const more = changed - BigInt(listed.length);
  return [
    `  messages: ${parts.join(', ')}`,
    ...rangeLines(messages.only_a).map((line) => sideLine('a', line, palette)),
    ...rangeLines(messages.only_b).map((line) => sideLine('b', line, palette)),
    ...listed.map(({ seq, subject, fields }) =>
      palette.warn(`!   ${seq} ${clip(subject, 60)}: ${fields.join(', ')}`),
    ),
    ...(listed.length > 0 && more > 0n ? [palette.warn(`!   and ${countText(more)} more`)] : []),
    ...(messages.examples ?? []).flatMap((example) => exampleLines(example, palette)),
  ];
}

/** `2-4, 7, 9-12`, as many lines as it takes; what is too much is counted. */
function rangeLines(pairs: SequencePairs): string[] {
  const texts: string[] = [];
  let more = 0;
  for (const [from, to] of pairs) {
    if (texts.length >= MOST_RANGES) more++;
    else texts.push(from === to ? String(from) : `${from}-${to}`);
  }
  const text = `${texts.join(', ')}${more === 0 ? '' : `, and ${counted(more, 'range')} more`}`;
  return wrap(text, LINE_CHARS - 6).map((line) => `  ${line}`);
}

function exampleLines({ seq, a, b }: MessageExample, palette: Palette): string[] {
  return [
    `  message ${seq}`,
    ...(a === null ? [] : shownLines(a).map((line) => sideLine('a', line, palette))),
    ...(b === null ? [] : shownLines(b).map((line) => sideLine('b', line, palette))),
  ];
}

function shownLines(message: ShownMessage): string[] {
  const { subject, time, hdrs, data, header_bytes, payload_bytes } = message;
  return [
    `  ${clip(subject, LINE_CHARS - 40)} ${time}`,
    ...(hdrs === null ? [] : [`  header, ${counted(header_bytes, 'byte')}: ${excerpt(hdrs)}`]),
    `  payload, ${counted(payload_bytes, 'byte')}: ${excerpt(data)}`,
  ];
}

/** Text where it is text (an excerpt may end within a character), else hexadecimal. */
function excerpt(base64: string): string {
  const bytes = Buffer.from(base64, 'base64');
  for (let cut = 0; cut < Math.min(4, bytes.length); cut++) {
    const text = utf8Text(bytes.subarray(0, bytes.length - cut));
    if (text !== null) return clip(text, LINE_CHARS - 34);
  }
  return clip(bytes.toString('hex'), LINE_CHARS - 34);
}
