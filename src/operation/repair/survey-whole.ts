import { integerField, type JsonObject } from '../../core/json.ts';
import { unpackRanges } from '../../core/packed-ranges.ts';
import { subtractRanges } from '../../core/sequence-ranges.ts';
import { liveSequences, liveSet } from '../../model/live-set.ts';
import type { Archive } from '../open-archive.ts';
import { joinTallies, tallyBlocks, tallyOfScan } from '../scan-stream.ts';
import type { SalvagedStream } from './salvaged-stream.ts';
import { survey, type Survey, type SurveyOptions } from './survey.ts';

/**
 * What is to be written of one archive. Where every block is whole the scan has counted it already, all but the blocks
 * that hold deleted messages: those are added up again in threads. Subjects are not counted then.
 */
export async function surveySource(
  own: SalvagedStream,
  options: SurveyOptions,
  config: JsonObject | null,
  work: Archive,
): Promise<Survey> {
  if (own.whole === null || config === null || needsSubjects(config)) return survey(options);
  const sets = own.whole.map(({ file, scan }) =>
    liveSet(file, scan, subtractRanges(unpackRanges(scan.ranges), options.excluded), null),
  );
  // Several records of one sequence are counted once.
  if (sets.some(({ scan }) => scan.ranges.count !== BigInt(scan.messages))) return survey(options);
  const partly = sets.filter(({ live, hasDead }) => live.count > 0n && hasDead);
  const counted = await tallyBlocks(own.archive, partly, work.pool, { wantSubjects: false, pending: [] });
  const again = new Map(partly.map((set, i) => [set, counted[i]]));
  const tallies = sets.map((set) => again.get(set) ?? tallyOfScan(set.scan, set.live.count === 0n));
  return {
    recovered: liveSequences(sets),
    total: joinTallies(tallies, 0),
    disagreements: [],
  };
}

/** Limits for each subject ask how many messages it has. */
export function needsSubjects(config: JsonObject): boolean {
  return (integerField(config, 'max_msgs_per_subject') ?? -1n) > 0n;
}
