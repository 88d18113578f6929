import type { Severity } from './catalog-entry.ts';
import { CATALOG, type FindingCode } from './catalog/index.ts';

/** Evidence of a finding: plain JSON values, 64-bit numbers as bigint. */
export type FindingData = Readonly<
  Record<string, string | number | bigint | boolean | null | readonly (string | number | bigint)[]>
>;

/**
 * What a parser found wrong, without knowing whose bytes it read. `offsetBytes` counts from the start of the bytes
 * that were given to the parser (decoded bytes, where there was something to decode).
 */
export interface Fault {
  readonly code: FindingCode;
  readonly offsetBytes?: number;
  readonly lengthBytes?: number;
  readonly seq?: bigint;
  readonly data?: FindingData;
}

/** Where in an archive something was found. `file` is the path inside the archive, as a user would name it. */
export interface Place {
  readonly account?: string;
  readonly stream?: string;
  readonly consumer?: string;
  readonly file?: string;
}

/** A fact about the user's data: a value that is collected, counted and rendered. Its JSON form is schemas/finding.schema.json. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  readonly message: string;
  readonly account?: string;
  readonly stream?: string;
  readonly consumer?: string;
  readonly file?: string;
  readonly offset?: number;
  readonly length?: number;
  readonly seq?: bigint;
  readonly data?: FindingData;
}

/** Puts a fault in its place: severity and sentence come from the catalogue. */
export function makeFinding(fault: Fault, place: Place): Finding {
  return {
    code: fault.code,
    severity: CATALOG[fault.code].severity,
    message: CATALOG[fault.code].title,
    ...place,
    ...(fault.offsetBytes === undefined ? {} : { offset: fault.offsetBytes }),
    ...(fault.lengthBytes === undefined ? {} : { length: fault.lengthBytes }),
    ...(fault.seq === undefined ? {} : { seq: fault.seq }),
    ...(fault.data === undefined ? {} : { data: fault.data }),
  };
}
