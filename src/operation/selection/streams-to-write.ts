import { namelessText } from '../open/nameless.ts';
import { RefusedError } from '../../core/error.ts';
import type { Finding } from '../../findings/finding.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import type { Archive } from '../open/open-archive.ts';
import { foreignFinding } from '../open/why-without-data.ts';
import { skippedStream, withoutData, type SkippedStream } from '../loss/skipped-stream.ts';
import { tellTwins } from './told-twins.ts';
import { twinsAmong } from '../twins/twin-streams.ts';
import type { WriteOptions } from '../write/types.ts';

/** What of the selected streams is written, and what is said of the others. */
export interface StreamsToWrite {
  readonly usable: readonly StreamArchive[];
  readonly skipped: readonly SkippedStream[];
  readonly notes: readonly string[];
  readonly findings: readonly Finding[];
}

/** Streams that have data and a name, each once. Throws RefusedError where there is none at all, SourceError, CancelledError. */
export async function streamsToWrite(
  archives: readonly StreamArchive[],
  work: Archive,
  options: Pick<WriteOptions, 'config'>,
): Promise<StreamsToWrite> {
  const { usable, skipped } = withData(archives, options);
  const twins = twinsAmong(usable);
  const told = await tellTwins(twins.all, work);
  return {
    usable: usable.filter((archive) => !twins.found.has(archive)),
    skipped: [...skipped, ...told.flatMap((twin) => twin.skipped ?? [])],
    notes: told.flatMap(({ note }) => note ?? []),
    findings: archives.flatMap(({ parts }) => foreignFinding(parts) ?? []),
  };
}

/**
 * Streams of which there is more than a configuration, there or, as `isElsewhere` tells, in another archive, and a name, if only
 * in the configuration that is given; the others are told about.
 */
export function withData(
  archives: readonly StreamArchive[],
  { config }: Pick<WriteOptions, 'config'>,
  isElsewhere: (archive: StreamArchive) => boolean = () => false,
): {
  readonly usable: readonly StreamArchive[];
  readonly skipped: readonly SkippedStream[];
} {
  if (archives.length === 0) throw new RefusedError('there is no stream in it');
  const isEmpty = (archive: StreamArchive): boolean =>
    archives.length > 1 && archive.parts.form === 'config' && !isElsewhere(archive);
  const isNameless = ({ name, parts }: StreamArchive): boolean =>
    name === '' && parts.inPlaceOf !== undefined && config === undefined;
  return {
    usable: archives.filter((archive) => !isEmpty(archive) && !isNameless(archive)),
    skipped: [
      ...archives.filter(isEmpty).map(withoutData),
      ...archives.filter(isNameless).map((archive) => skippedStream(archive, withoutName(archive))),
    ],
  };
}

function withoutName({ parts }: StreamArchive): string {
  return namelessText(`${parts.label} itself, with `);
}
