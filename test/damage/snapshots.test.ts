import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pack, type Header } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { crc32cMasked, encodeS2Block } from '../../src/kernels/index.ts';
import { CancelledError } from '../../src/core/error.ts';
import { verifyArchive } from '../../src/operation/verify/run.ts';
import { walkTar } from '../../src/container/tar/walk.ts';
import { MemorySource } from '../../src/source/memory.ts';
import {
  codesOf,
  copyOf,
  editFile,
  expectDamage,
  flipBit,
  recordsOf,
  tempFolder,
  verifyDamaged,
} from '../support/damage.ts';
import { backupDeclaring } from '../support/damaged-copies.ts';
import { runCli } from '../support/run-cli.ts';
import { chunk, chunkOffsets, framed, IDENTIFIER, packedInChunks, unframed } from '../support/frames.ts';

const BACKUP = '2.14.5-full/backups/$G/ORDERS';
const DATA = 'stream.tar.s2';

/** A backup whose data is edited as the tar it holds. */
function withTar(edit: (tar: Buffer) => Uint8Array): string {
  const path = copyOf(BACKUP);
  editFile(join(path, DATA), (bytes) => framed(edit(unframed(bytes))));
  return path;
}

type TarEntry = readonly [Partial<Header> & { name: string }, string | Buffer];

async function tarOf(entries: readonly TarEntry[]): Promise<Buffer> {
  const tar = pack();
  for (const [header, content] of entries) tar.entry(header, content);
  tar.finalize();
  const parts: Uint8Array[] = [];
  for await (const part of tar) parts.push(part as Uint8Array);
  return Buffer.concat(parts);
}

/** A snapshot file with these entries. */
async function snapshotOf(entries: readonly TarEntry[]): Promise<string> {
  const path = join(tempFolder(), 'made.tar.s2');
  writeFileSync(path, framed(await tarOf(entries)));
  return path;
}

it('every chunk is checked, whatever lies in it, and told once', async () => {
  const path = copyOf(BACKUP);
  const bytes = packedInChunks(unframed(readFileSync(join(path, DATA))), 8192);
  const offsets = chunkOffsets(bytes).slice(1);
  expect(offsets.length).toBeGreaterThan(10);
  for (const offset of offsets) {
    const damaged = Buffer.from(bytes);
    damaged[offset + 5] = (damaged[offset + 5] ?? 0) ^ 1;
    writeFileSync(join(path, DATA), damaged);
    const report = await verifyDamaged(path);
    expect(report.findings).toMatchObject([{ code: 'S2_CRC_MISMATCH', file: DATA, offset }]);
  }
});

it('the checksum of a snapshot that is one small chunk', async () => {
  const path = join(copyOf('2.14.5-full/backups/$G/EMPTY'), DATA);
  const tar = unframed(readFileSync(path));
  const content = await tarOf(
    walkTar(new MemorySource(tar))
      .entries.filter((entry) => entry.path.startsWith('meta.'))
      .map(({ path: name, offsetBytes, sizeBytes }) => [
        { name },
        tar.subarray(offsetBytes, offsetBytes + sizeBytes),
      ]),
  );
  const sum = Buffer.alloc(4);
  sum.writeUInt32LE(crc32cMasked(content));
  writeFileSync(path, Buffer.concat([IDENTIFIER, chunk(0, Buffer.concat([sum, encodeS2Block(content)]))]));
  expect(runCli(['verify', '--check', path]).stdout).toMatch(/^VERIFY OK/);
  flipBit(path, IDENTIFIER.length + 4);
  // In a process of its own: what another look decoded is not there.
  expect(runCli(['verify', '--check', path]).stdout).toMatch(/^VERIFY CRITICAL[^]*S2_CRC_MISMATCH/);
});

