import { OwnerSearch } from '../../check/block-owner.ts';
import type { OpenContainer, StreamParts } from '../../container/entry.ts';
import { SourceError } from '../../core/error.ts';
import type { Finding } from '../../findings/finding.ts';
import { descriptorOf } from '../../model/read-entry.ts';
import { streamNameOf } from './load-stream.ts';

/** So many blocks are looked at once more, and so many names and numbers are tried. */
const MOST_BLOCKS = 64;
const MOST_NAMES = 256;
const MOST_NUMBERS = 16;

/** Findings of blocks that are of no stream they lie in, with the stream of the same archive that they were made for, where one fits. */
export function withOwners(findings: readonly Finding[], container: OpenContainer): readonly Finding[] {
  const foreign = findings.filter(({ code }) => code === 'BLK_FOREIGN').slice(0, MOST_BLOCKS);
  if (foreign.length === 0 || container.streams.length < 2) return findings;
  const names = container.streams.slice(0, MOST_NAMES).map(streamNameOf);
  const numbers = new Set(foreign.map(numberOf));
  for (let number = 1; number <= MOST_NUMBERS; number++) numbers.add(number);
  const owners = new OwnerSearch(names, numbers);
  const looked = new Set(foreign);
  return findings.map((finding) => {
    const owner = looked.has(finding) ? ownerOf(finding, container.streams, owners) : null;
    return owner === null ? finding : { ...finding, data: { ...finding.data, made_for: owner } };
  });
}

function ownerOf(finding: Finding, streams: readonly StreamParts[], owners: OwnerSearch): string | null {
  const { file = '' } = finding;
  const entry = streams
    .filter(({ label }) => file.startsWith(label))
    .flatMap((parts) => (parts.form === 'v2' || parts.form === 'config' ? [] : parts.entries))
    .find(({ label }) => label === file);
  if (entry === undefined) return null;
  try {
    const owner = owners.find(descriptorOf(entry), numberOf(finding));
    return owner === null || owner === 'unreadable' ? null : owner.name;
  } catch (error) {
    // It was read before; what it says now is no matter of this finding.
    if (error instanceof SourceError) return null;
    throw error;
  }
}

function numberOf({ data }: Finding): number {
  return Number(data?.['block']);
}
