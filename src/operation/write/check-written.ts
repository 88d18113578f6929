import { plural } from '../../core/plural.ts';
import { ToolError } from '../../core/error.ts';
import type { Prediction, StreamState, VerifyReport, VerifyStreamReport } from '../types.ts';
import type { OpenArchiveOptions } from '../open/open-archive.ts';
import { verifyWith } from '../verify/run.ts';
import type { WrittenStream } from './types.ts';

/** What was written is not what was meant to be written: it is thrown away. */
export class UnverifiedError extends ToolError {}

/** With which threads, and what was read back before. */
export interface CheckOptions extends Pick<OpenArchiveOptions, 'pool' | 'readBacks'> {
  readonly jobs?: number | undefined;
}

/**
 * Reads back what was written, with the threads that are there: it must verify, and hold what it was meant to. Gives the streams back, those
 * told that no server takes. Throws UnverifiedError.
 */
export async function checkWritten(
  path: string,
  streams: readonly WrittenStream[],
  { jobs, ...work }: CheckOptions,
): Promise<WrittenStream[]> {
  // What only a cluster serves is what was asked for: a note tells of it.
  const options = { ...work, isStandalone: false };
  const written = await verifyWith(path, { ...options, ...(jobs === undefined ? {} : { jobs }) });
  const names = new Set(streams.map(({ name }) => name));
  // A field of a consumer is copied as it stands.
  const wrong = written.findings.find(
    ({ severity, code, stream }) =>
      severity === 'critical' && code !== 'CFG_FIELD_OFFLINE' && (stream === undefined || names.has(stream)),
  );
  if (wrong !== undefined)
    throw new UnverifiedError(`what was written does not verify: ${wrong.code}: ${wrong.message}`);
  return streams.map((stream) => {
    const { account, name, state } = stream;
    const found = streamOf(written, account, name);
    const actual = found?.actual;
    const [read, wrote] = [
      countsOf(state),
      actual === undefined || actual === null ? 'nothing' : countsOf(actual),
    ];
    if (read !== wrote)
      throw new UnverifiedError(`${name}: what was written holds ${wrote}, what was read ${read}`);
    const refused = refusedBy(found?.predictions ?? []);
    return refused === null ? stream : { ...stream, refused };
  });
}

/** Why none of the servers serves it, as the newest has it; null where one does, or nothing is predicted. */
function refusedBy(predictions: readonly Prediction[]): string | null {
  if (predictions.some(({ outcome }) => outcome === 'whole' || outcome === 'loss')) return null;
  return predictions.at(-1)?.reason ?? null;
}

/** A folder of backups has the account that it is called; while it is staged it is called otherwise. */
function streamOf(
  { streams }: VerifyReport,
  account: string | null,
  name: string,
): VerifyStreamReport | undefined {
  // A bare V2 file does not know its name.
  const named = streams.filter((stream) => stream.name === name || stream.name === '');
  return named.length === 1 ? named[0] : named.find((stream) => stream.account === account);
}

function countsOf({ messages, bytes, last_seq }: StreamState): string {
  return `${plural(messages, 'message')} of ${plural(bytes ?? 0, 'byte')} up to sequence ${last_seq}`;
}
