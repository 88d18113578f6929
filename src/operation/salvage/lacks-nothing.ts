import { isDeepStrictEqual } from 'node:util';
import type { StreamArchive } from '../../model/stream-archive.ts';
import type { RepairedStream } from './repair-stream.ts';

/**
 * Whether what reads without a repair lacks nothing that a repair knows of, also of consumers and configuration. `lost`: how many
 * messages it lacks, doubtful ones with them.
 */
export function lacksNothing(
  archive: StreamArchive,
  { archive: repaired, notes }: Pick<RepairedStream, 'archive' | 'notes'>,
  lost: bigint,
): boolean {
  return lost === 0n && !notes.some((note) => note.loss) && isSameBeside(archive, repaired);
}

/** Whether a repair would write the same beside the messages. */
function isSameBeside(archive: StreamArchive, repaired: StreamArchive): boolean {
  const besideOf = ({ config, consumers }: StreamArchive): unknown => [
    config,
    consumers.map(({ name, config: its, state }) => [name, its, state]),
  ];
  return isDeepStrictEqual(besideOf(archive), besideOf(repaired));
}
