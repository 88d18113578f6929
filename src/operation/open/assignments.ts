import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OpenContainer } from '../../container/entry.ts';
import { hashKey } from '../../codec/highwayhash.ts';
import { isJsonObject, objectField, parseJson, textField, type JsonObject } from '../../core/json.ts';
import { MAX_SEQUENCE } from '../../core/sequence-ranges.ts';
import { parseRaftEntries } from '../../format/raft-entry/parse.ts';
import { parseRaftSnapshot, type RaftSnapshot } from '../../format/raft-snapshot/parse.ts';
import { decodeS2Block, type RecordColumns } from '../../kernels/index.ts';
import { openBlock } from '../../workers/open-block.ts';
import { scanSource } from '../../workers/scan-block.ts';

const GROUP = '_meta_';
const MAX_DECODED_BYTES = 4 * 1024 * 1024;
const MAX_SNAPSHOT_BYTES = 64 * 1024 * 1024;
const ENTRY = { normal: 0, snapshot: 6 } as const;
const OPERATION = { assignStream: 0, removeStream: 2, updateStream: 11 } as const;

/**
 * Streams that a cluster's meta group lists, as this node knows it: account, a blank, the stream's name, each with the raft group that
 * serves it.
 */
export type Assignments = ReadonlyMap<string, string>;

/** How `Assignments` names a stream. */
export function assignmentKey(account: string | null, stream: string): string {
  return `${account ?? ''} ${stream}`;
}

/**
 * Reads the meta group of a clustered node (format/raft-snapshot/README.md): its newest snapshot, then its log. null where there
 * is none, it is encrypted or does not parse: then nothing can be said.
 */
export function readAssignments(container: OpenContainer): Assignments | null {
  const raft = raftFolder(container);
  const folder = join(raft ?? '', GROUP);
  if (raft === null || !existsSync(join(folder, 'msgs')) || existsSync(join(folder, 'meta.key'))) return null;
  const snapshot = newestSnapshot(join(folder, 'snapshots'));
  if (snapshot === 'damaged') return null;
  const streams = new Map<string, string>();
  if (snapshot !== null && !takeSnapshot(snapshot.data, streams)) return null;
  return replay(join(folder, 'msgs'), snapshot?.lastIndex ?? 0n, streams) ? streams : null;
}

/** The one with the highest term, then index. */
function newestSnapshot(folder: string): RaftSnapshot | null | 'damaged' {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => /^snap\.\d+\.\d+$/.test(name)) : [];
  const read = names.map((name) => {
    const bytes = readFileSync(join(folder, name));
    return bytes.length > MAX_SNAPSHOT_BYTES ? null : parseRaftSnapshot(GROUP, bytes);
  });
  const good = read.filter((one) => one !== null);
  if (good.length === 0) return names.length === 0 ? null : 'damaged';
  return good.reduce((a, b) =>
    b.lastTerm > a.lastTerm || (b.lastTerm === a.lastTerm && b.lastIndex > a.lastIndex) ? b : a,
  );
}

/** Replaces what is known by a snapshot's data; false where it cannot be read. */
function takeSnapshot(data: Uint8Array, streams: Map<string, string>): boolean {
  streams.clear();
  if (data.length === 0) return true;
  const target = new Uint8Array(MAX_DECODED_BYTES);
  const lengthBytes = decodeS2Block(data, target);
  const parsed =
    lengthBytes < 0 ? null : parseJson(new TextDecoder().decode(target.subarray(0, lengthBytes)));
  if (parsed === null || !parsed.ok || !Array.isArray(parsed.value)) return false;
  for (const one of parsed.value) if (isJsonObject(one)) streams.set(keyOf(one), groupOf(one));
  return true;
}

/** Applies the log behind the snapshot; false where an entry cannot be read. */
function replay(folder: string, afterIndex: bigint, streams: Map<string, string>): boolean {
  const numbers = readdirSync(folder)
    .flatMap((name) => /^(\d+)\.blk$/.exec(name)?.[1] ?? [])
    .map(Number)
    .toSorted((a, b) => a - b);
  let isGood = true;
  const onRecords = (columns: RecordColumns, window: Uint8Array): void => {
    for (let i = 0; i < columns.count; i++) {
      const seqWord = columns.seqWord[i] ?? 0n;
      if (seqWord <= afterIndex || seqWord > MAX_SEQUENCE) continue;
      const at = columns.payloadAt[i] ?? 0;
      isGood &&= applyRecord(window.subarray(at, at + (columns.payloadBytes[i] ?? 0)), streams);
    }
  };
  for (const number of numbers) {
    const open = openBlock({ kind: 'file', path: join(folder, `${number}.blk`) });
    try {
      scanSource(open.content, { key: hashKey(`${GROUP}-${number}`), onRecords });
    } finally {
      open.close();
    }
  }
  return isGood;
}

function applyRecord(payload: Uint8Array, streams: Map<string, string>): boolean {
  const entries = parseRaftEntries(payload.slice());
  return entries !== null && entries.every(({ type, data }) => applyEntry(type, data, streams));
}

function applyEntry(type: number, data: Uint8Array, streams: Map<string, string>): boolean {
  if (type === ENTRY.snapshot) return takeSnapshot(data, streams);
  const [operation] = data;
  const isRemoval = operation === OPERATION.removeStream;
  const isAssignment = operation === OPERATION.assignStream || operation === OPERATION.updateStream;
  if (type !== ENTRY.normal || !(isRemoval || isAssignment)) return true;
  const parsed = parseJson(new TextDecoder().decode(data.subarray(1)));
  if (!parsed.ok || !isJsonObject(parsed.value)) return false;
  if (isRemoval) streams.delete(keyOf(parsed.value));
  else streams.set(keyOf(parsed.value), groupOf(parsed.value));
  return true;
}

/** Whether a clustered node is one of those that a stream is assigned to: it has a folder of the raft group. */
export function isAssignedHere(
  container: OpenContainer,
  assignments: Assignments | null,
  account: string | null,
  stream: string,
): boolean {
  const group = assignments?.get(assignmentKey(account, stream)) ?? '';
  const folder = raftFolder(container);
  return group !== '' && folder !== null && readdirSync(folder).includes(group);
}

function raftFolder({ path, findings }: OpenContainer): string | null {
  const raft = findings.find(({ code }) => code === 'DIR_RAFT_NOT_CHECKED');
  return raft === undefined ? null : join(path, raft.file ?? '');
}

function groupOf(assignment: JsonObject): string {
  return textField(objectField(assignment, 'group') ?? {}, 'name') ?? '';
}

/** The account is the one the asset is in: `svc` where a request came from elsewhere. */
function keyOf(assignment: JsonObject): string {
  const client = objectField(assignment, 'client') ?? {};
  const account = textField(client, 'svc') || textField(client, 'acc');
  return assignmentKey(account, textField(objectField(assignment, 'stream') ?? {}, 'name') ?? '');
}
