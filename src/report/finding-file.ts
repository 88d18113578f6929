import type { Finding } from '../findings/finding.ts';

/** The file that a finding is about, as a text names it; null where it is about the folder that was given, which has no name in it. */
export function findingFile({ file }: Finding): string | null {
  return file === undefined || file === '' || file === '.' ? null : file;
}
