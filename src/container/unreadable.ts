import { SourceError } from '../core/error.ts';
import type { Finding } from '../findings/finding.ts';

/** What was given is no archive that could be opened; `finding` says why in the catalogue's words. */
export class UnreadableArchive extends SourceError {
  readonly finding: Finding;

  /** `path`: what was given. */
  constructor(path: string, finding: Finding) {
    const holds = finding.data?.['holds'];
    const packed = finding.data?.['unpack_first'];
    const hint = holds === undefined ? '' : `; in it are ${String(holds)}: give the path of one`;
    const how = packed === undefined ? '' : `; it is ${String(packed)}: unpack it first`;
    super(`${path === '-' ? 'standard input' : path}: ${finding.message}${hint}${how}`);
    this.finding = finding;
  }
}
