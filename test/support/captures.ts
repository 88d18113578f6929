import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { parse } from 'lossless-json';
import { isThere } from './needed.ts';

export const ROOT: string = fileURLToPath(new URL('../..', import.meta.url));
const SHARED = join(ROOT, '../shared/fixtures');
const CACHE = join(ROOT, '.cache/fixtures');

/** A folder of real data, and what the server that wrote it said. */
export interface Capture {
  /** `2.14.5/full` */
  readonly id: string;
  readonly version: string;
  readonly set: string;
  readonly folder: string;
  readonly truth: Truth;
}

export interface Truth {
  readonly layout: 'single' | 'cluster';
  readonly accounts: readonly TruthAccount[];
}

export interface TruthAccount {
  readonly name: string;
  readonly path: string;
  readonly streams: readonly TruthStream[];
}

export interface TruthAnswer {
  readonly info: Json;
  readonly consumers: readonly Json[];
  readonly rolling?: { readonly count: number; readonly sha256: string };
}

export interface TruthStream extends TruthAnswer {
  readonly name: string;
  readonly path?: string;
  readonly nodes?: readonly string[];
  readonly messages?: readonly TruthMessage[];
  readonly backups?: readonly {
    readonly path: string;
    readonly consumers: boolean;
    readonly after_restore?: Partial<TruthAnswer>;
  }[];
  readonly after_restart?: Partial<TruthAnswer>;
}

export interface TruthMessage {
  readonly seq: number | bigint;
  readonly subject: string;
  readonly time_ns: string;
  readonly hdr_len: number;
  readonly hdr_sha256?: string;
  readonly data_len: number;
  readonly data_sha256?: string;
}

// Truth and reports are compared field by field: their shape is the test's own business.
// oxlint-disable-next-line typescript/no-explicit-any
export type Json = any;

function parseLossless(text: string): Json {
  return parse(text, undefined, (digits) => {
    const value = Number(digits);
    return /^-?\d+$/.test(digits) && !Number.isSafeInteger(value) ? BigInt(digits) : value;
  });
}

export function readTruth(path: string): Truth {
  const bytes = readFileSync(path);
  return parseLossless((path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')) as Truth;
}

/** COMPERASE of 2.10.29, broken by the server that wrote it, which loses it when it reads its own files or backup. */
export function isRuined(streamName: string, { version, set }: Capture): boolean {
  return streamName === 'COMPERASE' && version === '2.10.29' && set === 'full';
}

/** `15` of `2.15.2`. */
export function minorOf(version: string): number {
  return Number(version.split('.')[1]);
}

/** Every capture: those of ../shared where they are there (unpacked once), always those of testdata. */
export function captures(): Capture[] {
  return [...sharedCaptures(), ...testdataCaptures()];
}

/** The same, none of them twice: those of testdata are parts of those of ../shared, and stand for them where these are not there. */
export function distinctCaptures(): Capture[] {
  return hasShared() ? sharedCaptures() : testdataCaptures();
}

/** Whether there are more captures than those of testdata. */
export function hasShared(): boolean {
  return isThere(
    existsSync(SHARED),
    'the captures of ../shared/fixtures, which is not there: those of testdata/ are run',
  );
}

/** Those of ../shared: whole captures, for what needs all that is in one. None where they are not there. */
export function sharedCaptures(): Capture[] {
  if (!hasShared()) return [];
  return folders(SHARED).flatMap((version) =>
    folders(join(SHARED, version)).map((set) => {
      const source = join(SHARED, version, set);
      const folder = unpacked(join(source, 'capture.tar.gz'), `${version}-${set}`);
      return {
        id: `${version}/${set}`,
        version,
        set,
        folder,
        truth: readTruth(join(source, 'truth.json.gz')),
      };
    }),
  );
}

function unpacked(archive: string, name: string): string {
  const stat = statSync(archive);
  const folder = join(CACHE, `${name}-${stat.size}`);
  if (existsSync(folder)) return folder;
  const staged = `${folder}.${process.pid}`;
  mkdirSync(staged, { recursive: true });
  execFileSync('tar', ['xzf', archive, '-C', staged]);
  try {
    renameSync(staged, folder);
  } catch {
    rmSync(staged, { recursive: true, force: true });
  }
  return folder;
}

function testdataCaptures(): Capture[] {
  const root = join(ROOT, 'testdata/captures');
  if (!existsSync(root)) return [];
  return folders(root).map((name) => {
    const [version = '', set = ''] = name.split('-');
    const folder = join(root, name);
    return { id: `testdata/${name}`, version, set, folder, truth: readTruth(join(folder, 'truth.json.gz')) };
  });
}

function folders(path: string): string[] {
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .toSorted();
}
