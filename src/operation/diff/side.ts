import { checkDeclaredLive } from '../../check/declared.ts';
import { checkBlockFiles } from '../../check/block-files.ts';
import { checkBlockRecords } from '../../check/block-records.ts';
import { checkIndexAgainstBlocks } from '../../check/index-vs-blocks.ts';
import type { StreamEvidence } from '../../check/stream-evidence.ts';
import type { StreamParts, V2StreamParts } from '../../container/entry.ts';
import { framingFaults } from '../../container/open-source.ts';
import { orSourceError, SourceError } from '../../core/error.ts';
import { NO_PARTS } from '../../core/sequence-part-sets.ts';
import type { SequenceParts } from '../../core/sequence-parts.ts';
import { makeFinding, type Finding } from '../../findings/finding.ts';
import { isDamage } from '../../findings/status.ts';
import { stateFromBlocks } from '../../model/stream-state.ts';
import type { BlockFile, StreamArchive } from '../../model/stream-archive.ts';
import { baseArchive } from '../../model/base-archive.ts';
import { readV2Head } from '../../model/load-v2-stream.ts';
import type { SourceDescriptor } from '../../source/byte-source.ts';
import type { ScanResult } from '../../workers/jobs/scan.ts';
import { loadStream, streamNameOf } from '../open/load-stream.ts';
import type { Archive } from '../open/open-archive.ts';
import { placed } from '../open/report-source.ts';
import { stateReport } from '../state/state-report.ts';
import { gatherEvidence } from '../read/stream-evidence.ts';
import type { StreamState } from '../types.ts';
import { knownResults, twinBlocksOf } from './twin-blocks.ts';
import { readV2Messages } from '../read/v2-messages.ts';
import { v2State } from '../state/v2-state.ts';

/** One of the streams that are compared: everything about it but the content of its messages. */
export interface Side {
  readonly archive: StreamArchive;
  readonly work: Archive;
  /** null where no message can be read: encrypted, configuration only, a file that the system refuses. */
  readonly live: SequenceParts | null;
  readonly state: StreamState | null;
  /** Of a stream kept as files. */
  readonly evidence: StreamEvidence | null;
  /** Blocks whose decoded bytes are those of the first side's block of the same number. */
  readonly twinBlocks: ReadonlySet<number>;
  readonly findings: readonly Finding[];
  /** The system refused to give it: nothing can be said of it. */
  readonly isRefused: boolean;
}

/** Whether it holds messages that cannot be read. */
export function isUnreadable({ archive, isRefused }: Side): boolean {
  return isRefused || archive.encrypted !== null;
}

/** A stream of an archive, to be compared. */
export interface Candidate {
  readonly parts: StreamParts;
  readonly work: Archive;
}

interface Loaded extends Candidate {
  readonly archive: StreamArchive;
  /** What the system refused already. */
  readonly refusal: SourceError | null;
}

/**
 * Reads the sides of a comparison. Blocks of the first one are compared byte by byte with those of the others while they
 * are scanned: an equal block with an equal key needs no scan of its own. A stream that the system refuses to give is a
 * side of which nothing can be compared, and a finding. Throws CancelledError.
 */
export async function loadSides(candidates: readonly Candidate[]): Promise<Side[]> {
  const loaded = candidates.map(loadCandidate);
  const [first, ...others] = loaded;
  if (first === undefined) return [];
  const twins = others.map((other) => twinBlocksOf(first.archive, other.archive));
  const twinsOf = (block: BlockFile): SourceDescriptor[] =>
    twins.flatMap((own) => own.get(block.index) ?? []);
  const firstSide = await loadSide(first, { twinsOf });
  const sides = [firstSide];
  for (const [i, other] of others.entries()) {
    const before = twins.slice(0, i);
    const place = (index: number): number => before.filter((own) => own.has(index)).length;
    const known = knownResults(firstSide.evidence, twins[i] ?? new Map(), place);
    sides.push({ ...(await loadSide(other, { known })), twinBlocks: new Set(known.keys()) });
  }
  return sides;
}

function loadCandidate(one: Candidate): Loaded {
  const archive = orSourceError(() => loadStream(one.parts));
  if (!(archive instanceof SourceError)) return { ...one, archive, refusal: null };
  const stub = baseArchive(one.parts, streamNameOf(one.parts), null);
  return { ...one, archive: stub, refusal: archive };
}

interface LoadOptions {
  readonly twinsOf?: (block: BlockFile) => readonly SourceDescriptor[];
  readonly known?: ReadonlyMap<number, ScanResult>;
}

async function loadSide(loaded: Loaded, options: LoadOptions): Promise<Side> {
  try {
    if (loaded.refusal !== null) throw loaded.refusal;
    return await readSide(loaded, options);
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    const { parts, archive, work } = loaded;
    const fault = { code: 'SRC_UNREADABLE', data: { reason: error.message } } as const;
    const findings = [
      ...placed(parts.findings, archive.place),
      ...archive.findings,
      makeFinding(fault, { ...archive.place, file: parts.label }),
    ];
    return {
      archive,
      work,
      twinBlocks: new Set(),
      live: null,
      state: null,
      evidence: null,
      findings,
      isRefused: true,
    };
  }
}

async function readSide(loaded: Loaded, options: LoadOptions): Promise<Side> {
  const { parts, archive, work } = loaded;
  const findings = [...placed(parts.findings, archive.place), ...archive.findings];
  const twinBlocks = new Set(archive.blocks.map((block) => block.index));
  const side = { archive, work, twinBlocks, isRefused: false };
  if (parts.form === 'v2') {
    const read = await loadMessagesOfV2(archive, parts, work);
    const all = [...findings, ...read.findings];
    const fewer = checkDeclaredLive(archive, read.live ?? NO_PARTS, !all.some(isDamage));
    return { ...side, ...read, evidence: null, findings: [...all, ...fewer] };
  }
  if (archive.encrypted !== null || parts.form === 'config')
    return { ...side, live: null, state: null, evidence: null, findings };
  const evidence = await gatherEvidence(archive, work, { wantSubjects: false, pending: [], ...options });
  const numbers = stateFromBlocks(archive, evidence.sets, null, evidence.total, null);
  const found = [checkBlockRecords, checkBlockFiles, checkIndexAgainstBlocks].flatMap((check) => [
    ...check(evidence),
  ]);
  return {
    ...side,
    live: evidence.live,
    state: stateReport(numbers, { consumerCount: archive.consumers.length, gaps: false }),
    evidence,
    findings: [
      ...findings,
      ...evidence.scan.findings,
      ...found,
      ...checkDeclaredLive(archive, evidence.live, false),
    ],
  };
}

async function loadMessagesOfV2(
  archive: StreamArchive,
  parts: V2StreamParts,
  work: Archive,
): Promise<Pick<Side, 'live' | 'state' | 'findings'>> {
  const { state } = readV2Head(parts, archive.place);
  const messages = await readV2Messages(archive, parts, {
    wantSubjects: false,
    pending: [],
    signal: work.signal,
  });
  const source = parts.body.open();
  const framing = framingFaults(source).map((fault) =>
    makeFinding(fault, { ...archive.place, file: parts.label }),
  );
  source.close();
  work.onBytes(parts.sizeBytes, parts.label);
  return {
    live: messages.live,
    state: v2State(archive, state, messages),
    findings: [...framing, ...messages.findings],
  };
}
