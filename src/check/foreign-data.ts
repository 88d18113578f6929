import type { V2StreamParts } from '../container/entry.ts';
import { objectField, type JsonObject } from '../core/json.ts';
import { subjectMatches } from '../core/subject.ts';
import type { Fault } from '../findings/finding.ts';
import { hasMark } from '../findings/marks.ts';
import type { ManifestState } from '../format/manifest/types.ts';
import { nameOf } from '../model/base-archive.ts';
import { isCopy, isMirror, listenedSubjects, mayShareSubjects } from '../model/listened-subjects.ts';
import { readV2Head, V2Reading } from '../model/load-v2-stream.ts';
import { descriptorOf } from '../model/read-entry.ts';
import { declaredTimeNs } from '../model/stream-state.ts';
import type { StreamArchive } from '../model/stream-archive.ts';
import { candidateNumbers, OwnerSearch } from './block-owner.ts';

/**
 * Whether the files of a snapshot are those of another stream than the configuration beside it declares: where its name is
 * proven to be another, unless somebody only edited the configuration, or where the first message is another than declared. Throws
 * SourceError.
 */
export function foreignFiles(archive: StreamArchive, declared: StreamArchive): Fault | null {
  const { config, name, parts } = archive;
  const [manifest, meta] = [declared.name, metaName(archive) || name];
  if (config === null || manifest === '' || meta === '') return null;
  const state = declared.manifest?.state ?? null;
  const isDeclared = state === null ? null : isOfState(state, endsOfFiles(archive));
  if (manifest === meta) {
    const reason = `${parts.label} is a snapshot of another stream ${meta}, nothing of the one in backup.json is here`;
    return isDeclared === false ? { code: 'MAN_DATA_FOREIGN', data: { reason } } : null;
  }
  if (!isProven(archive, meta, manifest) || isOnlyEdited(config, declared, isDeclared)) return null;
  const reason = `${parts.label} is a snapshot of ${meta}, nothing of ${manifest} is here`;
  return { code: 'MAN_NAME_MISMATCH', data: { manifest, meta, reason } };
}

/** So much tells what a stream listened to. */
const MOST_SUBJECTS = 100;
const MOST_SUBJECTS_BYTES = 1024 * 1024;

/**
 * Of a V2 archive, which does not tell its name: where the first message is another than declared; else, where messages came or went,
 * no message has a subject that the stream listens to. Of most archives no more than the first message is read.
 */
export function foreignV2(parts: V2StreamParts, { config, manifest }: StreamArchive): Fault | null {
  const declared = manifest?.state ?? null;
  if (config === null || declared === null) return null;
  const { state } = readV2Head(parts, {});
  const isDeclared = state === null ? null : isOfState(declared, endsOf(state));
  if (isDeclared ?? !holdsForeign(parts, config)) return null;
  const reason = `${parts.label} is an archive of another stream, nothing of ${nameOf(config)} is here`;
  return { code: 'MAN_DATA_FOREIGN', data: { reason } };
}

/** Whether there are messages, and none of the first that a stream of this configuration stores. */
function holdsForeign(parts: V2StreamParts, config: JsonObject): boolean {
  const wanted = listenedSubjects(config);
  if (takesOtherSubjects(config) || wanted.length === 0) return false;
  let read = 0;
  for (const message of new V2Reading(parts, {}).messages()) {
    if ('kind' in message) continue;
    const subject = Buffer.from(message.subject).toString();
    if (wanted.some((pattern) => subjectMatches(pattern, subject))) return false;
    read++;
    if (read === MOST_SUBJECTS || message.offsetBytes > MOST_SUBJECTS_BYTES) break;
  }
  return read > 0;
}

function metaName({ created, config }: StreamArchive): string {
  return created === null ? '' : nameOf(config);
}

/** So many blocks are asked whose they are: the first may be damaged. */
const MOST_BLOCKS = 8;

/** The records of blocks are made with the name of their stream; where they do not tell, the sum of meta.inf is. */
function isProven(archive: StreamArchive, name: string, declared: string): boolean {
  const { findings, blocks, index } = archive;
  const numbers = candidateNumbers(blocks, index?.blocks.map((block) => block.index) ?? []);
  const owners = new OwnerSearch([name, declared], numbers);
  for (const { index: number, entry } of blocks
    .filter(({ entry: { sizeBytes } }) => sizeBytes > 0)
    .slice(0, MOST_BLOCKS)) {
    const owner = owners.find(descriptorOf(entry), number);
    if (owner !== null && owner !== 'unreadable') return owner.name === name;
  }
  return !hasMark(findings, 'stream-config');
}

/** Whether backup.json was written for these messages, whatever name stands in it; else whether its subjects allow that. */
function isOnlyEdited(
  config: JsonObject,
  { config: declared }: StreamArchive,
  isDeclared: boolean | null,
): boolean {
  // A mirror's messages are those of its origin.
  if (isMirror(config) !== (declared !== null && isMirror(declared))) return false;
  return isDeclared ?? mayShareSubjects(config, declared);
}

interface StreamEnds {
  readonly firstSeq: bigint;
  readonly firstTimeNs: bigint;
  readonly lastSeq: bigint;
  readonly lastTimeNs: bigint;
}

/**
 * Whether the messages are those that are declared: one of their ends is at the same time. Not, where the first one is at another;
 * null where that has another sequence, since messages came or went. Servers up to 2.9 do not always know the time of the last.
 */
function isOfState(declared: ManifestState, ends: StreamEnds | null): boolean | null {
  if (ends === null || declared.messages === 0n) return null;
  const own = endsOf(declared);
  const isFirst = ends.firstSeq === own.firstSeq && ends.firstTimeNs > 0n && own.firstTimeNs > 0n;
  if (isFirst && ends.firstTimeNs === own.firstTimeNs) return true;
  if (ends.lastSeq === own.lastSeq && ends.lastTimeNs === own.lastTimeNs) return true;
  return isFirst ? false : null;
}

function endsOf({ firstSeq, firstTime, lastSeq, lastTime }: ManifestState): StreamEnds {
  return {
    firstSeq,
    firstTimeNs: declaredTimeNs(firstTime),
    lastSeq,
    lastTimeNs: declaredTimeNs(lastTime),
  };
}

/** As its index tells them, up to 2.9 those of its blocks; of a stream that holds none, there are none. */
function endsOfFiles({ index, indexStanding, blocks }: StreamArchive): StreamEnds | null {
  if (index !== null) return indexStanding === 'current' && index.messages > 0n ? index : null;
  const [first, last] = [blocks[0], blocks.at(-1)];
  if (first?.sidecarCurrent !== true || last?.sidecarCurrent !== true) return null;
  if (first.sidecar === null || last.sidecar === null || first.sidecar.messages === 0n) return null;
  const { firstSeq, firstTimeNs } = first.sidecar;
  return { firstSeq, firstTimeNs, lastSeq: last.sidecar.lastSeq, lastTimeNs: last.sidecar.lastTimeNs };
}

/** Whether messages of any subject may be in it. */
function takesOtherSubjects(config: JsonObject): boolean {
  return isCopy(config) || objectField(config, 'subject_transform') !== null;
}
