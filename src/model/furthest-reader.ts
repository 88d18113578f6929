import type { StreamArchive } from './stream-archive.ts';

/** The consumer that was delivered the highest sequence; one that never delivered anything may have begun ahead of the stream. */
export function furthestReader({
  consumers,
}: Pick<StreamArchive, 'consumers'>): { readonly told_by: string; readonly seq: bigint } | null {
  let furthest = null;
  for (const { name, state } of consumers) {
    const seq = state?.delivered.streamSeq ?? 0n;
    if (seq === 0n || state?.delivered.consumerSeq === 0n) continue;
    if (furthest === null || seq > furthest.seq) furthest = { told_by: `consumer ${name}`, seq };
  }
  return furthest;
}

/**
 * The same where it proves that the stream got as far: the files of a store that one server wrote. A snapshot may copy consumers behind
 * blocks, and a server of a cluster applies what it hears of a consumer and of its stream one by one.
 */
export function provenReader(archive: StreamArchive): ReturnType<typeof furthestReader> {
  const { form, config, blocks } = archive;
  const isAlone = form === 'store' && Number(config?.['num_replicas'] ?? 1) <= 1;
  return isAlone && blocks.length > 0 ? furthestReader(archive) : null;
}
