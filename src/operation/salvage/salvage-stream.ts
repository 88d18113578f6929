import { ToolError } from '../../core/error.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import type { Archive } from '../open-archive.ts';
import { salvageFiles } from './salvage-files.ts';
import { salvageV2 } from './salvage-v2.ts';
import type { SalvagedStream } from './salvaged-stream.ts';

/**
 * Reads what is left of a stream, whatever its form. `source`: its archive's place among the sources; `name`: from the command
 * line. Throws SourceError, UsageError, CancelledError, and ToolError where it is encrypted or has no data.
 */
export async function salvageStream(
  archive: StreamArchive,
  work: Archive,
  source: number,
  name: string,
): Promise<SalvagedStream> {
  const { parts } = archive;
  if (archive.encrypted !== null) throw new ToolError(`${archive.name}: encrypted, its key is needed`);
  if (parts.form === 'config') throw new ToolError(`${archive.name}: a configuration without data`);
  if (parts.form === 'v2') return salvageV2(archive, parts, work, source, name);
  return salvageFiles(archive, parts, work, source, name);
}
