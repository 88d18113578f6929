import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { CAPTURES, copyOf, tempFolder } from '../support/damage.ts';
import { runCli } from '../support/run-cli.ts';

const BACKUPS = '2.14.5-full/backups/$G';

/** A tar of a folder's content, gzipped or not. */
function tarOf(folder: string, name: string, ...paths: string[]): string {
  const file = join(tempFolder(), name);
  execFileSync('tar', [name.endsWith('tgz') ? '-czf' : '-cf', file, '-C', folder, ...paths]);
  return file;
}

/** A backup folder whose snapshot was gzipped. */
function gzippedBackup(): string {
  const backup = copyOf(`${BACKUPS}/WQ`);
  const snapshot = join(backup, 'stream.tar.s2');
  writeFileSync(snapshot, gzipSync(readFileSync(snapshot)));
  return backup;
}

const PACKED: readonly (readonly [string, () => string])[] = [
  ['an S2 snapshot in a gzip', gzippedBackup],
  ['an S2 snapshot in a gzip', () => join(gzippedBackup(), 'stream.tar.s2')],
  ['a tar of a backup folder', () => tarOf(join(CAPTURES, BACKUPS), 'wq.tar', 'WQ')],
  ['a tar of a backup folder', () => tarOf(join(CAPTURES, BACKUPS, 'WQ'), 'wq.tgz', '.')],
  ['a tar of a store', () => tarOf(join(CAPTURES, '2.14.5-full'), 'store.tgz', 'store')],
  ['a tar of a store', () => tarOf(join(CAPTURES, '2.14.5-full/store/jetstream'), 'account.tar', '$G')],
];

describe('an archive that was packed once more is no damage', () => {
  it.each(PACKED)('%s: it is told, and nothing is written', (what, make) => {
    const path = make();
    const verify = runCli(['verify', path]);
    expect(verify.exit).toBe(3);
    expect(verify.stdout).toContain(`unpack first ${what}`);
    expect(verify.stdout).not.toMatch(/lost|CRITICAL/);
    for (const command of ['repair', 'pack', 'cat', 'inspect']) {
      const out = join(tempFolder(), 'out');
      const run = runCli([
        command,
        path,
        ...(command === 'repair' || command === 'pack' ? ['--out', out] : []),
      ]);
      expect([command, run.exit, run.stdout]).toEqual([command, 1, '']);
      expect(run.stderr).toContain(`; it is ${what}: unpack it first\n`);
      expect(existsSync(out)).toBe(false);
    }
  });

  it('what comes out of it is whole', () => {
    const backup = gzippedBackup();
    const snapshot = join(backup, 'stream.tar.s2');
    writeFileSync(snapshot, gunzipSync(readFileSync(snapshot)));
    expect(runCli(['verify', backup]).exit).toBe(0);
  });

  it('a snapshot of a stream is none, packed as tar or gzip', () => {
    const out = join(tempFolder(), 'WQ.tgz');
    expect(runCli(['convert', join(CAPTURES, BACKUPS, 'WQ'), '--to', 'tgz', '--out', out]).exit).toBe(0);
    expect(runCli(['verify', out]).exit).toBe(0);
    writeFileSync(`${out}.tar`, gunzipSync(readFileSync(out)));
    expect(runCli(['verify', `${out}.tar`]).exit).toBe(0);
  });
});
