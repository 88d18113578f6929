import type { ScanFault } from './scan-fault.ts';

/** The faults of a block at rest: there may be as many as records. Plain data: threads hand it on as it is. */
export interface PackedFaults {
  readonly length: number;
  /** null where there are none. */
  readonly columns: FaultColumns | null;
}

interface FaultColumns {
  readonly kinds: Uint8Array;
  /** Of each fault the offset and the length. */
  readonly placesBytes: Float64Array;
  /** Of each fault the sequence that it claims, the one before and the one behind. */
  readonly seqs: BigUint64Array;
  /** Of those that have one, by their place. */
  readonly details: ReadonlyMap<number, string>;
}

const KINDS = ['checksum', 'length', 'structure', 'order', 'tail'] as const;
/** Added to the kind of one that claims no sequence. */
const UNCLAIMED = 0x80;
const NO_FAULTS: PackedFaults = { length: 0, columns: null };

export function packFaults(faults: readonly ScanFault[]): PackedFaults {
  const { length } = faults;
  if (length === 0) return NO_FAULTS;
  const kinds = new Uint8Array(length);
  const placesBytes = new Float64Array(2 * length);
  const seqs = new BigUint64Array(3 * length);
  const details = new Map<number, string>();
  for (const [i, { kind, offsetBytes, lengthBytes, seq, detail, seqBefore, seqAfter }] of faults.entries()) {
    kinds[i] = KINDS.indexOf(kind) + (seq === null ? UNCLAIMED : 0);
    placesBytes[2 * i] = offsetBytes;
    placesBytes[2 * i + 1] = lengthBytes;
    seqs[3 * i] = seq ?? 0n;
    seqs[3 * i + 1] = seqBefore;
    seqs[3 * i + 2] = seqAfter;
    if (detail !== '') details.set(i, detail);
  }
  return { length, columns: { kinds, placesBytes, seqs, details } };
}

/** One by one, in order of offset. */
export function* eachFault({ length, columns }: PackedFaults): Generator<ScanFault> {
  if (columns === null) return;
  const { kinds, placesBytes, seqs, details } = columns;
  for (let i = 0; i < length; i++) {
    const kind = kinds[i] ?? 0;
    yield {
      kind: KINDS[kind % UNCLAIMED] ?? 'checksum',
      offsetBytes: placesBytes[2 * i] ?? 0,
      lengthBytes: placesBytes[2 * i + 1] ?? 0,
      seq: kind >= UNCLAIMED ? null : (seqs[3 * i] ?? 0n),
      detail: details.get(i) ?? '',
      seqBefore: seqs[3 * i + 1] ?? 0n,
      seqAfter: seqs[3 * i + 2] ?? 0n,
    };
  }
}

/** Those of some kinds. */
export function* faultsOfKind(
  faults: PackedFaults,
  ...kinds: readonly ScanFault['kind'][]
): Generator<ScanFault> {
  if (hasFault(faults, ...kinds))
    for (const fault of eachFault(faults)) if (kinds.includes(fault.kind)) yield fault;
}

/** Whether there is one of some kinds. */
export function hasFault({ columns }: PackedFaults, ...kinds: readonly ScanFault['kind'][]): boolean {
  return columns?.kinds.some((kind) => kinds.includes(KINDS[kind % UNCLAIMED] ?? 'checksum')) ?? false;
}

/** Whether there is none of any other kind: also where there is none at all. */
export function isOnly({ columns }: PackedFaults, kind: ScanFault['kind']): boolean {
  return columns?.kinds.every((one) => KINDS[one % UNCLAIMED] === kind) ?? true;
}
