import { existsSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CATALOG } from '../../src/findings/catalog/index.ts';
import { VERSION } from '../../src/core/version.ts';
import { ROOT } from '../support/captures.ts';
import { CAPTURES, copyOf } from '../support/damage.ts';
import { runCli } from '../support/run-cli.ts';

const ORDERS = join(ROOT, 'testdata/backups/ORDERS');
const DAMAGED = join(CAPTURES, '2.10.29-full/store');

describe('what a person sees', () => {
  it('escapes what could steer a terminal', () => {
    const path = copyOf('2.14.5-full/store/jetstream/$G/streams/ORDERS');
    renameSync(join(path, 'obs/LOG'), join(path, 'obs/\u001b[2JLOG\u202e'));
    const run = runCli(['inspect', path]);
    expect(run.stdout).not.toContain('\u001b');
    expect(run.stdout).toContain('\\x1b[2JLOG\\u202e');
  });

  it('fits 100 columns', () => {
    let checked = 0;
    for (const capture of readdirSync(CAPTURES))
      for (const args of [['inspect'], ['inspect', '--deep', '--blocks', '--gaps', '--subjects']]) {
        const path = ['store', 'backups/streams/ORDERS.tgz']
          .map((name) => join(CAPTURES, capture, name))
          .find((name) => existsSync(name));
        if (path === undefined) continue;
        // A command that is told has the path as it was given.
        const wide = runCli([...args, path])
          .stdout.replaceAll(path, 'store')
          .split('\n')
          .slice(1)
          .filter((line) => Array.from(line).length > 100);
        expect(wide, `${args.join(' ')} ${capture}`).toEqual([]);
        checked++;
      }
    expect(checked).toBeGreaterThan(8);
  });

  it('help tells commands, options and exit codes', () => {
    const help = runCli(['--help']).stdout;
    for (const command of ['inspect', 'verify', 'cat', 'export', 'checks', 'explain']) {
      expect(help).toContain(`natsarc ${command}`);
      expect(runCli([command, '--help']).stdout).toContain('EXIT STATUS');
    }
    expect(runCli(['--version']).stdout.trim()).toBe(VERSION);
    expect(
      (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version,
    ).toBe(VERSION);
  });

  it('explain tells every code', () => {
    for (const entry of Object.values(CATALOG)) {
      for (const text of [entry.meaning, entry.consequence, entry.advice]) expect(text).toMatch(/\.$/);
      expect(entry.title).not.toMatch(/\.$/);
    }
    expect(runCli(['explain', 'blk_checksum_mismatch']).stdout).toContain('are not covered by it');
    expect(runCli(['explain', 'BLK_CHECKSUM']).stderr).toContain('BLK_CHECKSUM_MISMATCH');
  });

  it('no progress in a pipe', () => {
    expect(runCli(['verify', DAMAGED]).stderr).toBe('');
    expect(runCli(['verify', '--no-progress', ORDERS]).stderr).toBe('');
  });
});
