import { integerField, type JsonObject } from '../../core/json.ts';
import { countSequences, intersectRanges, mergeRanges, subtractRanges } from '../../core/sequence-ranges.ts';
import type { BlockLiveSet } from '../../model/live-set.ts';
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
  const sets = own.whole.map(({ file, scan }): BlockLiveSet => {
    const live = subtractRanges(scan.ranges, options.excluded);
    return { block: file, scan, expected: null, live, dead: intersectRanges(scan.ranges, options.excluded) };
  });
  // Several records of one sequence are counted once.
  if (sets.some(({ scan }) => countSequences(scan.ranges) !== BigInt(scan.messages))) return survey(options);
  const partly = sets.filter(({ live, dead }) => live.length > 0 && dead.length > 0);
  const counted = await tallyBlocks(own.archive, partly, work.pool, { wantSubjects: false, pending: [] });
  const again = new Map(partly.map((set, i) => [set, counted[i]]));
  const tallies = sets.map((set) => again.get(set) ?? tallyOfScan(set.scan, set.live.length === 0));
  return {
    recovered: mergeRanges(sets.map(({ live }) => live)),
    total: joinTallies(tallies, 0),
    disagreements: [],
  };
}

/** Limits for each subject ask how many messages it has. */
export function needsSubjects(config: JsonObject): boolean {
  return (integerField(config, 'max_msgs_per_subject') ?? -1n) > 0n;
}
