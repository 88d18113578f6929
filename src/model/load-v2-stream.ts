import type { V2StreamParts } from '../container/entry.ts';
import { V2Walker, type V2WalkMessage } from '../container/v2-walk.ts';
import type { Finding, Place } from '../findings/finding.ts';
import type { ManifestState } from '../format/manifest/types.ts';
import { parseV2Consumer, parseV2State, v2ConsumerName } from '../format/v2-json/parse.ts';
import { loadManifest, nameOf, sinkFor, type FindingSink } from './load-stream.ts';
import type { ConsumerArchive, StreamArchive } from './stream-archive.ts';

/** What stands before the messages of a V2 archive. */
export interface V2Head {
  readonly state: ManifestState | null;
  readonly consumers: readonly ConsumerArchive[];
  readonly findings: readonly Finding[];
}

/** A message of a V2 archive; its bytes hold until the next one. */
export type V2Message = V2WalkMessage;

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
  const reading = new V2Reading(parts, place);
  for (const message of reading.messages()) {
    if (onMessage === null) break;
    onMessage(message);
  }
  return reading.head();
}

/** One pass over a V2 archive; messages are taken one by one, the head is known once the first was asked for. */
export class V2Reading {
  readonly #parts: V2StreamParts;
  readonly #findings: Finding[] = [];
  readonly #sink: FindingSink;
  readonly #consumers: ConsumerArchive[] = [];
  #state: ManifestState | null = null;

  constructor(parts: V2StreamParts, place: Place) {
    this.#parts = parts;
    this.#sink = sinkFor(this.#findings, place);
  }

  *messages(): Generator<V2Message, void> {
    const source = this.#parts.body.open();
    const walker = new V2Walker(source);
    try {
      for (const entry of walker.entries()) {
        if (entry.kind === 'message') yield entry.message;
        else if (entry.kind === 'state') walker.expectConsumers(this.#takeState(entry.payload));
        else this.#takeConsumer(entry.name, entry.payload);
      }
    } finally {
      for (const fault of walker.faults) this.#sink.add(fault, this.#parts.label);
      source.close();
    }
  }

  /** What was met so far; complete when `messages` has ended. */
  head(): V2Head {
    const consumers = this.#consumers.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    return { state: this.#state, consumers, findings: this.#findings };
  }

  #takeState(payload: Uint8Array): number {
    const parsed = parseV2State(payload);
    if (!parsed.ok) {
      this.#sink.add(parsed.fault, `${this.#parts.label}:state.json`);
      return 0;
    }
    this.#state = parsed.value;
    return parsed.value.consumerCount;
  }

  #takeConsumer(entryName: string, payload: Uint8Array): void {
    const label = `${this.#parts.label}:${entryName}`;
    const parsed = parseV2Consumer(payload);
    if (!parsed.ok) return this.#sink.add(parsed.fault, label);
    const { config, state } = parsed.value;
    this.#consumers.push({ name: v2ConsumerName(config, entryName), label, created: null, config, state });
  }
}
