import type { SequenceParts } from '../../core/sequence-parts.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import { outgoingStream, type OutgoingStream } from '../write/outgoing-stream.ts';
import { presumeIntact } from './intact-stream.ts';
import { tellUses, type UsesOfStream } from './other-streams.ts';
import { repairStream, type RepairedStream } from '../salvage/repair-stream.ts';
import { salvageSources, type Repairing, type SalvagedSources } from './salvage-sources.ts';
import type { RepairOptions } from './types.ts';

/** A stream that is ready to be written, with what other archives are for it. */
export interface PreparedStream extends UsesOfStream {
  /** null where no archive has data of it. */
  readonly outgoing: OutgoingStream | null;
  /** What became of it, known for good once it was written. */
  readonly outcome: () => RepairedStream | null;
  /** Its sound messages; null where they were not looked at one by one. */
  readonly recovered: () => SequenceParts | null;
}

/**
 * A stream that may be intact is salvaged where that turns out not to be so while it is written. Throws SourceError, UsageError,
 * ToolError, CancelledError.
 */
export async function prepareStream(
  archive: StreamArchive,
  repairing: Repairing,
  paths: readonly string[],
  options: RepairOptions,
): Promise<PreparedStream> {
  const { work, others, isPastDamage } = repairing;
  const salvage = async (): Promise<SalvagedSources> => salvageSources(archive, repairing, options);
  let found: SequenceParts | null = null;
  const recovered = (): SequenceParts | null => found;
  const repair = async ({ sources, uses }: SalvagedSources): Promise<RepairedStream> => {
    const repaired = await repairStream(sources, work, options);
    found = repaired.found.recovered;
    return { ...repaired, loss: { ...repaired.loss, others: tellUses(uses, repaired.found.helped, paths) } };
  };
  const isAlone = !isPastDamage && others.length === 0;
  const presumed = isAlone ? await presumeIntact(archive, work, options) : null;
  if (presumed !== null) {
    let repaired = presumed;
    const instead = async (): Promise<OutgoingStream> => {
      repaired = await repair(await salvage());
      return outgoing(repaired, options);
    };
    const first = { ...outgoing(presumed, options), instead };
    return { name: archive.name, uses: [], outgoing: first, outcome: () => repaired, recovered };
  }
  const salvaged = await salvage();
  const told = { name: salvaged.sources[0].archive.name, uses: salvaged.uses };
  if (salvaged.isEmpty) return { ...told, outgoing: null, outcome: () => null, recovered };
  const repaired = await repair(salvaged);
  return { ...told, outgoing: outgoing(repaired, options), outcome: () => repaired, recovered };
}

/** The configuration that was given is in it already. */
function outgoing({ archive, content }: RepairedStream, options: RepairOptions): OutgoingStream {
  const { config: _, ...changes } = options;
  return outgoingStream(archive, content, changes);
}
