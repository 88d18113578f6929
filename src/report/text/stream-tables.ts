import type { StreamReport, SubjectReport } from '../../operation/types.ts';
import { clip } from '../escape.ts';
import { table, type Column } from '../table.ts';
import { bytesText, countOrDash, countText } from '../units.ts';

function columns(...titles: string[]): Column[] {
  return titles.map((title, i) => (i === 0 ? { title } : { title, align: 'right' }));
}

/** A line for each block. */
export function blockTable(stream: StreamReport): string[] {
  const rows = stream.blocks.map((block) => [
    `${block.index}.blk`,
    bytesText(block.bytes),
    block.compression ?? '-',
    countOrDash(block.messages),
    block.first_seq === null ? '-' : String(block.first_seq),
    block.last_seq === null ? '-' : String(block.last_seq),
    countOrDash(block.num_deleted),
    countOrDash(block.tombstones),
  ]);
  const titles = columns(
    'Block',
    'Bytes',
    'Compression',
    'Messages',
    'First',
    'Last',
    'Deleted',
    'Tombstones',
  );
  return table(titles, rows).map((line) => `  ${line}`);
}

/** Without `full`, the first twenty. */
export function consumerTable(stream: StreamReport, full: boolean): string[] {
  if (stream.consumers.length === 0) return [];
  const shown = full ? stream.consumers : stream.consumers.slice(0, 20);
  const rows = shown.map((consumer) => [
    clip(consumer.name, 32),
    consumer.delivered === null ? '-' : countText(consumer.delivered.stream_seq),
    consumer.ack_floor === null ? '-' : countText(consumer.ack_floor.stream_seq),
    countOrDash(consumer.num_ack_pending),
    countOrDash(consumer.num_redelivered),
    countOrDash(consumer.num_pending),
  ]);
  const titles = columns('Consumer', 'Delivered', 'Ack Floor', 'Ack Pending', 'Redelivered', 'Unprocessed');
  const more = stream.consumers.length - shown.length;
  return [...table(titles, rows), ...(more > 0 ? [`and ${countText(more)} more: --consumers`] : [])].map(
    (line) => `  ${line}`,
  );
}

/** A line for each subject. */
export function subjectTable(subjects: readonly SubjectReport[]): string[] {
  const rows = subjects.map(({ subject, messages, bytes }) => [
    clip(subject, 60),
    countText(messages),
    bytes === null ? '-' : bytesText(bytes),
  ]);
  return table(columns('Subject', 'Messages', 'Bytes'), rows).map((line) => `  ${line}`);
}
