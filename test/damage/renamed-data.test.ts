import { copyFileSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SERVER_RULES } from '../../src/operation/predict/rules/server-rules.ts';
import { codesOf, copyOf, tempFolder, verifyDamaged } from '../support/damage.ts';
import { messageList } from '../support/message-list.ts';
import { runCli } from '../support/run-cli.ts';

const DATA = 'stream.tar.s2';
const FORMS = [
  ['V1', '2.14.5-full/backups/$G/ORDERS', SERVER_RULES.length],
  ['V2', '2.15.2-full/backups/$G/ORDERS', 1],
] as const;

/** A backup whose snapshot has another name, as a sync tool leaves it. */
function renamed(capture: string): string {
  const path = copyOf(capture);
  renameSync(join(path, DATA), join(path, `${DATA}.part`));
  return path;
}

describe('a snapshot that is not called as a restore wants it is read', () => {
  for (const [form, capture, predictions] of FORMS) {
    it(`verify tells the name, nothing is lost (${form})`, async () => {
      const report = await verifyDamaged(renamed(capture));
      expect(codesOf(report)).toEqual(['MAN_DATA_RENAMED']);
      expect(report.findings[0]).toMatchObject({ file: `${DATA}.part`, data: { wanted: DATA } });
      const whole = await verifyDamaged(copyOf(capture));
      const [stream, own] = [report.streams[0], whole.streams[0]];
      expect(stream).toMatchObject({ name: 'ORDERS', lost_messages: 0n, actual: own?.actual });
      expect(stream?.predictions).toHaveLength(predictions);
      for (const { outcome, reason } of stream?.predictions ?? []) {
        expect(outcome).toBe('refused');
        expect(reason).toContain(DATA);
      }
    });

    it(`repair, pack, cat, inspect and diff read it (${form})`, async () => {
      const path = renamed(capture);
      for (const command of ['repair', 'pack']) {
        const out = join(tempFolder(), 'out');
        const run = runCli([command, path, '--out', out]);
        expect(run.exit, run.stdout + run.stderr).toBe(0);
        expect(await messageList(out)).toEqual(await messageList(copyOf(capture)));
      }
      expect(runCli(['inspect', path])).toMatchObject({
        exit: 0,
        stdout: expect.not.stringContaining('Not whole') as string,
      });
      expect(runCli(['cat', path, '-q'])).toMatchObject(runCli(['cat', copyOf(capture), '-q']));
      expect(runCli(['diff', path, copyOf(capture)]).exit).toBe(0);
    });
  }

  it('in an account backup, beside files that are none', async () => {
    const account = tempFolder();
    const path = renamed(FORMS[0][1]);
    mkdirSync(join(account, 'ORDERS'));
    for (const name of ['backup.json', `${DATA}.part`])
      copyFileSync(join(path, name), join(account, 'ORDERS', name));
    writeFileSync(join(account, 'ORDERS/notes.txt'), 'stream.tar.s2 is late');
    writeFileSync(join(account, 'ORDERS/notes.txt.gz'), gzipSync('stream.tar.s2 is late'));
    const report = await verifyDamaged(account);
    expect(codesOf(report)).toEqual(['MAN_DATA_RENAMED', 'MAN_UNKNOWN_FILE']);
    expect(report.streams).toMatchObject([{ name: 'ORDERS', lost_messages: 0n }]);
  });

  it('a file of the right name is taken, whatever lies beside it', async () => {
    const path = copyOf(FORMS[0][1]);
    copyFileSync(join(path, DATA), join(path, `${DATA}.part`));
    expect(codesOf(await verifyDamaged(path))).toEqual(['MAN_UNKNOWN_FILE']);
  });
});

describe('of several files that could be the snapshot none is chosen', () => {
  const path = (): string => {
    const folder = renamed(FORMS[0][1]);
    copyFileSync(join(folder, `${DATA}.part`), join(folder, 'stream.tar (1).s2'));
    return folder;
  };

  it('verify names them', async () => {
    const report = await verifyDamaged(path());
    expect(codesOf(report)).toEqual(['MAN_DATA_MISSING', 'MAN_UNKNOWN_FILE']);
    expect(report.findings.find(({ code }) => code === 'MAN_DATA_MISSING')?.data).toEqual({
      could_be: `stream.tar (1).s2, ${DATA}.part`,
    });
  });

  it('repair ends and names them; inspect does not send there', () => {
    const folder = path();
    const run = runCli(['repair', folder, '--out', join(tempFolder(), 'out')]);
    expect(run.exit).toBe(1);
    expect(run.stderr).toContain(`several files could be it: stream.tar (1).s2, ${DATA}.part`);
    const inspected = runCli(['inspect', folder]);
    expect(inspected.exit).toBe(3);
    expect(inspected.stdout).not.toContain('natsarc repair');
  });
});