describe('a snapshot cut', () => {
  it('inside a chunk', async () => {
    const path = copyOf(BACKUP);
    truncateSync(join(path, DATA), 30_000);
    const report = await verifyDamaged(path);
    expect(report.status).toBe('CRITICAL');
    expect(codesOf(report)).toContain('S2_CUT');
    expect(report.findings.find((finding) => finding.code === 'S2_CUT')).toMatchObject({
      severity: 'critical',
      file: DATA,
    });
  });

  it('inside a chunk header', async () => {
    const path = copyOf(BACKUP);
    const bytes = readFileSync(join(path, DATA));
    truncateSync(join(path, DATA), (chunkOffsets(bytes).at(-1) ?? 0) + 2);
    expect(codesOf(await verifyDamaged(path))).toContain('S2_CUT');
  });

  it('at the border of two chunks', async () => {
    const path = copyOf(BACKUP);
    const bytes = readFileSync(join(path, DATA));
    truncateSync(join(path, DATA), chunkOffsets(bytes).at(-1) ?? 0);
    const report = await verifyDamaged(path);
    expect(report.status).toBe('CRITICAL');
    expect(codesOf(report).some((code) => code === 'TAR_CUT' || code === 'TAR_END_MISSING')).toBe(true);
  });

  it('at every kind of place of the tar inside', async () => {
    const tar = unframed(readFileSync(copyOf(`${BACKUP}/${DATA}`)));
    const { entries } = walkTar(new MemorySource(tar));
    const block = entries.find((entry) => entry.path === 'msgs/1.blk');
    const consumer = entries.find((entry) => entry.path.startsWith('obs/'));
    const contentAt = block?.offsetBytes ?? 0;
    const places: readonly (readonly [number, string])[] = [
      [contentAt - 512, 'TAR_END_MISSING'],
      [contentAt - 200, 'TAR_CUT'],
      [contentAt + 1000, 'TAR_CUT'],
      [(consumer?.offsetBytes ?? 0) - 1536, 'TAR_END_MISSING'],
      [tar.length - 1024, 'TAR_END_MISSING'],
      [tar.length - 512, 'TAR_END_MISSING'],
    ];
    for (const [length, code] of places) {
      const report = await verifyDamaged(withTar((whole) => whole.subarray(0, length)));
      expect(report.status).toBe('CRITICAL');
      expect(codesOf(report), `cut at ${length}`).toContain(code);
    }
  });
});

describe('a snapshot', () => {
  it('with a bit flipped inside a compressed chunk', async () => {
    for (const offset of [2_000, 15_000, 40_000]) {
      const path = copyOf(BACKUP);
      flipBit(join(path, DATA), offset, 4);
      const report = await verifyDamaged(path);
      expect(report.status).toBe('CRITICAL');
      const s2 = report.findings.filter(
        (finding) => finding.code === 'S2_CRC_MISMATCH' || finding.code === 'S2_CHUNK_CORRUPT',
      );
      expect(s2).toHaveLength(1);
      expect(s2[0]).toMatchObject({ file: DATA, stream: 'ORDERS' });
    }
  });

  it('with a wrong chunk checksum and sound content', async () => {
    const path = copyOf(BACKUP);
    const bytes = readFileSync(join(path, DATA));
    flipBit(join(path, DATA), (chunkOffsets(bytes)[1] ?? 0) + 5);
    await expectDamage(path, 'CRITICAL', ['S2_CRC_MISMATCH']);
  });

  it('that its server aborted', async () => {
    const tar = pack();
    const path = withTar((whole) => whole);
    const { entries } = walkTar(new MemorySource(unframed(readFileSync(join(path, DATA)))));
    const decoded = unframed(readFileSync(join(path, DATA)));
    for (const entry of entries.slice(0, 3))
      tar.entry(
        { name: entry.path },
        decoded.subarray(entry.offsetBytes, entry.offsetBytes + entry.sizeBytes),
      );
    tar.entry({ name: 'errors.txt' }, 'could not read block 2');
    tar.finalize();
    const parts: Uint8Array[] = [];
    for await (const part of tar) parts.push(part as Uint8Array);
    writeFileSync(join(path, DATA), framed(Buffer.concat(parts)));
    const report = await verifyDamaged(path);
    expect(report.status).toBe('CRITICAL');
    expect(codesOf(report)).toContain('SNAP_ABORTED');
    expect(report.findings.find((finding) => finding.code === 'SNAP_ABORTED')?.data).toEqual({
      message: 'could not read block 2',
    });
  });

  it('with a damaged record in it, and nothing else wrong', async () => {
    const path = withTar((tar) => {
      const block = walkTar(new MemorySource(tar)).entries.find((entry) => entry.path === 'msgs/1.blk');
      const from = block?.offsetBytes ?? 0;
      // Sequence 2 is the first that is live.
      const live = recordsOf(tar.subarray(from, from + (block?.sizeBytes ?? 0))).find(
        (record) => record.seq === 2n,
      );
      const at = from + (live?.at ?? 0) + 60;
      tar[at] = (tar[at] ?? 0) ^ 1;
      return tar;
    });
    const report = await verifyDamaged(path);
    expect(codesOf(report)).toEqual(['BLK_CHECKSUM_MISMATCH', 'DECL_MESSAGES_FEWER']);
    expect(report.findings.find((finding) => finding.code === 'BLK_CHECKSUM_MISMATCH')?.file).toBe(
      `${DATA}:msgs/1.blk`,
    );
  });

  it('with data behind its end', async () => {
    await expectDamage(
      withTar((tar) => Buffer.concat([tar, Buffer.from('more')])),
      'WARNING',
      ['TAR_TRAILING_DATA'],
    );
  });

  it('with a chunk that claims 4 GiB, a reserved chunk, no identifier', async () => {
    const folder = tempFolder();
    const head = framed(new Uint8Array(0));
    const huge = join(folder, 'huge');
    writeFileSync(
      huge,
      Buffer.concat([head, chunk(0, Buffer.from([0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x0f, 0]))]),
    );
    expect(codesOf(await verifyDamaged(huge))).toContain('S2_CHUNK_OVERSIZED');
    const reserved = join(folder, 'reserved');
    writeFileSync(reserved, Buffer.concat([head, chunk(0x40, Buffer.from('x'))]));
    expect(codesOf(await verifyDamaged(reserved))).toContain('S2_CHUNK_UNKNOWN');
  });
});

