import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/captures.ts';
import { CAPTURES, tempFolder } from '../support/damage.ts';
import { runCli } from '../support/run-cli.ts';
import { expectRefused } from '../support/refused.ts';

const ORDERS = join(ROOT, 'testdata/backups/ORDERS');
const JSON_TEXT = runCli(['export', ORDERS, '--to', 'json']).stdout;
const LINES = runCli(['export', ORDERS, '--to', 'ndjson']).stdout.trimEnd().split('\n');

/** Imports a text that must be refused; nothing may be at the target or beside it. */
function expectNotImported(text: string, words: RegExp, args: readonly string[] = []): void {
  const folder = tempFolder();
  const file = join(folder, 'export');
  writeFileSync(file, text);
  expectRefused(['import', file, '--out', join(folder, 'out'), ...args], folder, 1, words);
}

/** The lines with one of them changed. */
function withLine(at: number, change: (line: { [field: string]: unknown }) => unknown): string {
  return LINES.map((line, i) => (i === at ? JSON.stringify(change(JSON.parse(line))) : line)).join('\n');
}

describe('import', () => {
  it('gives the backup that pack gives, from both forms, from a file and from standard input', () => {
    const folder = tempFolder();
    expect(runCli(['pack', ORDERS, '--out', join(folder, 'packed')]).exit).toBe(0);
    const texts = [JSON_TEXT, LINES.join('\n'), JSON.stringify(JSON.parse(JSON_TEXT), null, 2)];
    for (const [i, text] of texts.entries()) {
      const target = join(folder, `out-${i}`);
      const file = join(folder, `file-${i}`);
      writeFileSync(file, text);
      const run =
        i === 0
          ? runCli(['import', '-', '--out', target], Buffer.from(text))
          : runCli(['import', file, '--out', target]);
      expect(run.exit, run.stderr).toBe(0);
      expect(run.stdout).toMatch(
        /^ORDERS: 163 messages, sequences 2 to 172, 5 consumers\nwritten and verified/,
      );
      const [again, before] = [target, join(folder, 'packed')];
      expect(readFileSync(join(again, 'backup.json'))).toEqual(readFileSync(join(before, 'backup.json')));
      expect(runCli(['export', again, '--to', 'ndjson']).stdout).toBe(LINES.join('\n') + '\n');
    }
  });

  it('the fields of the document may stand in any order', () => {
    const { messages, ...head } = JSON.parse(JSON_TEXT);
    const target = join(tempFolder(), 'out');
    const run = runCli(['import', '-', '--out', target], Buffer.from(JSON.stringify({ messages, ...head })));
    expect(run.exit, run.stderr).toBe(0);
    expect(run.stdout).toMatch(/^ORDERS: 163 messages/);
  });

  it('keeps every digit of sequences beyond 2^53', () => {
    const folder = tempFolder();
    const archive = join(CAPTURES, '2.14.5-full/backups/$G/HUGESEQ');
    const text = runCli(['export', archive, '--to', 'json']).stdout;
    expect(runCli(['import', '-', '--out', join(folder, 'out'), '--to', 'v2'], Buffer.from(text)).exit).toBe(
      0,
    );
    expect(runCli(['cat', join(folder, 'out')]).stdout).toBe(runCli(['cat', archive]).stdout);
  });

  it('takes a filtered export as what it is', () => {
    const target = join(tempFolder(), 'out');
    const text = runCli(['export', ORDERS, '--to', 'ndjson', '--min-seq', '100', '--max-seq', '120']).stdout;
    const run = runCli(['import', '-', '--out', target, '--json'], Buffer.from(text));
    expect(run.exit, run.stderr).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({
      streams: [{ state: { messages: 21, first_seq: 100, last_seq: 172, num_deleted: 52 } }],
      notes: [expect.stringMatching(/holds 21 of 163 messages/)],
    });
    expect(runCli(['verify', '--check', target]).exit).toBe(0);
    expectNotImported(text.trimEnd().split('\n').slice(0, -1).join('\n'), /says 21 messages, it holds 20/);
  });

  it('takes one that was cut off only when it is told to', () => {
    const text = LINES.slice(0, 50).join('\n');
    expectNotImported(text, /says 163 messages, it holds 49: it was cut off/);
    const target = join(tempFolder(), 'out');
    const run = runCli(['import', '-', '--out', target, '--partial'], Buffer.from(text));
    expect(run.exit, run.stderr).toBe(0);
    expect(run.stdout).toMatch(/^ORDERS: 49 messages, sequences 2 to 172/);
  });

  it('a plan writes nothing', () => {
    const target = join(tempFolder(), 'out');
    const run = runCli(['import', '-', '--out', target, '--dry-run', '--json'], Buffer.from(JSON_TEXT));
    expect(JSON.parse(run.stdout)).toMatchObject({ type: 'natsarc.v1.plan', streams: [{ name: 'ORDERS' }] });
    expect(existsSync(target)).toBe(false);
  });

  it('tells line and offset of what is wrong with a message', () => {
    const message = (change: object): string => withLine(20, (line) => ({ ...line, ...change }));
    const at = String.raw`line 21, byte ${LINES.slice(0, 20).join('\n').length + 1}: message: `;
    const refused = (change: object, words: string): void =>
      expectNotImported(message(change), new RegExp(at + words));
    refused({ seq: 5 }, 'sequence 5 comes after 23');
    refused({ seq: 23 }, 'sequence 23 comes after 23');
    refused({ seq: -1 }, 'seq is something else');
    refused({ seq: 1.5 }, 'seq is something else');
    refused({ seq: '21' }, 'seq is something else');
    refused({ seq: undefined }, 'seq is missing');
    refused({ subject: 'a b' }, 'a b is no subject');
    refused({ subject: '' }, ' is no subject');
    refused({ subject: 7 }, 'subject is something else');
    refused({ data: 'abc' }, 'data is something else, base64');
    refused({ data: 'ab*=' }, 'data is something else, base64');
    refused({ data: null }, 'data is something else');
    refused({ hdrs: '' }, 'hdrs: no header block');
    refused({ hdrs: 'aGVsbG8=' }, 'hdrs: no header block');
    refused({ time: 'yesterday' }, 'time is something else');
    refused({ time: '9999-01-01T00:00:00Z' }, 'time is something else');
    refused({ headers: {} }, 'headers is not known here');
  });

  it('tells what is wrong with the head', () => {
    const head = (change: (line: { [field: string]: never }) => unknown): string =>
      withLine(0, change as never);
    const refused = (change: object, words: RegExp): void =>
      expectNotImported(
        head((line) => ({ ...line, ...change })),
        words,
      );
    refused({ type: 'natsarc.v1.inspect' }, /line 1, byte 8: type: natsarc\.v1\.export expected/);
    refused({ extra: 1 }, /line 1, byte \d+: extra is not known here/);
    refused({ name: 'a.b' }, /a\.b is no stream name/);
    refused({ name: 'OTHER' }, /config has another name/);
    refused({ created: 'then' }, /created is something else/);
    refused({ config: [] }, /config is something else/);
    refused({ consumers: {} }, /consumers is something else, a list/);
    refused({ consumers: undefined }, /consumers is missing/);
    refused({ state: { messages: 1 } }, /state: consumer_count is missing/);
    const consumer = (change: object): void => {
      refused(
        { consumers: JSON.parse(LINES[0] ?? '').consumers.map((one: object) => ({ ...one, ...change })) },
        /line 1, byte \d+: export: consumers\[\d\]/,
      );
    };
    consumer({ name: '../x' });
    consumer({ ack_floor: { consumer_seq: 999, stream_seq: 999 } });
    consumer({ delivered: null });
    consumer({ pending: [{ stream_seq: 1000, consumer_seq: 1, time: '2026-01-01T00:00:00Z' }] });
    consumer({ redelivered: [{ stream_seq: 1 }] });
  });

  it('refuses messages that are not those of the state', () => {
    const state = JSON.parse(LINES[0] ?? '').state;
    const refused = (change: object, words: RegExp): void =>
      expectNotImported(
        withLine(0, (line) => ({ ...line, state: { ...state, ...change } })),
        words,
      );
    refused({ messages: 162 }, /says 162 messages, it holds 163/);
    refused({ bytes: 1 }, /says bytes 1, its messages \d+/);
    refused({ first_seq: 1 }, /says first_seq 1, its messages 2/);
    refused({ first_seq: 3 }, /sequence 2 lies before/);
    refused({ last_seq: 171 }, /sequence 172 lies behind/);
    refused({ num_deleted: 7 }, /says num_deleted 7, its messages 8/);
    refused({ first_ts: '2026-01-01T00:00:00Z' }, /says first_ts/);
    expectNotImported(
      withLine(9, (line) => ({ ...line, data: 'QUFB' })),
      /says bytes/,
    );
  });

  it('refuses what is no export', () => {
    expectNotImported('', /line 1, byte 0: the file ends, \{ expected/);
    expectNotImported('hello', /line 1, byte 0: \{ expected/);
    expectNotImported('{}', /type is missing: no export/);
    expectNotImported(LINES.slice(1).join('\n'), /subject is not known here/);
    expectNotImported(JSON_TEXT.slice(0, 20_000), /the file ends, within a (string|value)/);
    expectNotImported(JSON_TEXT.slice(0, -4), /the file ends, , expected|the file ends/);
    expectNotImported(`${JSON_TEXT}{}`, /something behind the document/);
    expectNotImported(
      JSON_TEXT.replace('"messages":[', '"messages":[,'),
      /line 1, byte \d+: a message expected/,
    );
    expectNotImported(
      JSON_TEXT.replace('"account"', '"type":"natsarc.v1.export","account"'),
      /type: a second time/,
    );
    expectNotImported(
      `${LINES.join('\n')}\n{"subject":`,
      /line 165, byte \d+: the file ends, a value expected/,
    );
    expectNotImported(LINES.join('\n').replace('"seq":50', '"seq":'), /line \d+, byte \d+: /);
  });
});
