import type { Kernels } from './instance.ts';
import type { RecordColumns } from './types.ts';
import type { ScanFault } from './scan-fault.ts';

/** A block has many columns, nearly all of them empty: each array of its own would take 200 bytes. */
const NO_VALUES = new BigUint64Array(0);
const NO_SIGNED_VALUES = new BigInt64Array(0);

/** 64-bit values that keep coming. */
export class GrowingColumn {
  #values: BigUint64Array;
  #length = 0;

  /** `room`: what another column has left. */
  constructor(room: BigUint64Array = NO_VALUES) {
    this.#values = room;
  }

  /** To be used again when this column is not any more. */
  get room(): BigUint64Array {
    return this.#values;
  }

  append(more: BigUint64Array): void {
    if (this.#length + more.length > this.#values.length) {
      const larger = new BigUint64Array(Math.max(64, 2 * (this.#length + more.length)));
      larger.set(this.#values.subarray(0, this.#length));
      this.#values = larger;
    }
    this.#values.set(more, this.#length);
    this.#length += more.length;
  }

  /** Valid until the room is used again. */
  view(): BigUint64Array {
    return this.#values.subarray(0, this.#length);
  }

  take(): BigUint64Array {
    return this.#length === 0 ? NO_VALUES : this.#values.slice(0, this.#length);
  }

  /** The same, signed. */
  takeSigned(): BigInt64Array {
    return this.#length === 0 ? NO_SIGNED_VALUES : new BigInt64Array(this.take().buffer);
  }
}

const NEXT = 0;
/** Kind and detail by the number that the kernel gives. */
const KINDS: readonly (readonly [ScanFault['kind'], string])[] = [
  ['tail', ''],
  ['checksum', ''],
  ['length', ''],
  ['tail', ''],
  ['order', ''],
  ['structure', 'subject'],
  ['structure', 'header-length'],
  ['structure', 'header-prefix'],
  ['structure', 'header-end'],
];

type OpenFault = { -readonly [K in keyof ScanFault]: ScanFault[K] };

/** Collects faults; the next good sequence arrives as an entry of its own. Adjoining order faults become one. */
export class FaultList {
  readonly #faults: OpenFault[] = [];
  #answered = 0;

  append(view: DataView, at: number, count: number): void {
    for (let entry = at; entry < at + count * 48; entry += 48) {
      const seq = view.getBigUint64(entry + 24, true);
      const kind = Number(view.getBigUint64(entry, true));
      if (kind === NEXT) this.#answer(seq);
      else this.#add(view, entry, kind, seq);
    }
  }

  take(): readonly ScanFault[] {
    return this.#faults;
  }

  #answer(seq: bigint): void {
    for (; this.#answered < this.#faults.length; this.#answered++) {
      const fault = this.#faults[this.#answered];
      if (fault !== undefined) fault.seqAfter = seq;
    }
  }

  #add(view: DataView, entry: number, kindNumber: number, seq: bigint): void {
    const [kind, detail] = KINDS[kindNumber] ?? ['length', ''];
    const offsetBytes = view.getFloat64(entry + 8, true);
    const lengthBytes = view.getFloat64(entry + 16, true);
    const before = this.#faults.at(-1);
    if (kind === 'order' && before?.kind === 'order' && this.#answered < this.#faults.length) {
      if (before.offsetBytes + before.lengthBytes === offsetBytes) {
        before.lengthBytes += lengthBytes;
        return;
      }
    }
    const known = view.getBigUint64(entry + 32, true) !== 0n;
    const seqBefore = view.getBigUint64(entry + 40, true);
    this.#faults.push({
      kind,
      offsetBytes,
      lengthBytes,
      seq: known ? seq : null,
      detail,
      seqBefore,
      seqAfter: 0n,
    });
  }
}

/** Views of the record columns as they stand. */
export function recordColumns({ exports, buffer }: Kernels): RecordColumns {
  const count: number = exports.recordCount.value;
  return {
    count,
    offsetBytes: new Float64Array(buffer, exports.RECORD_OFFSETS.value, count),
    seqWord: new BigUint64Array(buffer, exports.RECORD_SEQS.value, count),
    timeNs: new BigInt64Array(buffer, exports.RECORD_TIMES.value, count),
    recordBytes: new Uint32Array(buffer, exports.RECORD_BYTES.value, count),
    subjectAt: new Uint32Array(buffer, exports.SUBJECT_AT.value, count),
    subjectBytes: new Uint32Array(buffer, exports.SUBJECT_BYTES.value, count),
    headerAt: new Uint32Array(buffer, exports.HEADER_AT.value, count),
    headerBytes: new Uint32Array(buffer, exports.HEADER_BYTES.value, count),
    payloadAt: new Uint32Array(buffer, exports.PAYLOAD_AT.value, count),
    payloadBytes: new Uint32Array(buffer, exports.PAYLOAD_BYTES.value, count),
  };
}
