import { hashKey } from '../../../codec/highwayhash.ts';
import type { PackedRanges } from '../../../core/packed-ranges.ts';
import { packedWithout } from '../../../core/packed-sets.ts';
import { SequenceParts } from '../../../core/sequence-parts.ts';
import { mergeRanges, NO_SEQUENCES, type SequenceRanges } from '../../../core/sequence-ranges.ts';
import type { SubjectTally, TallyJob, TallyResult } from '../../../workers/jobs/tally.ts';
import type { BlockTally } from '../../../workers/subject-columns.ts';
import type { Pool } from '../../../workers/pool.ts';
import { addSubject, addSubjects } from '../../../workers/subject-columns.ts';
import { joinTallies, NO_SUBJECTS, NOTHING, tallyOf } from '../../read/scan-stream.ts';
import type { SalvagedStream } from '../stream/salvaged-stream.ts';
import type { BlockPart, RunsPart } from '../stream/stream-parts.ts';
import { survey, type Survey } from './survey.ts';
import type { SurveyOptions } from '../blocks/each-message.ts';
import type { Disagreement } from '../types.ts';

/** Parts whose live sequences are unpacked together. */
const SURVEYED_AT_ONCE = 64;
/** One archive has no others. */
const NO_OTHERS: Pick<Survey, 'undecided' | 'helped'> = { undecided: NO_SEQUENCES, helped: new Map() };

/**
 * What is to be written of one archive, part by part. The scan has counted most of it already; blocks that hold deleted
 * messages, and all where subjects matter, are added up again in threads.
 */
export async function surveySource(
  own: SalvagedStream,
  options: SurveyOptions,
  wantSubjects: boolean,
  pool: Pool,
): Promise<Survey> {
  const { parted } = own;
  if (parted === null || (parted.form === 'v2' && wantSubjects)) return survey(options);
  if (parted.form === 'v2') {
    const recovered = new SequenceParts(parted.parts.map(({ seqs }) => seqs));
    return { recovered, total: parted.total, disagreements: [], ...NO_OTHERS };
  }
  const { parts } = parted;
  const recovered: PackedRanges[] = [];
  const tallies: TallyResult[] = [];
  const subjects = new Map<string, SubjectTally>();
  const disagreements: Disagreement[] = [];
  const undecided: SequenceRanges[] = [];
  for (let at = 0; at < parts.length; at += SURVEYED_AT_ONCE) {
    const some = parts.slice(at, at + SURVEYED_AT_ONCE);
    for (const found of await surveyParts(some, options, wantSubjects, pool)) {
      recovered.push(...found.recovered.parts);
      for (const [subject, { messages, bytes, lastSeq }] of found.total.subjects)
        addSubject(subjects, subject, messages, bytes, lastSeq);
      tallies.push({ ...found.total, subjects: NO_SUBJECTS });
      disagreements.push(...found.disagreements);
      undecided.push(found.undecided);
    }
  }
  return {
    recovered: new SequenceParts(recovered),
    total: joinTallies(tallies, 0, subjects),
    disagreements,
    ...NO_OTHERS,
    undecided: mergeRanges(undecided),
  };
}

async function surveyParts(
  parts: readonly (BlockPart | RunsPart)[],
  options: SurveyOptions,
  wantSubjects: boolean,
  pool: Pool,
): Promise<Survey[]> {
  const jobs: TallyJob[] = [];
  const found = parts.map((part): (() => Promise<Survey>) => {
    if (part.kind === 'runs') return async () => survey({ ...options, runs: part.runs });
    const live = liveOf(part, options);
    const isAll = live.count === part.seqs.count;
    const counted =
      live.count > 0n && (wantSubjects || !isAll) ? jobs.push(tallyJob(part, live, wantSubjects)) : 0;
    return async () => ({
      recovered: new SequenceParts([live]),
      total:
        counted === 0
          ? tallyOf(isAll ? part.totals : NOTHING)
          : withSubjects((await results)[counted - 1] as BlockTally),
      disagreements: [],
      ...NO_OTHERS,
    });
  });
  const results = pool.run(jobs, () => {});
  const surveys: Survey[] = [];
  for (const one of found) surveys.push(await one());
  return surveys;
}

function withSubjects(block: BlockTally): TallyResult {
  const subjects = new Map<string, SubjectTally>();
  addSubjects(subjects, block.subjects);
  return { ...block, subjects };
}

/** What of a block is to be written. */
function liveOf({ seqs }: BlockPart, { excluded }: SurveyOptions): PackedRanges {
  return packedWithout(seqs, excluded.lend(seqs.first, seqs.last));
}

function tallyJob({ source, owner }: BlockPart, live: PackedRanges, wantSubjects: boolean): TallyJob {
  const key = hashKey(`${owner.name}-${owner.number}`);
  return { kind: 'tally', source, key, live, wantSubjects, pending: [], salvage: true };
}
