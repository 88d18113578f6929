import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { editFile, tempFolder } from '../support/damage.ts';
import { runCli, type CliRun } from '../support/run-cli.ts';
import { writeMessages } from '../support/synthetic-stream.ts';

const DATA = Buffer.from('the quick brown fox jumps over the lazy dog');
const DIGEST = `SHA-256=${createHash('sha256').update(DATA).digest('base64url')}=`;
const INFO = { name: 'fox.txt', nuid: 'NUID1', size: DATA.length, chunks: 2, digest: DIGEST };
const CHUNKS = [DATA.subarray(0, 20), DATA.subarray(20)].map((data) => ({ subject: '$O.t.C.NUID1', data }));

function meta(info: object): { subject: string; data: string } {
  const { name } = { ...INFO, ...info };
  return {
    subject: `$O.t.M.${Buffer.from(name).toString('base64url')}`,
    data: JSON.stringify({ ...INFO, ...info }),
  };
}

/** Takes fox.txt out of a store of these messages; nothing may be left behind a failure. */
function take(messages: Parameters<typeof writeMessages>[2], edit?: (block: Buffer) => Buffer): CliRun {
  const folder = tempFolder();
  const store = writeMessages(folder, 'OBJ_t', messages);
  if (edit !== undefined) editFile(join(store, 'msgs/1.blk'), edit);
  const out = tempFolder();
  const run = runCli(['cat', store, '--object', 'fox.txt', '--out', join(out, 'fox.txt')]);
  expect(readdirSync(out)).toEqual(run.exit === 0 ? ['fox.txt'] : []);
  if (run.exit === 0) expect(readFileSync(join(out, 'fox.txt'))).toEqual(DATA);
  return run;
}

describe('cat --object', () => {
  it('takes an object out', () => {
    expect(take([...CHUNKS, meta({})])).toEqual({ exit: 0, stdout: '', stderr: '' });
  });

  it('takes the newest version', () => {
    const older = meta({ nuid: 'NUID0', size: 1 });
    expect(take([older, ...CHUNKS, meta({})])).toMatchObject({ exit: 0 });
  });

  it('says where there is no digest to check', () => {
    expect(take([...CHUNKS, meta({ digest: undefined })])).toMatchObject({
      exit: 0,
      stderr: 'natsarc: object fox.txt has no digest; only its size was checked\n',
    });
  });

  const refusals: readonly (readonly [string, readonly object[], string])[] = [
    [
      'a digest that does not fit',
      [...CHUNKS, meta({ digest: `SHA-256=${'A'.repeat(43)}=` })],
      'do not fit its digest',
    ],
    ['a digest of another kind', [...CHUNKS, meta({ digest: 'MD5=abc' })], 'of an unknown kind: MD5'],
    ['a missing chunk', [CHUNKS[0] ?? {}, meta({})], '1 of 2 chunks are there'],
    ['a size that does not fit', [...CHUNKS, meta({ size: 44 })], 'have 43 bytes, its metadata says 44'],
    ['a chunk name with wildcards', [...CHUNKS, meta({ nuid: '>' })], 'names no chunks'],
    [
      'an object that is not there',
      [meta({ name: 'box.txt' }), meta({ name: 'x\u001b[2J' })],
      'near names: box.txt',
    ],
    ['a link to a bucket', [meta({ options: { link: { bucket: 'other' } } })], 'is a link to bucket other'],
    ['a deleted object', [meta({ deleted: true })], 'was deleted at '],
    ['metadata that is no JSON', [...CHUNKS, { ...meta({}), data: '{' }], 'no object fox.txt in OBJ_t'],
  ];
  for (const [name, messages, message] of refusals)
    it(`refuses ${name}`, () => {
      const run = take(messages as Parameters<typeof take>[0]);
      expect(run).toMatchObject({ exit: 1, stdout: '' });
      expect(run.stderr).toContain(message);
      expect(run.stderr.split('\n')).toHaveLength(2);
    });

  it('names the damage that took a chunk', () => {
    const run = take([...CHUNKS, meta({})], (block) => {
      block[60] = (block[60] ?? 0) ^ 1;
      return block;
    });
    expect(run.exit).toBe(1);
    expect(run.stderr).toContain('1 of 2 chunks are there; the stream is damaged: BLK_CHECKSUM_MISMATCH');
  });

  it('escapes names', () => {
    expect(take([meta({ name: 'fox.txt\u001b[2J' })]).stderr).toContain('near names: fox.txt\\x1b[2J');
  });

  it('replaces no file, wants one store', () => {
    const folder = tempFolder();
    const streams = join(folder, 'jetstream/$G/streams');
    const store = writeMessages(streams, 'OBJ_t', [...CHUNKS, meta({})]);
    writeMessages(streams, 'OBJ_u', []);
    const out = join(tempFolder(), 'out');
    const run = (path: string): CliRun => runCli(['cat', path, '--object', 'fox.txt', '--out', out]);
    expect(run(folder)).toMatchObject({ exit: 2 });
    expect(run(folder).stderr).toContain('choose with --stream and --account: $G/OBJ_t, $G/OBJ_u');
    writeFileSync(out, 'mine');
    expect(run(store)).toMatchObject({ exit: 2 });
    expect(readFileSync(out, 'utf8')).toBe('mine');
    expect(runCli(['cat', store, '--object', 'fox.txt']).exit).toBe(2);
  });
});
