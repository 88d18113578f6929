import { SourceError } from '../core/error.ts';
import type { Finding } from '../findings/finding.ts';

/** What was given is no archive that could be opened; `finding` says why in the catalogue's words. */
export class UnreadableArchive extends SourceError {
  readonly finding: Finding;

  constructor(finding: Finding) {
    const holds = finding.data?.['holds'];
    const hint = holds === undefined ? '' : `; in it are ${String(holds)}: give the path of one`;
    super(`${finding.file ?? ''}: ${finding.message}${hint}`);
    this.finding = finding;
  }
}
