import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/captures.ts';
import { CAPTURES, copyOf, tempFolder } from '../support/damage.ts';
import { runCli } from '../support/run-cli.ts';

const BACKUPS = join(ROOT, 'testdata/backups');

/** A backup of which nothing is wrong but a file too many: a warning. */
function withWarning(): string {
  const path = copyOf(join(BACKUPS, 'ORDERS'));
  writeFileSync(join(path, 'notes.txt'), 'x');
  return path;
}

describe('--critical-warnings: what is told is what the exit code says', () => {
  const path = withWarning;

  it('as text', () => {
    const plain = runCli(['verify', path()]);
    expect(plain.exit).toBe(1);
    expect(plain.stdout).toMatch(/^ORDERS .* WARNING$/m);
    expect(plain.stdout).toMatch(/^WARNING: 1 stream/m);
    const raised = runCli(['verify', '-w', path()]);
    expect(raised.exit).toBe(2);
    expect(raised.stdout).toMatch(/^ORDERS .* CRITICAL$/m);
    expect(raised.stdout).toMatch(/^CRITICAL: 1 stream, .* 1 warning$/m);
  });

  it('as a status line, JSON and metrics', () => {
    const check = runCli(['verify', '--check', '--critical-warnings', path()]);
    expect(check.exit).toBe(2);
    expect(check.stdout).toMatch(/^VERIFY CRITICAL - 0 critical findings, 1 warning: MAN_UNKNOWN_FILE /);
    const json = runCli(['verify', '--json', '-w', path()]);
    expect(json.exit).toBe(2);
    expect(JSON.parse(json.stdout)).toMatchObject({
      status: 'CRITICAL',
      findings: [{ code: 'MAN_UNKNOWN_FILE', severity: 'warning' }],
    });
    const metrics = runCli(['verify', '--format', 'prometheus', '-w', path()]).stdout;
    expect(metrics).toMatch(/^natsarc_verify_status\{[^}]+\} 2$/m);
  });

  it('nothing is raised where nothing was found', () => {
    expect(runCli(['verify', '-w', '--check', join(BACKUPS, 'ORDERS')])).toMatchObject({
      exit: 0,
      stdout: expect.stringMatching(/^VERIFY OK /) as string,
    });
  });

  it('preflight', () => {
    const args = ['preflight', join(CAPTURES, '2.9.25-full/store'), '--server-version', '2.14'];
    const plain = runCli(args);
    expect(plain.stdout).toMatch(/^WARNING: a start of 2.14/m);
    expect(plain.exit).toBe(1);
    const raised = runCli([...args, '-w']);
    expect(raised.stdout).toMatch(/^CRITICAL: a start of 2.14/m);
    expect(raised.exit).toBe(2);
    expect(JSON.parse(runCli([...args, '-w', '--json']).stdout)).toMatchObject({ status: 'CRITICAL' });
  });
});

describe('what is wrong with the folder of a stream is in its row', () => {
  it('no backup.json', () => {
    for (const [name, row] of [
      ['ORDERS', /^ORDERS .* CRITICAL$/m],
      ['ORDERS-v2', /^\(no name\) .* CRITICAL$/m],
    ] as const) {
      const path = copyOf(join(BACKUPS, name));
      rmSync(join(path, 'backup.json'));
      const { stdout } = runCli(['verify', path]);
      expect(stdout).toContain('CRITICAL MAN_MISSING');
      expect(stdout).toMatch(row);
      expect(stdout).not.toMatch(/^ +, /m);
    }
  });

  it('a stream in a folder of another name, in that of an account', () => {
    const folder = tempFolder();
    mkdirSync(join(folder, 'ACC'));
    cpSync(join(BACKUPS, 'ORDERS'), join(folder, 'ACC/COPY'), { recursive: true });
    writeFileSync(join(folder, 'ACC/COPY/notes.txt'), 'x');
    const { stdout } = runCli(['verify', folder]);
    expect(stdout).toMatch(/^ACC +ORDERS .* WARNING$/m);
    expect(stdout).toContain('ACC/ORDERS ACC/COPY/notes.txt');
    const junit = runCli(['verify', '-w', '--format', 'junit', folder]).stdout;
    expect(junit).toContain('<testsuite name="ACC/ORDERS" tests="1" failures="1">');
    expect(junit).not.toContain('<testsuite name="archive"');
  });
});
