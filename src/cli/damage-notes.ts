import type { Finding } from '../findings/finding.ts';
import { isDamageOfLive, mayLackMessages } from '../findings/status.ts';
import { noteText } from '../findings/note-text.ts';
import type { DeleteNote } from '../operation/delete-note.ts';
import { findingFile } from '../report/finding-file.ts';
import { escapeText } from '../report/escape.ts';
import { countText } from '../report/units.ts';
import type { CliContext } from './context.ts';
import { exitOfMessages } from './exit-code.ts';

const MOST_NOTES = 20;

/** Says on standard error that what was read may have changed meanwhile. */
export function tellRunningServer(findings: readonly Finding[], context: CliContext): void {
  const live = findings.find(({ code }) => code === 'DIR_SERVER_RUNNING');
  if (live !== undefined) context.note(`natsarc: ${live.message}`);
}

/** Says on standard error what was damaged, doubtful or closed to us among what was given out, and sets the exit code. */
export function tellDamage(findings: readonly Finding[], context: CliContext): void {
  noteDamage(findings, context, '');
  tellRunningServer(findings, context);
  context.setExit(exitOfMessages(findings));
}

/** Says on standard error what was damaged or closed to us; `side` tells in which archive. */
export function noteDamage(findings: readonly Finding[], context: CliContext, side: string): void {
  const told = findings.filter((finding) => isDamageOfLive(finding) || mayLackMessages(finding));
  const texts = told.map((finding) => escapeText(findingText(finding)));
  const lines = [...new Set(texts)];
  for (const line of lines.slice(0, MOST_NOTES)) context.note(`natsarc: ${side}${line}`);
  const more = lines.length - MOST_NOTES;
  if (more > 0) context.note(`natsarc: ${side}and ${countText(more)} more: natsarc verify tells all`);
}

/** Says what is to be known of deleted messages. */
export function tellDeletes(notes: readonly DeleteNote[], context: CliContext): void {
  for (const note of notes) context.note(`natsarc: ${escapeText(noteText(note))}`);
}

function findingText(finding: Finding): string {
  const { code, message, stream, data } = finding;
  const reason = data?.['reason'];
  const place = findingFile(finding) ?? stream ?? '';
  return [
    `${code}: ${message}`,
    ...(place === '' ? [] : [` (${place})`]),
    ...(typeof reason === 'string' ? [`: ${reason}`] : []),
  ].join('');
}
