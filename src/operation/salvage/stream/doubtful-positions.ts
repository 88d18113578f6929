import type { FileStreamParts } from '../../../container/entry.ts';
import { framingFaults } from '../../../container/open-source.ts';
import type { ByteSource } from '../../../source/byte-source.ts';
import type { NoteCode } from '../loss-codes.ts';

const POSITION_FILE = /^obs\/([^/]+)\/o\.dat$/;

/** Consumers whose position can be read and yet be wrong, with what is wrong around it. */
export type DoubtfulPositions = ReadonlyMap<string, NoteCode>;

export const NO_DOUBTS: DoubtfulPositions = new Map();

interface PositionFile {
  readonly consumer: string;
  readonly fromBytes: number;
  readonly toBytes: number;
}

/** A position has no checksum but that of the chunk, or of the gzip, that it stands in. Throws SourceError. */
export function doubtfulPositions(parts: FileStreamParts): DoubtfulPositions {
  const { carrier } = parts;
  if (carrier === null) return NO_DOUBTS;
  const files = positionFiles(parts);
  if (parts.findings.some(({ code }) => code === 'GZIP_CORRUPT'))
    return new Map(files.map(({ consumer }) => [consumer, 'GZIP_CORRUPT']));
  const source = carrier.open();
  try {
    return standingIn(damagedChunks(source), files);
  } finally {
    source.close();
  }
}

function positionFiles({ entries }: FileStreamParts): PositionFile[] {
  return entries.flatMap(({ path, carrierOffsetBytes, sizeBytes }) => {
    const consumer = POSITION_FILE.exec(path)?.[1];
    if (consumer === undefined || carrierOffsetBytes === null) return [];
    return [{ consumer, fromBytes: carrierOffsetBytes, toBytes: carrierOffsetBytes + sizeBytes }];
  });
}

interface DamagedChunk {
  readonly code: NoteCode;
  readonly fromBytes: number;
  readonly toBytes: number;
}

/** A salvage decodes whatever chunk it reads from whole, so that what is wrong with those of the positions is known. */
function damagedChunks(source: ByteSource): DamagedChunk[] {
  return framingFaults(source).flatMap(({ code, data }) => {
    if (code !== 'S2_CRC_MISMATCH' && code !== 'S2_CHUNK_CORRUPT') return [];
    const fromBytes = Number(data?.['decoded_offset']);
    return [{ code, fromBytes, toBytes: fromBytes + Number(data?.['decoded_length']) }];
  });
}

function standingIn(chunks: readonly DamagedChunk[], files: readonly PositionFile[]): DoubtfulPositions {
  const doubts = new Map<string, NoteCode>();
  for (const { consumer, fromBytes, toBytes } of files) {
    const hit = chunks.find((chunk) => chunk.fromBytes < toBytes && chunk.toBytes > fromBytes);
    if (hit !== undefined) doubts.set(consumer, hit.code);
  }
  return doubts;
}
