import type { V2StreamParts } from '../container/entry.ts';
import { walkV2 } from '../container/v2-walk.ts';
import type { Finding, Place } from '../findings/finding.ts';
import type { ManifestState } from '../format/manifest/types.ts';
import { parseV2Consumer, parseV2State, v2ConsumerName } from '../format/v2-json/parse.ts';
import { loadManifest, nameOf, sinkFor } from './load-stream.ts';
import type { ConsumerArchive, StreamArchive } from './stream-archive.ts';

/** What stands before the messages of a V2 archive. */
export interface V2Head {
  readonly state: ManifestState | null;
  readonly consumers: readonly ConsumerArchive[];
  readonly findings: readonly Finding[];
}

/** A message of a V2 archive; `subject`, `header` and `payload` hold until the next one. */
export interface V2Message {
  readonly offsetBytes: number;
  readonly subject: Uint8Array;
  readonly timeNs: bigint;
  readonly seq: bigint;
  readonly header: Uint8Array;
  readonly payload: Uint8Array;
}

/** The stream state and consumers of a V2 archive, with its manifest: everything but the messages. */
export function loadV2Stream(parts: V2StreamParts): StreamArchive & { readonly v2: V2Head } {
  const manifest = loadManifest(parts);
  const config = manifest?.value?.config ?? null;
  const name = nameOf(config) || (parts.folderName ?? '');
  const place: Place = { ...(parts.account === null ? {} : { account: parts.account }), ...(name === '' ? {} : { stream: name }) };
  const findings: Finding[] = [];
  const sink = sinkFor(findings, place);
  if (manifest?.fault) sink.add(manifest.fault, manifest.file);
  const v2 = readV2(parts, place, null);
  return {
    parts,
    form: 'v2',
    account: parts.account,
    name,
    created: null,
    config,
    manifest: manifest?.value ?? null,
    encrypted: null,
    blocks: [],
    index: null,
    indexStanding: 'none',
    consumers: v2.consumers,
    ttlWheel: null,
    schedule: null,
    place,
    findings,
    v2,
  };
}

/** Walks a V2 archive: its head, and, where `onMessage` is given, its messages to the end. */
export function readV2(parts: V2StreamParts, place: Place, onMessage: ((message: V2Message) => void) | null): V2Head {
  const findings: Finding[] = [];
  const sink = sinkFor(findings, place);
  const consumers: ConsumerArchive[] = [];
  let state: ManifestState | null = null;
  const source = parts.body.open();
  try {
    const result = walkV2(source, {
      onState: (payload) => {
        const parsed = parseV2State(payload);
        if (parsed.ok) state = parsed.value;
        else sink.add(parsed.fault, `${parts.label}:state.json`);
        return parsed.ok ? parsed.value.consumerCount : 0;
      },
      onConsumer: (entryName, payload) => {
        const label = `${parts.label}:${entryName}`;
        const parsed = parseV2Consumer(payload);
        if (!parsed.ok) return sink.add(parsed.fault, label);
        const { config, state: position } = parsed.value;
        const name = v2ConsumerName(config, entryName);
        consumers.push({ name, label, created: null, config, state: position });
      },
      onMessage: (message) => {
        onMessage?.(message);
        return onMessage !== null;
      },
    });
    for (const fault of result.faults) sink.add(fault, parts.label);
  } finally {
    source.close();
  }
  consumers.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { state, consumers, findings };
}
