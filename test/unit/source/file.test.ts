import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FileSource } from '../../../src/source/file.ts';
import { ROOT } from '../../support/captures.ts';
import { tempFolder } from '../../support/damage.ts';

it('an account of 200 backups opens with 100 file descriptors', () => {
  const folder = tempFolder();
  for (let i = 0; i < 200; i++)
    cpSync(join(ROOT, 'testdata/backups/ORDERS'), join(folder, `S${i}`), { recursive: true });
  const command = `ulimit -n 100; exec '${process.execPath}' '${join(ROOT, 'bin/natsarc.js')}' verify --check '${folder}'`;
  const line = execFileSync('sh', ['-c', command], { encoding: 'utf8' });
  expect(line).toMatch(/^VERIFY OK - 200 streams, /);
});

it('a source that was closed to make room reads on', () => {
  const folder = join(ROOT, 'testdata/captures/2.14.5-full/store/jetstream/$G/streams');
  const files = readdirSync(folder).map((name) => join(folder, name, 'meta.inf'));
  const sources = Array.from({ length: 100 }, (_, i) => new FileSource(files[i % files.length] ?? ''));
  const open = readdirSync('/proc/self/fd').length;
  for (const source of sources) {
    const bytes = new Uint8Array(4);
    expect(source.read(bytes, 0)).toBe(4);
    expect(bytes[0]).toBe(0x7b);
  }
  expect(open).toBeLessThan(100 + 30);
  for (const source of sources) source.close();
});

it('a folder is no file', () => {
  const folder = tempFolder();
  mkdirSync(join(folder, 'x'));
  const source = new FileSource(join(folder, 'x'));
  expect(() => source.read(new Uint8Array(1), 0)).toThrow('x: this is a folder, a file was expected');
  source.close();
});
