import type { OpenContainer, StreamParts, V2StreamParts } from '../../container/entry.ts';
import { loadV2Stream, readV2Head } from '../../model/load-v2-stream.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import { readV2Messages, v2FramingFindings } from '../read/v2-messages.ts';
import type { Prediction } from '../types.ts';
import { predictV2Stream } from './restore-v2.ts';

/** What a prediction of a restore needs to know of the archive. */
interface Around {
  readonly atNs: bigint;
  readonly container: Pick<OpenContainer, 'kind' | 'streams'>;
  readonly signal: AbortSignal | undefined;
}

/**
 * What servers restore where the V2 archive of another stream lies beside the backup.json of `declared`: it does not tell its name, so
 * that its messages and consumers become those of the declared stream. null where none lies there. Throws SourceError, CancelledError.
 */
export async function predictForeignV2(
  declared: StreamArchive,
  around: Around,
): Promise<Prediction[] | null> {
  const found = around.container.streams.find((parts) => isBeside(parts, declared));
  if (found?.form !== 'v2') return null;
  const { inPlaceOf: _, ...parts }: V2StreamParts = found;
  const { name, config, manifest, place } = declared;
  const archive = { ...loadV2Stream(parts), name, config, manifest, place };
  const messages = await readV2Messages(archive, parts, {
    signal: around.signal,
    wantSubjects: false,
    pending: [],
  });
  const { state } = readV2Head(parts, place);
  const findings = [...v2FramingFindings(archive, parts), ...messages.findings];
  const predictions = await predictV2Stream({ archive, parts, state, messages, findings }, around);
  return predictions.map(ofAnother);
}

function isBeside({ inPlaceOf, account, label }: StreamParts, { name, parts }: StreamArchive): boolean {
  return inPlaceOf === name && account === parts.account && folderOf(label) === folderOf(parts.label);
}

function folderOf(label: string): string {
  return label.slice(0, label.lastIndexOf('/') + 1);
}

function ofAnother(one: Prediction): Prediction {
  return one.outcome === 'whole' || one.outcome === 'loss'
    ? { ...one, outcome: 'loss', reason: 'what it restores is that of another stream' }
    : one;
}
