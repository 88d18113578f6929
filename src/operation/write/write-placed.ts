import { replicasOf } from '../../model/replicas.ts';
import type { Finding } from '../../findings/finding.ts';
import type { StateNumbers } from '../../model/stream-state.ts';
import type { StagedFiles } from '../../writer/staged-files.ts';
import { TOOL } from '../open/report-source.ts';
import { stateReport } from '../state/state-report.ts';
import { beyondLimits, beyondLimitsText, type BeyondLimits } from '../content/beyond-limits.ts';
import { noteText } from '../../findings/note-text.ts';
import { formOf, notCarried, writeStream, type StreamShape } from './forms.ts';
import type { OutgoingStream } from './outgoing-stream.ts';
import { lostCount } from '../content/content.ts';
import { plannedRules, unusedRules } from './subject-rules.ts';
import type { PlanReport, WrittenReport, WrittenStream } from './types.ts';
import type { SkippedStream } from '../loss/skipped-stream.ts';

/** One stream of the result and where in the target it goes. */
export interface PlacedStream {
  readonly stream: OutgoingStream;
  readonly shape: StreamShape;
  /** Within the target; empty for the target itself. */
  readonly path: string;
}

/** What is written, and what is to be said of it. */
export interface PlacedStreams {
  readonly placed: readonly PlacedStream[];
  readonly skipped: readonly SkippedStream[];
  readonly notes: readonly string[];
  /** Of streams that are skipped. */
  readonly findings?: readonly Finding[];
}

/** Looks at what was written; gives what is told of it. */
type CheckStreams = (written: readonly WrittenStream[]) => Promise<readonly WrittenStream[]>;

/**
 * Writes the streams where they are staged, has them checked there, and tells of them under their target. Throws UsageError, ToolError,
 * CancelledError.
 */
export async function writePlaced(
  { placed, skipped, notes, findings }: PlacedStreams,
  staged: StagedFiles,
  target: string,
  { signal, check }: { readonly signal: AbortSignal | undefined; readonly check: CheckStreams },
): Promise<WrittenReport> {
  const written: WrittenStream[] = [];
  const done: PlacedStream[] = [];
  const ofLimits: string[] = [];
  for (const one of placed) {
    const { stream, state } = await writeStream(one.stream, one.shape, one.path, staged, signal);
    written.push(writtenStream(stream, one.shape, state));
    done.push({ ...one, stream });
    ofLimits.push(...limitNotes(stream, state.beyondLimits));
  }
  const streams = done.map(({ stream }) => stream);
  const checked = await check(written);
  return {
    type: 'natsarc.v1.written',
    tool: TOOL,
    target,
    streams: checked,
    skipped,
    bytes_written: staged.bytesWritten,
    notes: [...notes, ...done.flatMap(notesOn), ...ofLimits, ...unusedRules(streams)],
    ...sourceFaults(streams, skipped, findings),
  };
}

/** Tells what would be written, and how. */
export function planReport(
  { placed, skipped, notes, findings }: PlacedStreams,
  target: string,
  steps: readonly string[],
): PlanReport {
  const streams = placed.map(({ stream }) => stream);
  return {
    type: 'natsarc.v1.plan',
    tool: TOOL,
    target,
    streams: placed.map(({ stream, shape }) => writtenStream(stream, shape, stream.content.state)),
    skipped,
    steps,
    notes: [
      ...notes,
      ...placed.flatMap(notesOn),
      ...streams.flatMap(plannedLimits),
      ...plannedRules(streams),
    ],
    ...sourceFaults(streams, skipped, findings),
  };
}

function notesOn({ stream, shape }: PlacedStream): readonly string[] {
  const { name, config, content } = stream;
  const notes = content.notes ?? [];
  const replicas = replicasOf(config);
  if (shape.as !== 'store' || replicas <= 1n) return notes;
  const place = 'a server that is in no cluster leaves it out of this store; --replicas 1 changes that';
  return [...notes, `${name}: it has ${replicas} replicas: ${place}`];
}

/** The same of a stream that is not written: its subjects are not counted. */
function plannedLimits(stream: OutgoingStream): readonly string[] {
  const { messages } = stream.content.state;
  return limitNotes(stream, beyondLimits(stream.config, { messages, subjects: [] }));
}

/** Of what is taken from a stream once a server has it, where nobody else tells that. */
function limitNotes({ name, content }: OutgoingStream, beyond: BeyondLimits): readonly string[] {
  if (beyond.messages === 0n || content.areLimitsTold === true) return [];
  return [noteText({ code: 'BEYOND_LIMITS', stream: name, text: beyondLimitsText(beyond) })];
}

function writtenStream(stream: OutgoingStream, shape: StreamShape, state: StateNumbers): WrittenStream {
  const { source, account, name } = stream;
  return {
    account,
    name,
    ...(name === source.name || source.name === '' ? {} : { from_name: source.name }),
    form: formOf(shape),
    state: stateReport(state, { consumerCount: stream.consumers.length, gaps: false }),
    lost: stream.content.lost,
    lost_messages: lostCount(stream.content),
    repairable_messages: stream.content.lossCount?.repairable ?? 0n,
    doubtful_messages: stream.content.lossCount?.doubtful ?? 0n,
    not_carried: notCarried(stream, shape),
    ...(stream.slice === undefined ? {} : { slice: stream.slice }),
  };
}

/** What was lost and found in the sources of streams, in all. */
function sourceFaults(
  streams: readonly OutgoingStream[],
  skipped: readonly SkippedStream[],
  ofSkipped: readonly Finding[] = [],
): Pick<WrittenReport, 'lost' | 'lost_messages' | 'findings'> {
  const contents = streams.map(({ content }) => content);
  const losses = [...contents, ...skipped].map(({ lost }) => lost);
  return {
    lost: {
      msgs: losses.flatMap(({ msgs }) => msgs),
      bytes: losses.reduce((sum, { bytes }) => sum + bytes, 0),
    },
    lost_messages: [
      ...contents.map(lostCount),
      ...skipped.map(({ lost_messages: messages }) => messages),
    ].reduce((sum, messages) => sum + messages, 0n),
    findings: [...ofSkipped, ...contents.flatMap(({ findings }) => [...findings])],
  };
}
