import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { keyedSum } from '../../src/codec/highwayhash.ts';
import { verifyArchive } from '../../src/operation/verify/run.ts';
import { exitOfStatus } from '../../src/cli/exit-code.ts';
import type { Finding } from '../../src/findings/finding.ts';
import { unreadableReport } from '../../src/operation/verify/unreadable.ts';
import type { SelectOptions, VerifyReport } from '../../src/operation/types.ts';
import { ROOT } from './captures.ts';

export const CAPTURES: string = join(ROOT, 'testdata/captures');

/** A folder that goes when the test ends. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'natsarc-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A copy of a folder or file, of the captures or by its full path, to be damaged. `keepName` keeps the last part of its path. */
export function copyOf(path: string): string {
  const target = join(tempFolder(), path.split('/').at(-1) ?? 'copy');
  cpSync(isAbsolute(path) ? path : join(CAPTURES, path), target, { recursive: true });
  return target;
}

export function editFile(path: string, edit: (bytes: Buffer) => Uint8Array): void {
  writeFileSync(path, edit(readFileSync(path)));
}

export function flipBit(path: string, offsetBytes: number, bit = 0): void {
  editFile(path, (bytes) => {
    bytes[offsetBytes] = (bytes[offsetBytes] ?? 0) ^ (1 << bit);
    return bytes;
  });
}

/** Cuts a stream's only block behind its last message: what told of deletes after it is gone, and index.db is not current. */
export function cutTombstones(stream: string): void {
  editFile(join(stream, 'msgs/1.blk'), (bytes) => {
    const last = recordsOf(bytes).findLast(({ seq }) => seq >> 62n === 0n);
    return bytes.subarray(0, (last?.at ?? 0) + (last?.length ?? 0));
  });
}

/** Every file below a path, with its content, as one sum. */
export function treeSum(path: string): string {
  const hash = createHash('sha256');
  const visit = (at: string): void => {
    const isFolder = existsSync(at) && readdirSafely(at) !== null;
    hash.update(at);
    if (isFolder) for (const name of (readdirSafely(at) ?? []).toSorted()) visit(join(at, name));
    else if (existsSync(at)) hash.update(readFileSync(at));
  };
  visit(path);
  return hash.digest('hex');
}

function readdirSafely(path: string): string[] | null {
  try {
    return readdirSync(path);
  } catch {
    return null;
  }
}

/** Verifies; asserts that the input was not changed and that it did not take long. */
export async function verifyDamaged(path: string, options: SelectOptions = {}): Promise<VerifyReport> {
  const before = treeSum(path);
  const begunMs = performance.now();
  const report = await verifyArchive(path, options).catch((error: unknown) => unreadableReport(path, error));
  expect(performance.now() - begunMs).toBeLessThan(20_000);
  expect(treeSum(path)).toBe(before);
  return report;
}

/** The codes found, each once, without what is only information. */
export function codesOf(report: VerifyReport): string[] {
  const told = report.findings.filter((finding) => finding.severity !== 'info');
  return [...new Set(told.map((finding) => finding.code))].toSorted();
}

/** Verifies and expects this status and these codes, each once, without what is only information. */
export async function expectDamage(path: string, status: string, codes: readonly string[]): Promise<void> {
  const report = await verifyDamaged(path);
  expect({ codes: codesOf(report), status: report.status }).toEqual({ codes, status });
}

/** Verifies and expects exactly these findings, information too, in this order, and the exit code of `verify`. */
export async function expectFindings(
  path: string,
  exit: number,
  findings: readonly Partial<Finding>[],
): Promise<void> {
  const report = await verifyDamaged(path);
  expect(report.findings).toMatchObject(findings);
  expect(exitOfStatus(report.status)).toBe(exit);
}

/** Changes index.db of a stream's folder and gives it a sum that fits again. */
export function editIndex(path: string, streamName: string, edit: (bytes: Buffer) => void): void {
  editFile(join(path, 'msgs/index.db'), (bytes) => {
    edit(bytes);
    bytes.set(keyedSum(streamName, bytes.subarray(0, -8)), bytes.length - 8);
    return bytes;
  });
}

/** Offsets of the records in an uncompressed block, up to where none can begin. */
export function recordsOf(
  bytes: Buffer,
): { at: number; length: number; seq: bigint; subject: number; hasHeader: boolean }[] {
  const records = [];
  for (let at = 0; at + 22 <= bytes.length;) {
    const word = bytes.readUInt32LE(at);
    const length = word & 0x7fffffff;
    if (length < 30) break;
    records.push({
      at,
      length,
      seq: bytes.readBigUInt64LE(at + 4),
      subject: bytes.readUInt16LE(at + 20),
      hasHeader: word >>> 31 === 1,
    });
    at += length;
  }
  return records;
}
