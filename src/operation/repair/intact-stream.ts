import { textField, type JsonObject } from '../../core/json.ts';
import { NO_PARTS } from '../../core/sequence-part-sets.ts';
import type { FileStreamParts } from '../../container/entry.ts';
import type { StreamIndex } from '../../format/index/types.ts';
import { lostBefore } from '../../model/lost-before.ts';
import { limitPerSubject, removalLimit } from '../../model/removal-limits.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import type { Archive } from '../open/open-archive.ts';
import { contentToWrite } from '../write/presumed-content.ts';
import { NotAsPresumed } from '../write/rewrite-blocks.ts';
import type { StreamContent } from '../content/content.ts';
import { widerLimits } from '../salvage/meta/configuration.ts';
import { repairConsumers } from '../salvage/meta/consumers.ts';
import { LostRanges } from '../salvage/losses/lost-ranges.ts';
import { hasFramingFault } from '../deletes/carrier-damage.ts';
import type { RepairedStream } from '../salvage/repair-stream.ts';
import { NOTHING_SUSPECTED } from '../salvage/suspected.ts';
import type { StreamLoss } from '../salvage/types.ts';
import type { RepairOptions } from './types.ts';
import { nothingOf } from './without-data.ts';

/**
 * A stream whose files all agree, as its index tells it: each block is checked no sooner than it is taken over, in the same
 * reading. null where anything speaks against that, or more is asked for. Writing it throws NotAsPresumed where anything is
 * wrong after all: then it is to be salvaged.
 */
export async function presumeIntact(
  archive: StreamArchive,
  work: Archive,
  options: RepairOptions,
): Promise<RepairedStream | null> {
  const { index, parts } = archive;
  if (index === null || parts.form === 'v2' || parts.form === 'config') return null;
  if (options.dryRun === true || options.undelete === true || options.config !== undefined) return null;
  if (!isPlain(archive, parts) || !isWithinLimits(archive.config, index)) return null;
  const content = await contentToWrite(archive, work, options);
  if (content.unread === undefined) return null;
  const loss = lossOfNone(archive, content);
  const place = { name: archive.name, firstSeq: loss.first_seq, lastSeq: loss.last_seq };
  const asked = { runs: () => [], excluded: NO_PARTS, prefer: undefined, signal: work.signal };
  const { consumers, notes } = await repairConsumers([nothingOf(archive)], place, asked);
  return {
    archive: { ...archive, consumers },
    content: {
      ...content,
      unread: { ...content.unread, read: async () => readIntact(content, archive, parts) },
    },
    loss,
    notes,
    suspected: NOTHING_SUSPECTED,
  };
}

/** Nothing is to be mended, and nothing but index.db tells of deleted or of lost messages. */
function isPlain(archive: StreamArchive, parts: FileStreamParts): boolean {
  const { config, manifest, index, name } = archive;
  const isTold = [...parts.findings, ...archive.findings].some(({ severity }) => severity !== 'info');
  if (isTold || config === null || (config['template_owner'] ?? '') !== '') return false;
  if ((textField(config, 'name') ?? name) !== name || widerLimits(archive, name) !== null) return false;
  if (parts.entries.some(({ path }) => path.endsWith('.idx'))) return false;
  const state = manifest?.state ?? null;
  if (state === null || index === null) return true;
  return (
    lostBefore(archive).seqs.length === 0 &&
    state.messages <= index.messages &&
    state.lastSeq <= index.lastSeq
  );
}

/** Whether the configuration's limits remove nothing, as far as that can be said without the messages. */
function isWithinLimits(config: JsonObject | null, index: StreamIndex): boolean {
  if (config === null || config['discard'] === 'new') return true;
  const most = removalLimit(config, 'max_msgs');
  return limitPerSubject(config) === null && (most === null || index.messages <= most);
}

function lossOfNone({ account, name }: StreamArchive, { state }: StreamContent): StreamLoss {
  const { messages, firstSeq, lastSeq } = state;
  return {
    account,
    name,
    first_seq: firstSeq,
    last_seq: lastSeq,
    recovered: messages,
    lost: 0n,
    deleted: lastSeq - firstSeq + 1n - messages,
    doubtful: 0n,
    declared_more: 0n,
    ranges: new LostRanges(),
    disagreements: [],
    others: [],
  };
}

/** What the blocks hold; whether it is what was presumed is looked at where it is written. */
async function readIntact(
  content: StreamContent,
  { findings }: StreamArchive,
  parts: FileStreamParts,
): Promise<StreamContent> {
  const before = parts.findings.length + findings.length;
  const actual = await content.unread?.read();
  if (actual === undefined || actual.lost.msgs.length > 0 || [...actual.findings].length > before)
    throw new NotAsPresumed();
  if (hasFramingFault(parts)) throw new NotAsPresumed();
  return actual;
}
