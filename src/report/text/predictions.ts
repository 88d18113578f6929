import { nameText } from '../../core/name.ts';
import { SERVER_GENERATIONS } from '../../core/server-generation.ts';
import type { Prediction, StreamState, VerifyReport, VerifyStreamReport } from '../../operation/types.ts';
import { escapeText } from '../escape.ts';
import type { Palette } from '../palette.ts';
import { counted } from '../units.ts';
import { wrap } from './wrap.ts';
import { moreInJson } from './more-in-json.ts';

/** How many lines are shown; `--json` has all predictions. */
const MOST_LINES = 20;

/** What servers would make of streams, where that is not what was declared; generations that agree share a line. */
export function predictionLines(report: VerifyReport, palette: Palette): string[] {
  const lines = report.streams.flatMap((stream) => streamLines(stream));
  if (lines.length === 0) return [];
  const shown = lines.slice(0, MOST_LINES).flatMap((line) => {
    const [first = '', ...rest] = wrap(line, 94);
    return [`    ${first}`, ...rest.map((part) => `      ${part}`)];
  });
  return [
    `${palette.bold('Predicted')}: a server would give something else than is declared`,
    ...shown,
    ...moreInJson(lines.length, MOST_LINES),
    '',
  ];
}

function streamLines(stream: VerifyStreamReport): string[] {
  const said = stream.declared ?? stream.actual;
  const groups = new Map<string, Prediction[]>();
  for (const prediction of stream.predictions) {
    if (!isOther(prediction, said)) continue;
    const text = outcomeText(prediction);
    groups.set(text, [...(groups.get(text) ?? []), prediction]);
  }
  const name = [stream.account, nameText(stream.name)].filter((part) => part !== null).join('/');
  return [...groups].map(([text, group]) => escapeText(`${name}, ${generations(group)}: ${text}`));
}

function isOther(prediction: Prediction, said: StreamState | null): boolean {
  const { outcome, messages, first_seq, last_seq, revived_messages: revived } = prediction;
  if (outcome !== 'whole' || said === null || revived > 0n) return true;
  if (BigInt(said.messages) !== messages || said.last_seq !== last_seq) return true;
  return messages > 0n && said.first_seq !== first_seq;
}

const NOT_SERVED = {
  start: { absent: 'does not serve it', refused: 'does not serve it', crash: 'does not come up' },
  restore: { absent: 'refuses it', refused: 'refuses it', crash: 'does not survive it' },
} as const;

function outcomeText(prediction: Prediction): string {
  const { how, outcome, messages, first_seq, last_seq, revived_messages: revived, reason } = prediction;
  const why = reason === null ? '' : `: ${reason}`;
  if (outcome !== 'whole' && outcome !== 'loss') return `${NOT_SERVED[how][outcome]}${why}`;
  const range = messages === 0n ? `last sequence ${last_seq}` : `${first_seq}-${last_seq}`;
  const back = revived > 0n ? `, of which ${revived} had been deleted` : '';
  return `${how === 'start' ? 'starts' : 'restores'} it with ${counted(messages, 'message')}, ${range}${back}${why}`;
}

/** Neighbours as a range: `2.9, 2.11 to 2.15`. */
function generations(group: readonly Prediction[]): string {
  const places = group.map(({ server }) => SERVER_GENERATIONS.indexOf(server));
  const runs: [number, number][] = [];
  for (const place of places) {
    const run = runs.at(-1);
    if (run !== undefined && run[1] + 1 === place) run[1] = place;
    else runs.push([place, place]);
  }
  return runs
    .map(([from, to]) =>
      from === to ? SERVER_GENERATIONS[from] : `${SERVER_GENERATIONS[from]} to ${SERVER_GENERATIONS[to]}`,
    )
    .join(', ');
}
