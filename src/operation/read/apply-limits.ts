import { unpackRanges } from '../../core/packed-ranges.ts';
import { packedWithout } from '../../core/packed-sets.ts';
import { hashKey } from '../../codec/highwayhash.ts';
import { hasSequence, rangesOf, subtractRanges } from '../../core/sequence-ranges.ts';
import { keepNewest, liveSequences, type BlockLiveSet } from '../../model/live-set.ts';
import { limitPerSubject, removalLimit } from '../../model/removal-limits.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import { descriptorOf } from '../../model/read-entry.ts';
import { openBlock } from '../../workers/open-block.ts';
import { scanSource } from '../../workers/scan-block.ts';
import type { RecordColumns } from '../../kernels/index.ts';

interface Limits {
  readonly messages: bigint | null;
  readonly perSubject: number;
}

/**
 * What limits removed leaves no trace in blocks (format/block/README.md): where no index tells, the limits that do not
 * depend on the clock are applied again, as a server does when it rebuilds.
 */
export function applyLimits(archive: StreamArchive, sets: readonly BlockLiveSet[]): readonly BlockLiveSet[] {
  if (archive.indexStanding === 'current' || archive.config === null) return sets;
  const limits: Limits = {
    messages: removalLimit(archive.config, 'max_msgs'),
    perSubject: Number(limitPerSubject(archive.config) ?? 0n),
  };
  const kept = limits.messages !== null ? keepNewest(liveSequences(sets), limits.messages) : null;
  const limited =
    kept === null ? sets : sets.map((set) => without(set, subtractRanges(unpackRanges(set.live), kept)));
  return limits.perSubject > 0 ? limitSubjects(archive, limited, limits.perSubject) : limited;
}

function without(set: BlockLiveSet, gone: BigUint64Array): BlockLiveSet {
  return gone.length === 0 ? set : { ...set, live: packedWithout(set.live, gone), hasDead: true };
}

/** Drops the oldest messages of each subject that has more than `keep`. */
function limitSubjects(
  archive: StreamArchive,
  sets: readonly BlockLiveSet[],
  keep: number,
): readonly BlockLiveSet[] {
  const counts = new Map<string, number>();
  for (const set of sets)
    eachLive(archive, set, (subject) => counts.set(subject, (counts.get(subject) ?? 0) + 1));
  if ([...counts.values()].every((count) => count <= keep)) return sets;
  return sets.map((set) => {
    const gone: bigint[] = [];
    eachLive(archive, set, (subject, seq) => {
      const left = counts.get(subject) ?? 0;
      if (left <= keep) return;
      counts.set(subject, left - 1);
      gone.push(seq);
    });
    return without(set, rangesOf(BigUint64Array.from(gone)));
  });
}

function eachLive(
  archive: StreamArchive,
  set: BlockLiveSet,
  visit: (subject: string, seq: bigint) => void,
): void {
  if (set.live.count === 0n) return;
  const live = unpackRanges(set.live);
  const block = openBlock(descriptorOf(set.block.entry));
  const onRecords = (columns: RecordColumns, window: Uint8Array): void => {
    for (let i = 0; i < columns.count; i++) {
      const seq = columns.seqWord[i] ?? 0n;
      const at = columns.subjectAt[i] ?? 0;
      const subject = Buffer.from(window.subarray(at, at + (columns.subjectBytes[i] ?? 0))).toString(
        'latin1',
      );
      if (hasSequence(live, seq)) visit(subject, seq);
    }
  };
  try {
    scanSource(block.content, { key: hashKey(`${archive.name}-${set.block.index}`), onRecords });
  } finally {
    block.close();
  }
}
