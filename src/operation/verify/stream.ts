import type { StreamParts } from '../../container/entry.ts';
import { SourceError } from '../../core/error.ts';
import { loadStream } from '../open/load-stream.ts';
import { placed } from '../open/report-source.ts';
import { verifyFileStream } from './file-stream.ts';
import type { VerifiedStream, VerifyWork } from './types.ts';
import { unreadableStream } from './unreadable.ts';
import { verifyV2Stream } from './v2-stream.ts';

/** A file of a stream that cannot be read makes that stream unknown; the others are verified all the same. */
export async function verifyStream(
  parts: StreamParts,
  work: VerifyWork,
  isLast: boolean,
): Promise<VerifiedStream> {
  try {
    const archive = loadStream(parts);
    const one =
      parts.form === 'v2'
        ? await verifyV2Stream(archive, parts, work)
        : await verifyFileStream(archive, work, isLast);
    return { ...one, findings: [...placed(parts.findings, archive.place), ...one.findings] };
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    return unreadableStream(parts, error);
  }
}
