import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/captures.ts';
import { CAPTURES, tempFolder, treeSum } from '../support/damage.ts';
import { damagedOrders } from '../support/damaged-copies.ts';
import { runCli } from '../support/run-cli.ts';

const ORDERS = join(ROOT, 'testdata/backups/ORDERS');
const FULL = join(CAPTURES, '2.14.5-full');

function slice(
  archive: string,
  ...args: string[]
): { target: string; exit: number | null; stderr: string; report: never } {
  const target = join(tempFolder(), 'ORDERS');
  const run = runCli(['slice', archive, '--out', target, '--json', ...args]);
  return { target, exit: run.exit, stderr: run.stderr, report: JSON.parse(run.stdout) as never };
}

describe('slice', () => {
  it('says what it wrote, and the same input gives the same bytes', () => {
    const folder = tempFolder();
    const bytes = ['a', 'b'].map((name) => {
      const target = join(folder, name);
      const run = runCli(['slice', ORDERS, '--max-seq', '100', '--out', target]);
      expect(run.exit, run.stderr).toBe(0);
      expect(run.stdout).toMatch(
        /^ORDERS: 93 messages, sequences 2 to 100, 5 consumers\n {2}a part of 163 messages, sequences 2 to 172\nwritten and verified/,
      );
      return ['backup.json', 'stream.tar.s2'].map((file) => readFileSync(join(target, file)));
    });
    expect(bytes[0]).toEqual(bytes[1]);
  });

  it('tells in backup.json what was done', () => {
    const filter = [
      '--subject',
      'orders.>',
      '--after',
      '2026-11-21T00:03:51.38Z',
      '--header',
      'Nats-Msg-Id',
      '--grep',
      'o+',
    ];
    const { target, report } = slice(
      ORDERS,
      ...filter,
      '--last-per-subject',
      '2',
      '--limit',
      '3',
      '--renumber',
    );
    const told = {
      filters: {
        subjects: ['orders.>'],
        after: '2026-11-21T00:03:51.38Z',
        headers: ['Nats-Msg-Id'],
        grep: 'o+',
        last_per_subject: 2,
        limit: 3,
      },
      renumbered: true,
      of: { messages: 163, first_seq: 2, last_seq: 172 },
    };
    expect(report).toMatchObject({ streams: [{ slice: told }] });
    const manifest = JSON.parse(readFileSync(join(target, 'backup.json'), 'utf8'));
    expect(manifest.slice).toEqual({ tool: { name: 'natsarc', version: '0.1.0' }, ...told });
  });

  it('ends the stream at a cut, and keeps its end otherwise', () => {
    const state = (...args: string[]): object => {
      const { target, report } = slice(ORDERS, ...args);
      expect(runCli(['verify', '--check', target]).exit).toBe(0);
      const { streams } = report as { streams: { state: object }[] };
      return streams[0]?.state ?? {};
    };
    const [first, last] = [2, 172];
    expect(state('--max-seq', '4')).toMatchObject({ first_seq: first, last_seq: 4 });
    expect(state('--max-seq', '100000')).toMatchObject({ messages: 163, last_seq: last });
    expect(state('--before', '2020-01-01T00:00:00Z')).toMatchObject({
      messages: 0,
      first_seq: 2,
      last_seq: 1,
    });
    expect(state('--before', '2030-01-01T00:00:00Z')).toMatchObject({ messages: 163, last_seq: last });
    expect(state('--min-seq', '50')).toMatchObject({ first_seq: 50, last_seq: last });
    expect(state('--seq', '60')).toMatchObject({ messages: 1, first_seq: 60, last_seq: 60 });
    expect(state('--subject', 'nothing')).toMatchObject({ messages: 0, first_seq: last + 1, last_seq: last });
    expect(state('--limit', '1', '--renumber')).toMatchObject({ messages: 1, first_seq: 1, last_seq: 1 });
  });

  it('says that nothing fits', () => {
    const { exit, report } = slice(ORDERS, '--subject', 'nothing');
    expect(exit).toBe(0);
    expect(report).toMatchObject({
      notes: ['ORDERS: no message fits; it is written empty, the next sequence is 173'],
    });
  });

  it('keeps the form of the archive, or takes another', () => {
    const folder = tempFolder();
    for (const form of ['v1', 'v2', 'tgz', 'store']) {
      const whole = join(folder, `whole-${form}`);
      expect(runCli(['convert', ORDERS, '--to', form, '--out', whole]).exit).toBe(0);
      const kept = join(folder, `kept-${form}`);
      expect(runCli(['slice', whole, '--max-seq', '9', '--out', kept]).exit).toBe(0);
      const made = join(folder, `made-${form}`);
      expect(runCli(['slice', ORDERS, '--max-seq', '9', '--to', form, '--out', made]).exit).toBe(0);
      const [one, other] = [kept, made].map((path) => JSON.parse(runCli(['inspect', path, '--json']).stdout));
      expect(one.source.kind).toBe(other.source.kind);
      expect(one.source.snapshot_format).toBe(other.source.snapshot_format);
      expect(runCli(['cat', kept]).stdout).toBe(runCli(['cat', ORDERS, '--max-seq', '9']).stdout);
    }
  });

  it('cuts every stream of an archive alike', () => {
    const target = join(tempFolder(), 'out');
    const archive = join(FULL, 'account-backup/$G');
    const run = runCli(['slice', archive, '--last-per-subject', '1', '--out', target]);
    expect(run.exit, run.stderr).toBe(0);
    expect(readdirSync(target)).toContain('ORDERS');
    for (const name of ['ORDERS', 'WQ'])
      expect(runCli(['cat', target, '--stream', name]).stdout).toBe(
        runCli(['cat', archive, '--stream', name, '--last-per-subject', '1']).stdout,
      );
  });

  it('tells of damage only within the range', () => {
    const store = damagedOrders(21n);
    const lost = (...args: string[]): unknown => (slice(store, ...args).report as { lost: unknown }).lost;
    expect(lost()).toMatchObject({ msgs: [[21, 21]] });
    expect(lost('--max-seq', '21')).toMatchObject({ msgs: [[21, 21]] });
    expect(lost('--max-seq', '20')).toEqual({ msgs: [], bytes: 0 });
  });

  it('what a server keeps beside the messages fits the sequences that are left', () => {
    const folder = tempFolder();
    const sourced = join(CAPTURES, '2.15.2-full/store/jetstream/$G/streams/SOURCED');
    const sources = (...args: string[]): { isKept: boolean; notes: string[] } => {
      const target = join(folder, String(readdirSync(folder).length), 'SOURCED');
      mkdirSync(dirname(target));
      const run = runCli(['slice', sourced, '--out', target, '--json', ...args]);
      expect(run.exit, run.stderr).toBe(0);
      const { notes } = JSON.parse(run.stdout) as { notes: string[] };
      return { isKept: readdirSync(target).includes('sources.db'), notes };
    };
    const note = expect.stringMatching(/^SOURCED copies from other streams/);
    expect(sources()).toEqual({ isKept: true, notes: [] });
    expect(sources('--min-seq', '3')).toEqual({ isKept: true, notes: [note] });
    expect(sources('--max-seq', '3')).toEqual({ isKept: false, notes: [note] });
    expect(sources('--renumber').isKept).toBe(false);
  });

  it('a stream that began at a high sequence begins at 1 when it is renumbered', () => {
    const huge = join(FULL, 'backups/$G/HUGESEQ');
    const first = (...args: string[]): unknown => {
      const { target } = slice(huge, '--limit', '3', ...args);
      const manifest = JSON.parse(readFileSync(join(target, 'backup.json'), 'utf8'));
      return [manifest.config.first_seq, manifest.state.first_seq, manifest.state.messages];
    };
    expect(first()).toEqual([expect.any(Number), expect.any(Number), 3]);
    expect(first('--renumber')).toEqual([undefined, 1, 3]);
  });

  it('refuses what cannot be, and leaves nothing behind', () => {
    const folder = tempFolder();
    const target = join(folder, 'out');
    const refused = (args: readonly string[], words: RegExp, out = target): void => {
      mkdirSync(dirname(out), { recursive: true });
      const before = treeSum(folder);
      const run = runCli(['slice', ...args, '--out', out]);
      expect(run.stderr).toMatch(words);
      expect(run.exit).toBe(2);
      expect(treeSum(folder)).toBe(before);
    };
    refused([ORDERS, '--min-seq', '9', '--max-seq', '8'], /no sequence lies between/);
    refused([ORDERS, '--after', '1h', '--before', '2h'], /no time lies between/);
    refused([ORDERS, '--max-seq', 'x'], /takes a sequence/);
    refused([ORDERS, '--before', 'noon'], /takes a time/);
    refused([ORDERS, '--limit', '0'], /--limit takes a number/);
    refused(
      [join(FULL, 'account-backup/$G'), '--max-seq', '5'],
      /streams are in it: .* --stream must choose/,
    );
    refused([join(FULL, 'store'), '--stream', 'nobody'], /fits the selection/);
    refused([join(FULL, 'store/jetstream/$G/streams/ORDERS'), '--max-seq', '5'], /must end in ORDERS/);
    refused([ORDERS], /the same/, ORDERS);
  });
});
