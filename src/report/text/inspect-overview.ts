import type { Finding } from '../../findings/finding.ts';
import { isMarked } from '../../findings/marks.ts';
import type { InspectReport, StreamReport } from '../../operation/types.ts';
import { clip } from '../escape.ts';
import type { Palette } from '../palette.ts';
import { repairCommand } from '../repair-command.ts';
import { rowNames } from '../row-names.ts';
import { table } from '../table.ts';
import { bytesText, countOrDash, counted, countText } from '../units.ts';

const WHOLE = { true: 'yes', false: 'no', null: '-' } as const;

/** What is to be known before anything that follows is believed. */
export function damageLines({ source, accounts, findings }: InspectReport, palette: Palette): string[] {
  const streams = accounts.flatMap((account) => account.streams);
  const damaged = streams.filter(({ whole }) => whole === false).length;
  if (damaged === 0) return [];
  const isCut = findings.some(isCutOff);
  // There is nothing of them to be saved.
  const withoutData = findings.filter(
    ({ code }) => code === 'MAN_DATA_MISSING' || code === 'SRC_EMPTY',
  ).length;
  const what =
    streams.length > 1
      ? `${countText(damaged)} of ${counted(streams.length, 'stream')} ${damaged === 1 ? 'is' : 'are'} not whole.`
      : isCut
        ? 'Cut off: the end is missing.'
        : 'Not whole.';
  return [
    palette.bad(`${what} What is told here is what is left, as far as it was read.`),
    ...(damaged > withoutData ? [`${repairCommand(source.path)} saves what is intact`] : []),
    '',
  ];
}

/** Whether it is the archive that ends early, not a block in it. */
function isCutOff({ code, severity, file = '' }: Finding): boolean {
  const isOfCarrier = severity === 'critical' && isMarked(code, 'carrier') && !file.endsWith('.blk');
  return isOfCarrier && (code === 'TAR_END_MISSING' || isMarked(code, 'cut'));
}

/** Several streams, one a line. */
export function overview(streams: readonly { account: string | null; stream: StreamReport }[]): string[] {
  const isDamaged = streams.some(({ stream }) => stream.whole === false);
  const columns = [
    { title: 'Account' },
    { title: 'Stream' },
    { title: 'Messages', align: 'right' as const },
    { title: 'Bytes', align: 'right' as const },
    { title: 'Last', align: 'right' as const },
    { title: 'Blocks', align: 'right' as const },
    { title: 'Consumers', align: 'right' as const },
    ...(isDamaged ? [{ title: 'Whole' }] : []),
  ];
  const names = rowNames(streams.map(({ account, stream }) => ({ ...stream, account })));
  const rows = streams.map(({ account, stream }, i) => [
    clip(account ?? '-', 12),
    clip(names[i] ?? '', 30),
    countOrDash(stream.state?.messages),
    stream.state === null
      ? stream.encrypted === null
        ? '-'
        : 'encrypted'
      : bytesText(stream.state.bytes ?? 0),
    stream.state === null ? '-' : String(stream.state.last_seq),
    countText(stream.blocks.length),
    countText(stream.consumers.length),
    ...(isDamaged ? [WHOLE[`${stream.whole}`]] : []),
  ]);
  const total = streams.reduce((sum, { stream }) => sum + BigInt(stream.state?.messages ?? 0), 0n);
  const bytes = streams.reduce((sum, { stream }) => sum + BigInt(stream.state?.bytes ?? 0), 0n);
  const accounts = new Set(streams.map(({ account }) => account)).size;
  return [
    ...table(columns, rows),
    '',
    `${counted(streams.length, 'stream')} in ${counted(accounts, 'account')}: ${counted(total, 'message')}, ${bytesText(bytes)}`,
  ];
}
