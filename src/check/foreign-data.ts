import type { V2StreamParts } from '../container/entry.ts';
import { objectField, type JsonObject } from '../core/json.ts';
import { subjectMatches } from '../core/subject.ts';
import type { Fault } from '../findings/finding.ts';
import { hasMark } from '../findings/marks.ts';
import type { ManifestState } from '../format/manifest/types.ts';
import { nameOf } from '../model/base-archive.ts';
import { listenedSubjects, mayShareSubjects } from '../model/listened-subjects.ts';
import { V2Reading } from '../model/load-v2-stream.ts';
import { descriptorOf } from '../model/read-entry.ts';
import { declaredTimeNs } from '../model/stream-state.ts';
import type { StreamArchive } from '../model/stream-archive.ts';
import { candidateNumbers, findOwner } from './block-owner.ts';

/**
 * Whether the files of a snapshot are those of another stream than the configuration beside it declares: where its name is
 * proven to be another, unless somebody only edited the configuration. Throws SourceError.
 */
export function foreignFiles(archive: StreamArchive, declared: StreamArchive): Fault | null {
  const { config } = archive;
  const [manifest, meta] = [declared.name, metaName(archive)];
  if (config === null || manifest === '' || meta === '' || manifest === meta) return null;
  if (!isProven(archive, meta) || isOnlyEdited(archive, config, declared)) return null;
  const reason = `${archive.parts.label} is a snapshot of ${meta}, nothing of ${manifest} is here`;
  return { code: 'MAN_NAME_MISMATCH', data: { manifest, meta, reason } };
}

/** Of a V2 archive, which does not tell its name: where its messages are none that the stream listens to, nor that were declared. */
export function foreignV2(parts: V2StreamParts, { config, manifest }: StreamArchive): Fault | null {
  const declared = manifest?.state ?? null;
  if (config === null || declared === null || takesForeignSubjects(config)) return null;
  const wanted = listenedSubjects(config);
  const reading = new V2Reading(parts, {});
  const subjects: string[] = [];
  for (const message of reading.messages()) {
    if ('kind' in message) continue;
    const subject = Buffer.from(message.subject).toString();
    if (wanted.some((pattern) => subjectMatches(pattern, subject))) return null;
    if (message.seq === declared.firstSeq && message.timeNs === declaredTimeNs(declared.firstTime))
      return null;
    if (subjects.push(subject) === MOST_SUBJECTS) break;
  }
  const { state } = reading.head();
  const [subject] = subjects;
  if (subject === undefined || wanted.length === 0 || (state !== null && sharesEnd(declared, endsOf(state))))
    return null;
  const reason = `${parts.label} is an archive of another stream, nothing of ${nameOf(config)} is here`;
  return { code: 'MAN_DATA_FOREIGN', data: { subject, reason } };
}

/** So many messages tell what a stream listened to. */
const MOST_SUBJECTS = 100;

function metaName({ created, config }: StreamArchive): string {
  return created === null ? '' : nameOf(config);
}

/** The sum of meta.inf, or else the records of a block, are made with the name. */
function isProven({ findings, blocks, index }: StreamArchive, name: string): boolean {
  if (!hasMark(findings, 'stream-config')) return true;
  const block = blocks.find(({ entry }) => entry.sizeBytes > 0);
  if (block === undefined) return false;
  const numbers = candidateNumbers(blocks, index?.blocks.map((one) => one.index) ?? []);
  const owner = findOwner(descriptorOf(block.entry), { names: [name], numbers });
  return owner !== null && owner !== 'unreadable';
}

/** Whether backup.json was written for these messages, whatever name stands in it; else whether its subjects allow that. */
function isOnlyEdited(archive: StreamArchive, config: JsonObject, declared: StreamArchive): boolean {
  // A mirror's messages are those of its origin.
  if (isMirror(config) !== isMirror(declared.config)) return false;
  const state = declared.manifest?.state ?? null;
  const shares = state === null ? null : sharesEnd(state, endsOfFiles(archive));
  return shares ?? mayShareSubjects(config, declared.config);
}

interface StreamEnds {
  readonly firstSeq: bigint;
  readonly firstTimeNs: bigint;
  readonly lastSeq: bigint;
  readonly lastTimeNs: bigint;
}

/** Whether first or last message are at the same time; null where neither has the declared sequence, since messages came or went. */
function sharesEnd(declared: ManifestState, ends: StreamEnds | null): boolean | null {
  if (ends === null || declared.messages === 0n) return null;
  const own = endsOf(declared);
  const times = [
    ...(ends.firstSeq === own.firstSeq ? [[ends.firstTimeNs, own.firstTimeNs]] : []),
    ...(ends.lastSeq === own.lastSeq ? [[ends.lastTimeNs, own.lastTimeNs]] : []),
  ];
  return times.length === 0 ? null : times.some(([there, told]) => there === told);
}

function endsOf({ firstSeq, firstTime, lastSeq, lastTime }: ManifestState): StreamEnds {
  return {
    firstSeq,
    firstTimeNs: declaredTimeNs(firstTime),
    lastSeq,
    lastTimeNs: declaredTimeNs(lastTime),
  };
}

/** As its index tells them, up to 2.9 those of its blocks. */
function endsOfFiles({ index, blocks }: StreamArchive): StreamEnds | null {
  const [first, last] = [blocks[0]?.sidecar ?? null, blocks.at(-1)?.sidecar ?? null];
  if (index !== null || first === null || last === null) return index;
  const { firstSeq, firstTimeNs } = first;
  return { firstSeq, firstTimeNs, lastSeq: last.lastSeq, lastTimeNs: last.lastTimeNs };
}

/** Whether messages of any subject may be in it. */
function takesForeignSubjects(config: JsonObject): boolean {
  return (
    isMirror(config) || Array.isArray(config['sources']) || objectField(config, 'subject_transform') !== null
  );
}

function isMirror(config: JsonObject | null): boolean {
  return config !== null && objectField(config, 'mirror') !== null;
}
