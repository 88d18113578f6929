import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { verifyArchive } from '../../src/operation/verify/run.ts';
import type { Status } from '../../src/findings/status.ts';
import { captures, type Capture } from '../support/captures.ts';
import { codesOf } from '../support/damage.ts';
import { runCli } from '../support/run-cli.ts';

let verified = 0;
afterAll(() => console.log(`verified: ${verified} archives`));

async function expectStatus(path: string, status: Status, codes: readonly string[] = []): Promise<void> {
  const report = await verifyArchive(path);
  expect({ status: report.status, codes: codesOf(report) }).toEqual({ status, codes });
  verified++;
}

function folders(path: string): string[] {
  if (!existsSync(path)) return [];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(path, entry.name));
}

/** A stream that its own server damaged: what that looks like is told below. */
const DAMAGED = ['BLK_CHECKSUM_MISMATCH', 'BLK_LENGTH_IMPLAUSIBLE', 'S2_CHUNK_CORRUPT', 'S2_CHUNK_UNKNOWN'];

for (const capture of captures())
  describe(capture.id, () => {
    const store = join(capture.folder, 'store');
    const stores =
      capture.truth.layout === 'cluster'
        ? folders(store)
        : folders(capture.folder).filter((path) => path === store);
    for (const path of stores)
      it(`store ${path.slice(capture.folder.length + 1)}`, async () => {
        if (capture.set.startsWith('enc')) return expectStatus(path, 'UNKNOWN', ['ENC_KEY_REQUIRED']);
        if (isDamagedByServer(capture)) return expectStatus(path, 'CRITICAL', DAMAGED);
        return expectStatus(path, 'OK');
      });
    for (const account of [
      ...folders(join(capture.folder, 'backups')),
      ...folders(join(capture.folder, 'backups-noconsumers')),
    ])
      for (const path of folders(account))
        it(`backup ${path.slice(capture.folder.length + 1)}`, async () => {
          if (path.endsWith('COMPERASE') && isDamagedByServer(capture))
            return expectStatus(path, 'CRITICAL', ['DECL_MESSAGES_FEWER', 'SNAP_ABORTED']);
          return expectStatus(path, 'OK');
        });
    for (const path of folders(join(capture.folder, 'account-backup')))
      it(`account backup ${path.slice(capture.folder.length + 1)}`, async () => {
        const hasMemoryStream = existsSync(join(path, 'MEM'));
        return hasMemoryStream
          ? expectStatus(path, 'WARNING', ['MAN_MEMORY_STREAM'])
          : expectStatus(path, 'OK');
      });
    for (const file of archives(capture))
      it(`file ${file.slice(capture.folder.length + 1)}`, () => expectStatus(file, 'OK'));
    const overwritten = join(capture.folder, 'backups/backup-data/stream.tar.s2');
    if (existsSync(overwritten))
      it('backup-data whose streams overwrote each other', () =>
        expectStatus(join(capture.folder, 'backups/backup-data'), 'CRITICAL', ['CFGB_DATA_OVERWRITTEN']));
    if (existsSync(join(capture.folder, 'backups/backup-config')))
      it('backup-config', () => expectStatus(join(capture.folder, 'backups/backup-config'), 'OK'));
  });

function isDamagedByServer(capture: Capture): boolean {
  return capture.version === '2.10.29' && capture.set === 'full';
}

function archives(capture: Capture): string[] {
  const folder = join(capture.folder, 'backups/streams');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.tgz'))
    .map((name) => join(folder, name));
}

describe('through a pipe', () => {
  for (const capture of captures()) {
    if (capture.set !== 'full') continue;
    const snapshot = join(capture.folder, 'backups/$G/TAILDEL/stream.tar.s2');
    if (existsSync(snapshot))
      it(capture.id, () => {
        const run = runCli(['verify', '--check', '-'], readFileSync(snapshot));
        expect(run.stderr).toBe('');
        expect(run.stdout).toMatch(/^VERIFY OK - 1 stream, /);
        expect(run.exit).toBe(0);
      });
  }
});
