import type { SequenceParts } from '../../core/sequence-parts.ts';
import { compareMessages, type MessageSets } from './compare-messages.ts';
import type { Side } from './side.ts';
import type { ReplicaReport } from './types.ts';

/** Replicas of one stream whose messages can be read, compared each with each. */
export class ReplicaGroup {
  readonly #sides: readonly Side[];
  /** By the lower place, then by the higher. */
  readonly #sets: readonly (readonly MessageSets[])[];
  /** Place of the replica that the others are told against: the majority's version, else the best supported. */
  readonly reference: number;
  /** Whether most replicas hold the reference's version, be it that they went on from there. */
  readonly hasMajority: boolean;

  private constructor(sides: readonly Side[], sets: readonly (readonly MessageSets[])[]) {
    this.#sides = sides;
    this.#sets = sets;
    const supporters = sides.map((_, i) => sides.filter((__, j) => this.#supports(j, i)).length);
    const majorities = supporters.flatMap((count, i) => (2 * count > sides.length ? [i] : []));
    const most = Math.max(0, ...supporters);
    const best =
      majorities.length > 0 ? majorities : supporters.flatMap((count, i) => (count === most ? [i] : []));
    this.hasMajority = majorities.length > 0;
    this.reference = best.reduce(
      (one, other) => (this.#lastSeq(other) > this.#lastSeq(one) ? other : one),
      best[0] ?? 0,
    );
  }

  /** Throws SourceError, CancelledError. */
  static async compare(sides: readonly Side[]): Promise<ReplicaGroup> {
    const sets: MessageSets[][] = [];
    for (const [i, a] of sides.entries()) {
      const row: MessageSets[] = [];
      for (const b of sides.slice(i + 1)) {
        const compared = await compareMessages(a, b, []);
        if (compared !== null) row.push(compared);
      }
      sets.push(row);
    }
    return new ReplicaGroup(sides, sets);
  }

  #lastSeq(i: number): bigint {
    return this.#sides[i]?.state?.last_seq ?? 0n;
  }

  /** What differs between two: `onlyA` is what only `i` holds. */
  #between(i: number, j: number): MessageSets | null {
    if (i < j) return this.#sets[i]?.[j - i - 1] ?? null;
    const turned = this.#sets[j]?.[i - j - 1];
    return turned === undefined ? null : { ...turned, onlyA: turned.onlyB, onlyB: turned.onlyA };
  }

  /** Whether replica `j` holds all of `i`, and has gone on from there where it holds more. */
  #supports(j: number, i: number): boolean {
    const sets = this.#between(i, j);
    if (sets === null) return i === j;
    if (this.#lastSeq(j) < this.#lastSeq(i)) return false;
    const isMoreBehind = (sets.onlyB.first ?? this.#lastSeq(i) + 1n) > this.#lastSeq(i);
    return sets.changed.count === 0n && sets.onlyA.count === 0n && isMoreBehind;
  }

  /** How a replica stands to the reference. */
  status(i: number): Pick<ReplicaReport, 'status' | 'diverged_at' | 'missing' | 'extra' | 'changed'> {
    const sets = this.#between(this.reference, i);
    if (sets === null) return { status: 'same', diverged_at: null, missing: 0n, extra: 0n, changed: 0n };
    const [last, lastOfReference] = [this.#lastSeq(i), this.#lastSeq(this.reference)];
    const counts = {
      missing: sets.onlyA.count,
      extra: sets.onlyB.count,
      changed: sets.changed.count,
    };
    // One that is behind may still hold what was deleted since; one that is ahead may have deleted more.
    const isBehind = last < lastOfReference && (sets.onlyA.first ?? last + 1n) > last;
    const isAhead = last > lastOfReference && (sets.onlyB.first ?? lastOfReference + 1n) > lastOfReference;
    if (counts.changed === 0n) {
      if (isBehind) return { status: 'behind', diverged_at: null, ...counts };
      if (isAhead) return { status: 'ahead', diverged_at: null, ...counts };
      if (counts.missing + counts.extra === 0n) return { status: 'same', diverged_at: null, ...counts };
    }
    return { status: 'diverged', diverged_at: lowest([sets.changed, sets.onlyA, sets.onlyB]), ...counts };
  }
}

function lowest(sets: readonly SequenceParts[]): bigint | null {
  const firsts = sets.flatMap((set) => set.first ?? []);
  return firsts.length === 0 ? null : firsts.reduce((one, other) => (other < one ? other : one));
}
