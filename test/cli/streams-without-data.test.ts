import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { copyOf, tempFolder } from '../support/damage.ts';
import { randomBytes } from '../support/random.ts';
import { runCli } from '../support/run-cli.ts';

const NOISE = randomBytes(5000, 11);

/** What may have become of a stream's data. */
const DAMAGES: readonly (readonly [name: string, damage: (path: string) => void])[] = [
  ['emptied', (path) => writeFileSync(path, '')],
  ['missing', (path) => rmSync(path)],
  ['of random bytes', (path) => writeFileSync(path, NOISE)],
];

/** The writers; in the folder is room for what they write. */
const WRITERS: readonly (readonly [name: string, args: (archive: string, folder: string) => string[]])[] = [
  ['repair', (archive, folder) => ['repair', archive, '--out', join(folder, 'out')]],
  ['pack', (archive, folder) => ['pack', archive, '--out', join(folder, 'out')]],
  ['convert', (archive, folder) => ['convert', archive, '--to', 'store', '--out', join(folder, 'out')]],
  [
    'extract-into-data-dir',
    (archive, folder) => ['extract-into-data-dir', archive, join(folder, 'store'), '--new-account'],
  ],
];

function folderWithStore(): string {
  const folder = tempFolder();
  mkdirSync(join(folder, 'store'));
  return folder;
}

/** Two streams; of one, backup.json declares 27 messages that are not there. */
function backupWithoutData(damage: (path: string) => void): string {
  const backup = copyOf('2.14.5-full/account-backup');
  rmSync(join(backup, '$G/MEM'), { recursive: true });
  damage(join(backup, '$G/WQ/stream.tar.s2'));
  return backup;
}

const UNWRITTEN = { account: '$G', name: 'WQ', lost_messages: 27, lost: { msgs: [[16, 62]], bytes: 5188 } };

/** What is said of its data. */
const REASONS: Record<string, string> = {
  emptied: 'The archive file is empty ($G/WQ/stream.tar.s2)',
  missing: 'The snapshot file of the backup is missing ($G/WQ)',
  'of random bytes': "A backup's data is no snapshot ($G/WQ/stream.tar.s2)",
};

describe('a stream that messages are declared of, and that has no data, is a loss', () => {
  for (const [state, damage] of DAMAGES)
    for (const [command, args] of WRITERS)
      it(`${command}, data ${state}`, () => {
        const backup = backupWithoutData(damage);
        const reason = `a configuration without data: ${REASONS[state]}`;
        const unwritten = { ...UNWRITTEN, reason };
        const run = runCli([...args(backup, folderWithStore()), '--json']);
        expect(run.exit, run.stderr).toBe(3);
        expect(JSON.parse(run.stdout)).toMatchObject({
          streams: [{ name: 'ORDERS', lost: { msgs: [] } }],
          skipped: [unwritten],
          lost: UNWRITTEN.lost,
        });
        const plan = runCli([...args(backup, folderWithStore()), '--json', '--dry-run']);
        expect(plan.exit, plan.stderr).toBe(3);
        expect(JSON.parse(plan.stdout)).toMatchObject({ skipped: [unwritten], lost: UNWRITTEN.lost });
        const text = runCli(args(backup, folderWithStore()));
        expect(text.stdout).toContain(
          `not written: WQ: ${reason}; lost: 27 messages, among sequences 16-62\n`,
        );
      });

  for (const [state, damage] of DAMAGES)
    it(`the loss report of repair lists it, data ${state}`, () => {
      const folder = tempFolder();
      const run = runCli([
        'repair',
        backupWithoutData(damage),
        '--out',
        join(folder, 'out'),
        '--loss-report',
        join(folder, 'lost'),
      ]);
      expect(run.stdout).toContain('$G/WQ:\n  16 to 62: 0 recovered, 27 lost, 20 deleted');
      const { streams } = JSON.parse(readFileSync(join(folder, 'lost'), 'utf8')) as { streams: object[] };
      expect(streams).toHaveLength(2);
      expect(streams[0]).toMatchObject({ name: 'ORDERS', lost: 0 });
      expect(streams[1]).toMatchObject({
        account: '$G',
        name: 'WQ',
        first_seq: 16,
        last_seq: 62,
        recovered: 0,
        lost: 27,
        deleted: 20,
        ranges: [{ from: 16, to: 62, state: 'lost', code: 'DECL_MESSAGES_FEWER' }],
      });
    });
});

describe('a stream that no message is declared of is none', () => {
  const editState = (path: string, edit: (state: object) => object): void => {
    const manifest = JSON.parse(readFileSync(path, 'utf8')) as { state: object };
    writeFileSync(path, JSON.stringify({ ...manifest, state: edit(manifest.state) }));
  };
  for (const [command, args] of WRITERS) {
    it(`${command}, none counted`, () => {
      const backup = backupWithoutData((path) => writeFileSync(path, ''));
      editState(join(backup, '$G/WQ/backup.json'), (state) => ({ ...state, messages: 0, bytes: 0 }));
      const run = runCli([...args(backup, folderWithStore()), '--json']);
      expect(run.exit, run.stderr).toBe(0);
      expect(JSON.parse(run.stdout)).toMatchObject({
        skipped: [{ name: 'WQ', lost_messages: 0, lost: { msgs: [], bytes: 0 } }],
        lost: { msgs: [] },
      });
    });

    it(`${command}, a memory stream`, () => {
      const run = runCli([...args(copyOf('2.14.5-full/account-backup'), folderWithStore()), '--json']);
      expect(run.exit, run.stderr).toBe(0);
      expect(JSON.parse(run.stdout)).toMatchObject({ skipped: [{ name: 'MEM', lost_messages: 0 }] });
    });
  }

  it('a count whose sequences cannot be is a loss all the same', () => {
    const backup = backupWithoutData((path) => writeFileSync(path, ''));
    editState(join(backup, '$G/WQ/backup.json'), (state) => ({ ...state, first_seq: 63 }));
    for (const [, args] of WRITERS) expect(runCli(args(backup, folderWithStore())).exit).toBe(3);
  });
});
