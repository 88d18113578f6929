import { makeFinding, type Fault, type Finding, type Place } from '../findings/finding.ts';

/** Where loading puts what it finds: a file, then its fault. */
export interface FindingSink {
  readonly place: Place;
  add(fault: Fault, file: string, consumer?: string): void;
}

/** Takes faults and puts them in their place. */
export function sinkFor(findings: Finding[], place: Place): FindingSink {
  return {
    place,
    add: (fault, file, consumer) =>
      findings.push(makeFinding(fault, { ...place, ...(consumer === undefined ? {} : { consumer }), file })),
  };
}
