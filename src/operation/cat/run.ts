import { checkBlockRecords } from '../../check/block-records.ts';
import { checkBlockFiles } from '../../check/block-files.ts';
import { checkIndexAgainstBlocks } from '../../check/index-vs-blocks.ts';
import { hashKey } from '../../codec/highwayhash.ts';
import { eachRange, hasSequence } from '../../core/sequence-ranges.ts';
import { CancelledError } from '../../core/error.ts';
import type { Finding } from '../../findings/finding.ts';
import { BlockScanner, type RecordColumns } from '../../kernels/index.ts';
import type { BlockLiveSet } from '../../model/live-set.ts';
import { V2Reading } from '../../model/load-v2-stream.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import type { V2StreamParts } from '../../container/entry.ts';
import { openBlock } from '../../workers/open-block.ts';
import { loadStream, placed, withArchive, type Archive } from '../open-archive.ts';
import { gatherEvidence } from '../stream-evidence.ts';
import type { SelectOptions } from '../types.ts';
import { MessageSieve } from './message-sieve.ts';
import type { CatResult, MessageFilter, StoredMessage } from './types.ts';

export type EmitMessages = (messages: readonly StoredMessage[]) => Promise<void> | void;

/** Messages of a V2 archive are given out in lots of about this size. */
const LOT_MESSAGES = 1024;
const LOT_BYTES = 1024 * 1024;

/**
 * Gives out the live messages of an archive, stream by stream in sequence order, as far as they can be read; what cannot
 * is in `findings`. A message's bytes are the caller's. Throws SourceError, UsageError, CancelledError.
 */
export async function catMessages(
  path: string,
  options: SelectOptions & MessageFilter,
  emit: EmitMessages,
): Promise<CatResult> {
  const sieve = new MessageSieve(options);
  let messages = 0;
  const emitCounted: EmitMessages = (lot) => {
    if (options.signal?.aborted === true) throw new CancelledError('cancelled');
    messages += lot.length;
    return lot.length === 0 ? undefined : emit(lot);
  };
  return withArchive(path, options, async (work) => {
    const findings: Finding[] = [];
    for (const parts of work.selected) {
      if (sieve.isDone) break;
      const archive = loadStream(parts);
      findings.push(...placed(parts.findings, archive.place), ...archive.findings);
      if (parts.form === 'v2') findings.push(...(await catV2(archive, parts, sieve, emitCounted)));
      else if (archive.encrypted === null)
        findings.push(...(await catBlocks(archive, work, sieve, emitCounted)));
    }
    return { messages, findings };
  });
}

async function catBlocks(
  archive: StreamArchive,
  work: Archive,
  sieve: MessageSieve,
  emit: EmitMessages,
): Promise<Finding[]> {
  const evidence = await gatherEvidence(archive, work, { wantSubjects: false, pending: [] });
  for (const set of evidence.sets) {
    if (sieve.isDone) break;
    const isWanted = [...eachRange(set.live)].some(([from, to]) => sieve.overlaps(from, to));
    if (isWanted) await catBlock(archive, set, sieve, emit);
  }
  const found = [checkBlockRecords, checkBlockFiles, checkIndexAgainstBlocks].flatMap((check) =>
    check(evidence),
  );
  return [...evidence.scan.findings, ...found];
}

async function catBlock(
  archive: StreamArchive,
  set: BlockLiveSet,
  sieve: MessageSieve,
  emit: EmitMessages,
): Promise<void> {
  const source = set.block.entry.open();
  source.close();
  const block = openBlock(source.descriptor);
  let lot: StoredMessage[] = [];
  const scanner = new BlockScanner({
    key: hashKey(`${archive.name}-${set.block.index}`),
    onRecords: (columns, window) => collect(archive, set, columns, window, sieve, lot),
  });
  try {
    for (let offsetBytes = 0; !sieve.isDone;) {
      const lengthBytes = block.content.read(scanner.window(), offsetBytes);
      if (lengthBytes === 0) break;
      offsetBytes += lengthBytes;
      scanner.push(lengthBytes);
      const ready = lot;
      lot = [];
      await emit(ready);
    }
    scanner.finish();
    await emit(lot);
  } finally {
    scanner.close();
    block.close();
  }
}

function collect(
  archive: StreamArchive,
  set: BlockLiveSet,
  columns: RecordColumns,
  window: Uint8Array,
  sieve: MessageSieve,
  lot: StoredMessage[],
): void {
  const part = (at: number | undefined, lengthBytes: number | undefined): Uint8Array =>
    window.slice(at ?? 0, (at ?? 0) + (lengthBytes ?? 0));
  for (let i = 0; i < columns.count; i++) {
    const seq = columns.seqWord[i] ?? 0n;
    const timeNs = columns.timeNs[i] ?? 0n;
    if (!hasSequence(set.live, seq)) continue;
    const subject = part(columns.subjectAt[i], columns.subjectBytes[i]);
    if (!sieve.passes(seq, timeNs, subject)) continue;
    lot.push({
      account: archive.account,
      stream: archive.name,
      subject,
      seq,
      header: columns.headerBytes[i] === 0 ? null : part(columns.headerAt[i], columns.headerBytes[i]),
      data: part(columns.payloadAt[i], columns.payloadBytes[i]),
      timeNs,
    });
  }
}

async function catV2(
  archive: StreamArchive,
  parts: V2StreamParts,
  sieve: MessageSieve,
  emit: EmitMessages,
): Promise<readonly Finding[]> {
  const reading = new V2Reading(parts, archive.place);
  let lot: StoredMessage[] = [];
  let lotBytes = 0;
  for (const message of reading.messages()) {
    if (sieve.isDone) break;
    if (!sieve.passes(message.seq, message.timeNs, message.subject)) continue;
    lot.push({
      account: archive.account,
      stream: archive.name,
      subject: message.subject.slice(),
      seq: message.seq,
      header: message.header.length === 0 ? null : message.header.slice(),
      data: message.payload.slice(),
      timeNs: message.timeNs,
    });
    lotBytes += message.payload.length;
    if (lotBytes < LOT_BYTES && lot.length < LOT_MESSAGES) continue;
    await emit(lot);
    lot = [];
    lotBytes = 0;
  }
  await emit(lot);
  return reading.head().findings;
}
