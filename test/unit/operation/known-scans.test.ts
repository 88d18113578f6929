import { expect, it } from 'vitest';
import type { BlockFile } from '../../../src/model/stream-archive.ts';
import { knownScans } from '../../../src/operation/salvage/rescan/known-scans.ts';
import type { S2IndexColumns, SourceDescriptor } from '../../../src/source/byte-source.ts';
import type { ScanResult } from '../../../src/workers/jobs/scan.ts';

const NO_COLUMN = new Float64Array(0);

/** Decoded bytes 1000 to 1499 of a snapshot, as a salvage reads them where `gapAt` is damaged; null: as any other reading. */
function sliceOf(gapAt: number | null, path = '/a/stream.tar.s2'): SourceDescriptor {
  const index: S2IndexColumns = {
    encodedOffsets: NO_COLUMN,
    decodedOffsets: NO_COLUMN,
    encodedEndBytes: 900,
    decodedSizeBytes: 2000,
    skippedBytes: 0,
  };
  const gap = { encodedAt: 0, encodedEnd: 9, decodedAt: gapAt ?? 0, type: null, decodedBytes: 1 };
  const of: SourceDescriptor = {
    kind: 's2',
    of: { kind: 'file', path },
    index: gapAt === null ? index : { ...index, gaps: [gap] },
  };
  return { kind: 'slice', of, offsetBytes: 1000, lengthBytes: 500 };
}

function blockAt(index: number, descriptor: SourceDescriptor): BlockFile {
  const entry = { path: '', label: '', sizeBytes: 500, open: () => ({ descriptor, close: () => {} }) };
  return { index, entry, sidecar: null, sidecarCurrent: false } as unknown as BlockFile;
}

function scanned(faults: number, carrierFaults = 0): ScanResult {
  const fault = { code: 'S2_CHUNK_CORRUPT' };
  return {
    scan: { faults: { length: faults } },
    blockFaults: [],
    carrierFaults: Array.from({ length: carrierFaults }, () => fault),
  } as unknown as ScanResult;
}

function find(
  blocks: readonly BlockFile[],
  result: ScanResult,
  now: SourceDescriptor,
  owner = { name: 'S', number: 1 },
): ScanResult | undefined {
  const archive = { name: 'S', blocks } as unknown as Parameters<typeof knownScans>[0]['archive'];
  const known = knownScans({ archive, results: new Map([[1, result]]) });
  return known.find({ file: blockAt(1, now), descriptor: now, owner });
}

const block = blockAt(1, sliceOf(null));
const sound = scanned(0);

it('a sound block is known where the same bytes are read', () => {
  expect(find([block], sound, sliceOf(null))).toBe(sound);
  expect(find([block], sound, sliceOf(1500))).toBe(sound);
  expect(find([block], sound, sliceOf(1499))).toBeUndefined();
  expect(find([block], sound, sliceOf(null, '/another/stream.tar.s2'))).toBeUndefined();
  expect(find([block], sound, { ...sliceOf(null), lengthBytes: 499 } as SourceDescriptor)).toBeUndefined();
});

it('what is damaged, carried by what is damaged, of another stream, or one of two is not known', () => {
  expect(find([block], scanned(1), sliceOf(null))).toBeUndefined();
  expect(find([block], scanned(0, 1), sliceOf(null))).toBeUndefined();
  expect(find([block], sound, sliceOf(null), { name: 'T', number: 1 })).toBeUndefined();
  expect(find([block], sound, sliceOf(null), { name: 'S', number: 2 })).toBeUndefined();
  expect(find([block, block], sound, sliceOf(null))).toBeUndefined();
});
