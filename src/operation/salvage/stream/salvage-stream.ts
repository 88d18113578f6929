import { ToolError } from '../../../core/error.ts';
import { nameText } from '../../../core/name.ts';
import type { StreamArchive } from '../../../model/stream-archive.ts';
import { whyWithoutData } from '../../open/why-without-data.ts';
import { salvageFiles } from './salvage-files.ts';
import { salvageV2 } from './salvage-v2.ts';
import type { SalvageWork } from '../rescan/salvage-work.ts';
import type { SalvagedStream } from './salvaged-stream.ts';

/**
 * Reads what is left of a stream, whatever its form. `source`: its archive's place among the sources; `given`: a name from the
 * command line; where nothing else tells one, the stream's is empty, and its blocks are read as foreign ones. Throws SourceError,
 * CancelledError, and ToolError where it is encrypted or has no data.
 */
export async function salvageStream(
  archive: StreamArchive,
  work: SalvageWork,
  source: number,
  given: string,
): Promise<SalvagedStream> {
  const { parts } = archive;
  if (archive.encrypted !== null) throw new ToolError(`${archive.name}: encrypted, its key is needed`);
  if (parts.form === 'config') throw new ToolError(`${nameText(archive.name)}: ${whyWithoutData(parts)}`);
  if (parts.form === 'v2') return salvageV2(archive, parts, work, source, given);
  return salvageFiles(archive, parts, work, source, given);
}
