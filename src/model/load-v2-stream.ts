import type { V2StreamParts } from '../container/entry.ts';
import type { V2Rest, V2WalkMessage } from '../container/v2-entry.ts';
import { V2Walker, type OnV2Run, type WalkedRuns } from '../container/v2-walk.ts';
import { stepByStep } from '../core/pause.ts';
import type { Finding, Place } from '../findings/finding.ts';
import type { ManifestState } from '../format/manifest/types.ts';
import { consumerStateFaults } from '../format/consumer-state/parse.ts';
import { parseV2Consumer, parseV2State, v2ConsumerName } from '../format/v2-json/parse.ts';
import { baseArchive, nameOf } from './base-archive.ts';
import { sinkFor, type FindingSink } from './finding-sink.ts';
import { loadManifest } from './load-file.ts';
import type { ConsumerArchive, StreamArchive } from './stream-archive.ts';

/** What stands before the messages of a V2 archive. */
export interface V2Head {
  readonly state: ManifestState | null;
  readonly consumers: readonly ConsumerArchive[];
  readonly findings: readonly Finding[];
}

/** A message of a V2 archive; its bytes hold until the next one. */
export type V2Message = V2WalkMessage;

/** The consumers of a V2 archive, with its manifest: everything but the messages. */
export function loadV2Stream(parts: V2StreamParts): StreamArchive {
  const manifest = loadManifest(parts);
  const name = nameOf(manifest?.value?.config ?? null) || (parts.folderName ?? '');
  const base = baseArchive(parts, name, manifest?.value ?? null);
  const findings: Finding[] = [];
  if (manifest?.fault) sinkFor(findings, base.place).add(manifest.fault, manifest.file);
  return { ...base, consumers: readV2Head(parts, base.place).consumers, findings };
}

/** Reads what stands before the messages of a V2 archive. */
export function readV2Head(parts: V2StreamParts, place: Place): V2Head {
  const reading = new V2Reading(parts, place);
  for (const _ of reading.messages()) break;
  return reading.head();
}

/** How a V2 archive is walked. */
export interface V2Pass {
  readonly signal: AbortSignal | undefined;
  /** Is given ordinary messages, added up; `onMessage` gets the others. */
  readonly onRun?: OnV2Run | null;
  /** As far as others have walked it already. */
  readonly walked?: WalkedRuns | undefined;
}

/** Walks a V2 archive to its end. Throws SourceError, CancelledError. */
export async function readV2(
  parts: V2StreamParts,
  place: Place,
  onMessage: (message: V2Message) => void,
  { signal, onRun = null, walked }: V2Pass,
): Promise<V2Head> {
  const reading = new V2Reading(parts, place);
  await stepByStep(giveAll(reading.messages(onRun, walked ?? null), onMessage), signal);
  return reading.head();
}

/** Messages between two steps. */
const STEP_MESSAGES = 1024;

function* giveAll(
  messages: Iterable<V2Message | V2Rest>,
  onMessage: (message: V2Message) => void,
): Generator<void, void> {
  let given = 0;
  for (const message of messages) {
    const isRest = 'kind' in message;
    if (!isRest) onMessage(message);
    if (isRest || ++given % STEP_MESSAGES === 0) yield;
  }
}

/** One pass over a V2 archive; messages are taken one by one, with rests between. The head is known once the first was asked for. */
export class V2Reading {
  readonly #parts: V2StreamParts;
  readonly #place: Place;
  readonly #findings: Finding[] = [];
  readonly #sink: FindingSink;
  readonly #consumers: ConsumerArchive[] = [];
  #state: ManifestState | null = null;

  constructor(parts: V2StreamParts, place: Place) {
    this.#parts = parts;
    this.#place = place;
    this.#sink = sinkFor(this.#findings, place);
  }

  *messages(
    onRun: OnV2Run | null = null,
    walked: WalkedRuns | null = null,
  ): Generator<V2Message | V2Rest, void> {
    const source = this.#parts.body.open();
    const walker = new V2Walker(source, onRun, walked);
    try {
      for (const entry of walker.entries()) {
        if (entry.kind === 'message') yield entry.message;
        else if (entry.kind === 'rest') yield entry;
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
    const name = v2ConsumerName(config, entryName);
    const sink = sinkFor(this.#findings, { ...this.#place, consumer: name });
    for (const fault of consumerStateFaults(state)) sink.add(fault, label);
    this.#consumers.push({ name, label, created: null, config, state });
  }
}
