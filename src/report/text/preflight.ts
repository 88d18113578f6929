import { nameText } from '../../core/name.ts';
import type { PreflightReport, PreflightStep, PreflightStream } from '../../operation/preflight/types.ts';
import { clip, escapeText } from '../escape.ts';
import type { Palette } from '../palette.ts';
import { sequencesText } from '../sequences-text.ts';
import { table } from '../table.ts';
import { bytesText, countText, counted } from '../units.ts';
import { paintStatus } from './verify.ts';
import { wrap } from './wrap.ts';
import { moreInJson } from './more-in-json.ts';

/** How many steps of one kind are listed; `--json` has them all. */
const MOST_STEPS = 20;

const OUTCOME = {
  whole: 'starts',
  loss: 'starts with a loss',
  absent: 'is not served',
  refused: 'is not served',
  crash: 'stops the server',
} as const;

const DOING: Record<PreflightStep['do'], string> = {
  'stop-server': 'A server is running on these files: stop it first',
  'end-server': 'The server ends',
  'delete-stream': 'Streams are deleted',
  'leave-stream': 'Streams are not served; their files stay',
  'orphan-stream': 'Streams that the cluster does not know are deleted',
  'cut-block': 'Blocks are cut',
  'delete-block': 'Blocks are deleted',
  'rebuild-index': 'Indexes are rebuilt from the blocks',
  'drop-consumer': 'Consumers do not come up',
  'misplace-consumer': 'Consumers lose their position',
  'remove-messages': 'Messages are removed',
  'revive-messages': 'Deleted messages come back',
  'store-messages': 'Messages are stored',
  'delete-file': 'Leftovers are removed',
  'finish-purge': 'Purges are finished',
  'replay-batch': 'Batches are finished or dropped',
};

/** A preflight for a person: a line for each stream, then what is done, the worst first, then the verdict. */
export function preflightText(report: PreflightReport, palette: Palette): string {
  const steps = [...report.streams.flatMap((stream) => stream.steps), ...report.steps];
  const lines = [...streamLines(report, palette), '', ...reasonLines(report.streams, palette)];
  for (const [doing, title] of Object.entries(DOING)) {
    const own = steps.filter((step) => step.do === doing);
    if (own.length === 0) continue;
    const shown = own.slice(0, MOST_STEPS).flatMap(stepLines);
    lines.push(palette.bold(`${title}:`), ...shown, ...moreInJson(own.length, MOST_STEPS), '');
  }
  for (const finding of report.findings)
    lines.push(`Not read: ${escapeText(`${finding.file ?? ''} (${finding.code})`)}`);
  if (report.findings.length > 0) lines.push('');
  const bytes = report.streams.reduce((sum, stream) => sum + stream.bytes_to_read, 0);
  const reading = bytes === 0 ? '' : `; ${bytesText(bytes)} of blocks are read`;
  lines.push(
    `${paintStatus(report.status, palette)}: a start of ${report.server} on ${counted(report.streams.length, 'stream')}${reading}`,
  );
  return `${lines.join('\n')}\n`;
}

/** Why a stream does not start whole: how much is lost, and all else where no step tells it. */
function reasonLines(streams: readonly PreflightStream[], palette: Palette): string[] {
  const untold = streams.filter(
    ({ outcome, reason, steps }) =>
      reason !== null && (outcome === 'loss' || (outcome !== 'whole' && steps.length === 0)),
  );
  if (untold.length === 0) return [];
  const lines = untold
    .slice(0, MOST_STEPS)
    .map(({ account, name, reason }) =>
      escapeText(`    ${account === null ? '' : `${account}/`}${name}: ${reason ?? ''}`),
    );
  return [palette.bold('Not whole:'), ...lines, ...moreInJson(untold.length, MOST_STEPS), ''];
}

function streamLines(report: PreflightReport, palette: Palette): string[] {
  const columns = [
    { title: 'Account' },
    { title: 'Stream' },
    { title: 'Messages', align: 'right' as const },
    { title: 'Sequences', align: 'right' as const },
    { title: 'Index' },
    { title: 'Start' },
  ];
  return table(
    columns,
    report.streams.map((stream) => [
      clip(stream.account ?? '-', 12),
      clip(nameText(stream.name), 28),
      stream.messages === null ? '-' : countText(stream.messages),
      sequencesText(stream),
      stream.index ?? '-',
      startText(stream, palette),
    ]),
  );
}

function startText({ outcome }: PreflightStream, palette: Palette): string {
  if (outcome === null) return palette.warn('cannot be told');
  return outcome === 'whole' ? OUTCOME.whole : palette.bad(OUTCOME[outcome]);
}

function stepLines({ file, bytes, messages, reason }: PreflightStep): string[] {
  const parts = [
    file ?? '',
    ...(messages === undefined ? [] : [counted(messages, 'message')]),
    ...(bytes === undefined ? [] : [bytesText(bytes)]),
  ].filter((part) => part !== '');
  const text = `${parts.join(', ')}${reason === null ? '' : `: ${reason}`}`;
  return wrap(escapeText(text), 94).map((line, i) => `${i === 0 ? '    ' : '      '}${line}`);
}