describe('a made tar', () => {
  const meta = [{ name: 'meta.inf' }, '{"name":"X"}'] as const;
  const cases: readonly (readonly [string, Partial<Header> & { name: string }, string])[] = [
    ['that climbs out', { name: '../../etc/cron.d/x' }, 'TAR_PATH_UNSAFE'],
    ['with an absolute name', { name: '/etc/passwd' }, 'TAR_PATH_UNSAFE'],
    ['with a backslash', { name: 'msgs\\..\\x' }, 'TAR_PATH_UNSAFE'],
    [
      'with a symbolic link',
      { name: 'msgs/1.blk', type: 'symlink', linkname: '/etc/passwd' },
      'TAR_ENTRY_TYPE',
    ],
    ['with a hard link', { name: 'msgs/1.blk', type: 'link', linkname: 'meta.inf' }, 'TAR_ENTRY_TYPE'],
    ['with a folder', { name: 'msgs/', type: 'directory' }, 'TAR_ENTRY_TYPE'],
    ['with the same name twice', { name: 'meta.inf' }, 'TAR_ENTRY_DUPLICATE'],
    ['with a stranger', { name: 'README' }, 'TAR_ENTRY_UNKNOWN'],
  ];
  for (const [name, header, code] of cases)
    it(name, async () => {
      const isFile = header.type === undefined || header.type === 'file';
      const report = await verifyDamaged(await snapshotOf([meta, [header, isFile ? 'x' : '']]));
      expect(report.status).toBe('CRITICAL');
      expect(codesOf(report)).toContain(code);
    });

  it('with an entry of 10 EiB', async () => {
    const path = await snapshotOf([meta, [{ name: 'msgs/1.blk' }, 'x']]);
    const tar = unframed(readFileSync(path));
    const header = tar.subarray(1024, 1536);
    header.fill(0, 124, 136);
    header[124] = 0x80;
    header.writeBigUInt64BE(10n * 2n ** 60n, 128);
    header.fill(0x20, 148, 156);
    header.write(
      `${header
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
      'latin1',
    );
    writeFileSync(path, framed(tar));
    expect(codesOf(await verifyDamaged(path))).toContain('TAR_ENTRY_OVERSIZED');
  });

  it('with a damaged header goes on behind it', async () => {
    const path = withTar((tar) => {
      const block = walkTar(new MemorySource(tar)).entries.find((entry) => entry.path === 'msgs/index.db');
      tar[(block?.offsetBytes ?? 0) - 500] = 0x7e;
      return tar;
    });
    const report = await verifyDamaged(path);
    expect(codesOf(report)).toEqual(['TAR_HEADER_CORRUPT']);
    expect(report.streams[0]?.actual?.messages).toBe(163n);
  });
});

describe('backup.json', () => {
  it('promises more messages than there are', async () => {
    const path = backupDeclaring(BACKUP, { state: { messages: 170 } });
    const report = await verifyDamaged(path);
    expect(codesOf(report)).toEqual(['DECL_MESSAGES_FEWER']);
    expect(report.findings[0]).toMatchObject({
      severity: 'critical',
      file: 'backup.json',
      data: { declared: 170n, actual: 163n },
    });
  });

  it('promises fewer, inside its range and behind it', async () => {
    await expectDamage(backupDeclaring(BACKUP, { state: { messages: 160 } }), 'WARNING', [
      'DECL_MESSAGES_UNEXPECTED',
    ]);
    const earlier = backupDeclaring(BACKUP, { state: { last_seq: 162, messages: 155 } });
    const report = await verifyDamaged(earlier);
    expect(report.status).toBe('OK');
    expect(report.findings.map((finding) => finding.code)).toEqual(['DECL_MESSAGES_MORE']);
  });

  it('is empty, damaged, missing, of another stream; the data is missing or empty', async () => {
    const cases: readonly (readonly [string, (path: string) => void, readonly string[]])[] = [
      ['empty', (path) => truncateSync(join(path, 'backup.json'), 0), ['MAN_EMPTY']],
      ['damaged', (path) => truncateSync(join(path, 'backup.json'), 100), ['MAN_CORRUPT']],
      ['missing', (path) => rmSync(join(path, 'backup.json')), ['MAN_MISSING']],
      [
        'of another stream',
        (path) =>
          editFile(join(path, 'backup.json'), (bytes) =>
            Buffer.from(bytes.toString().replace('"ORDERS"', '"OTHER"')),
          ),
        ['MAN_NAME_MISMATCH'],
      ],
      ['data missing', (path) => rmSync(join(path, DATA)), ['MAN_DATA_MISSING']],
      ['data empty', (path) => truncateSync(join(path, DATA), 0), ['SRC_EMPTY']],
      [
        'data of another kind',
        (path) => writeFileSync(join(path, DATA), 'no snapshot'),
        ['SNAP_UNRECOGNIZED'],
      ],
      ['a stranger beside', (path) => writeFileSync(join(path, 'note'), ''), ['MAN_UNKNOWN_FILE']],
    ];
    for (const [name, damage, codes] of cases) {
      const path = copyOf(BACKUP);
      damage(path);
      expect(codesOf(await verifyDamaged(path)), name).toEqual(codes);
    }
  });
});

it('a verification that is cancelled gives no verdict, also where a repair alone can read the snapshot', async () => {
  const path = copyOf(BACKUP);
  flipBit(join(path, DATA), 0);
  expect((await verifyArchive(path, {})).streams[0]).toMatchObject({ repairable_messages: 163n });
  await expect(verifyArchive(path, { signal: AbortSignal.abort() })).rejects.toThrow(CancelledError);
});

describe('a legacy archive', () => {
  it('cut, or with a flipped bit', async () => {
    const cut = copyOf('2.2.0-legacy/backups/streams/ORDERS.tgz');
    truncateSync(cut, 9000);
    const report = await verifyDamaged(cut);
    expect(report.status).toBe('CRITICAL');
    expect(codesOf(report)).toContain('GZIP_CUT');
    const flipped = copyOf('2.2.0-legacy/backups/streams/ORDERS.tgz');
    flipBit(flipped, 9000, 5);
    expect(
      codesOf(await verifyDamaged(flipped)).some(
        (code) => code === 'GZIP_CORRUPT' || code.startsWith('BLK_'),
      ),
    ).toBe(true);
  });

  it('a configuration file edited', async () => {
    const path = copyOf('2.2.0-legacy/backups/backup-config');
    editFile(join(path, 'stream_ORDERS.json'), (bytes) =>
      Buffer.from(bytes.toString().replace(/"checksum": "./, '"checksum": "_')),
    );
    await expectDamage(path, 'CRITICAL', ['CFGB_CHECKSUM_MISMATCH']);
  });
});

// Servers from 2.9.25 to 2.15.2 restore such files whole.
it.each([
  ['zeros', Buffer.alloc(4096)],
  ['other bytes', Buffer.from('not a chunk of any stream. '.repeat(40))],
  ['the head of a chunk', Buffer.of(0, 0, 1, 0, 7)],
])('%s behind the end of a snapshot take nothing', async (_, tail) => {
  const path = copyOf(BACKUP);
  const { length } = readFileSync(join(path, DATA));
  editFile(join(path, DATA), (bytes) => Buffer.concat([bytes, tail]));
  const { status, findings, streams } = await verifyArchive(path);
  expect(status).toBe('WARNING');
  expect(findings).toMatchObject([{ code: 'S2_TRAILING_DATA', offset: length, length: tail.length }]);
  expect(streams[0]?.actual?.messages).toBe(163n);
  expect(streams[0]?.predictions.map(({ outcome }) => outcome)).toEqual(
    Array.from({ length: 6 }, () => 'whole'),
  );
});
