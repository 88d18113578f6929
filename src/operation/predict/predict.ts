import type { StreamEvidence } from '../../check/stream-evidence.ts';
import type { Prediction } from '../types.ts';
import { readBlocks } from './read-blocks.ts';
import { SERVER_RULES } from './server-rules.ts';
import { predictStart } from './start.ts';

/** What each server generation would make of a stream kept as files, by its clock at `atNs`. Throws SourceError. */
export function predictFileStream(evidence: StreamEvidence, atNs: bigint): Prediction[] {
  const { archive, results } = evidence;
  const { parts } = archive;
  if (parts.form !== 'store') return [];
  const readings = readBlocks(archive, results);
  return SERVER_RULES.map((rules) => predictStart(archive, parts, readings, rules, atNs));
}
