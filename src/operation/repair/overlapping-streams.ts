import { groupedBy } from '../../core/grouped.ts';
import { listenedSubjects, overlaps } from '../../model/listened-subjects.ts';
import type { RepairNote } from '../salvage/types.ts';
import type { OutgoingStream } from '../write/outgoing-stream.ts';

/** Of streams that are written, those whose subjects another one of the account would take too: a server loads one of them. */
export function overlappingStreams(streams: readonly OutgoingStream[]): RepairNote[] {
  const notes: RepairNote[] = [];
  const tell = (stream: OutgoingStream, other: OutgoingStream): void => {
    const [overlap] = overlaps(stream.config, other.config);
    if (overlap === undefined) return;
    const [own, its] = overlap;
    notes.push({
      code: 'SUBJECTS_OVERLAP',
      account: stream.source.account,
      stream: stream.name,
      text: `its subject ${own} overlaps with ${its} of ${other.name}: a server takes one of the two; --config gives other subjects`,
      loss: false,
    });
  };
  for (const ofAccount of groupedBy(streams, ({ account }) => account).values()) {
    const rank = new Map(ofAccount.map((stream, i) => [stream, i]));
    const byToken = groupedBy(
      ofAccount.flatMap((stream) => firstTokens(stream).map((token) => ({ stream, token }))),
      ({ token }) => token,
    );
    const wide = new Set(['*', '>'].flatMap((token) => byToken.get(token) ?? []).map(({ stream }) => stream));
    for (const stream of ofAccount) {
      const near = firstTokens(stream).flatMap((token) => byToken.get(token) ?? []);
      const others = wide.has(stream) ? ofAccount : [...new Set([...near.map((one) => one.stream), ...wide])];
      for (const other of others) if ((rank.get(other) ?? 0) < (rank.get(stream) ?? 0)) tell(stream, other);
    }
  }
  return notes;
}

/** Only subjects that begin alike, or with a wildcard, can overlap. */
function firstTokens({ config }: OutgoingStream): string[] {
  return [...new Set(listenedSubjects(config).map((subject) => subject.split('.')[0] ?? ''))];
}
