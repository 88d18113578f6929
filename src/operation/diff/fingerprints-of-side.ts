import { loadFingerprints } from '../../codec/fingerprint.ts';
import { hashKey } from '../../codec/highwayhash.ts';
import type { V2StreamParts } from '../../container/entry.ts';
import type { V2Rest } from '../../container/v2-entry.ts';
import { packRanges, unpackRanges } from '../../core/packed-ranges.ts';
import { pause } from '../../core/pause.ts';
import { countSequences, intersectRanges, type SequenceRanges } from '../../core/sequence-ranges.ts';
import type { SubjectMapping } from '../../core/subject-map.ts';
import { V2Reading, type V2Message } from '../../model/load-v2-stream.ts';
import { Fingerprints, RankWalk } from '../../workers/fingerprint-block.ts';
import type { FingerprintJob } from '../../workers/jobs/fingerprint.ts';
import { descriptorOf } from '../../model/read-entry.ts';
import type { Side } from './side.ts';

/** Gives the fingerprints of sets of live messages, one for each, ascending. The sets must rise from call to call. */
export interface FingerprintReader {
  of(wanted: SequenceRanges): Promise<BigUint64Array>;
  close(): void;
}

/** Takes fingerprints of a side's messages. `mappings`: rules that its subjects go through first. */
export function fingerprintReader(side: Side, mappings: readonly SubjectMapping[]): FingerprintReader {
  const { parts } = side.archive;
  return parts.form === 'v2' ? new V2Fingerprints(side, parts, mappings) : blockFingerprints(side, mappings);
}

function blockFingerprints(side: Side, subjectMappings: readonly SubjectMapping[]): FingerprintReader {
  const sets = side.evidence?.sets ?? [];
  const of = async (wanted: SequenceRanges): Promise<BigUint64Array> => {
    const [from, to] = [wanted[0] ?? 0n, wanted.at(-1) ?? -1n];
    const jobs = sets
      .filter(({ live }) => live.first <= to && live.last >= from)
      .map((set): FingerprintJob => ({
        kind: 'fingerprint',
        source: descriptorOf(set.block.entry),
        key: hashKey(`${side.archive.name}-${set.block.index}`),
        wanted: packRanges(intersectRanges(wanted, unpackRanges(set.live))),
        subjectMappings,
      }));
    const results = await side.work.pool.run(
      jobs.filter((job) => job.wanted.count > 0n),
      () => {},
    );
    const prints = new BigUint64Array(Number(countSequences(wanted)));
    let at = 0;
    for (const result of results) {
      prints.set(result.prints, at);
      at += result.prints.length;
    }
    return prints;
  };
  return { of, close: () => {} };
}

const PAUSE_MESSAGES = 4096;

/** Walks the archive once, as far as it is asked. */
class V2Fingerprints implements FingerprintReader {
  readonly #side: Side;
  readonly #messages: ReturnType<V2Reading['messages']>;
  readonly #fingerprints: Fingerprints;
  #next: V2Message | null = null;
  #lastSeq = 0n;

  constructor(side: Side, parts: V2StreamParts, mappings: readonly SubjectMapping[]) {
    this.#side = side;
    this.#messages = new V2Reading(parts, side.archive.place).messages();
    this.#fingerprints = new Fingerprints(mappings);
  }

  async of(wanted: SequenceRanges): Promise<BigUint64Array> {
    await loadFingerprints();
    const prints = new BigUint64Array(Number(countSequences(wanted)));
    const walk = new RankWalk(wanted);
    const to = wanted.at(-1) ?? -1n;
    for (let seen = 1; ; seen++) {
      const message = this.#peek();
      if (message !== null && 'kind' in message) {
        await pause(this.#side.work.signal);
        continue;
      }
      if (message === null || message.seq > to) return prints;
      const rank = walk.rankOf(message.seq);
      if (rank >= 0) prints[rank] = this.#fingerprints.of(message, message.timeNs);
      this.#next = null;
      if (seen % PAUSE_MESSAGES === 0) await pause(this.#side.work.signal);
    }
  }

  /** The next message; one that does not rise is no live one. */
  #peek(): V2Message | V2Rest | null {
    while (this.#next === null) {
      const read = this.#messages.next();
      if (read.done === true) return null;
      if ('kind' in read.value) return read.value;
      if (read.value.seq <= this.#lastSeq) continue;
      this.#lastSeq = read.value.seq;
      this.#next = read.value;
    }
    return this.#next;
  }

  close(): void {
    this.#messages.return();
  }
}
