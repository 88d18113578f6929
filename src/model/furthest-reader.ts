import { replicasOf } from './replicas.ts';
import type { StreamArchive } from './stream-archive.ts';

/**
 * The consumer that was delivered the highest sequence. One that never delivered anything stands where the stream ended when it was
 * made, unless it was to begin at a sequence: that may lie ahead of the stream.
 */
export function furthestReader({
  consumers,
}: Pick<StreamArchive, 'consumers'>): { readonly told_by: string; readonly seq: bigint } | null {
  let furthest = null;
  for (const { name, config, state } of consumers) {
    const seq = state?.delivered.streamSeq ?? 0n;
    const isAtStart =
      state?.delivered.consumerSeq === 0n && config?.['deliver_policy'] === 'by_start_sequence';
    if (seq === 0n || isAtStart) continue;
    if (furthest === null || seq > furthest.seq) furthest = { told_by: `consumer ${name}`, seq };
  }
  return furthest;
}

/**
 * The same where it proves that the stream got as far: the files of a store that one server wrote. A snapshot may copy consumers behind
 * blocks, and a server of a cluster applies what it hears of a consumer and of its stream one by one.
 */
export function provenReader(archive: StreamArchive): ReturnType<typeof furthestReader> {
  const isAlone = archive.form === 'store' && replicasOf(archive.config ?? {}) <= 1n;
  return isAlone ? furthestReader(archive) : null;
}
