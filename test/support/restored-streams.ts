import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from './captures.ts';
import { LiveServer } from './live-server.ts';
import { replaced, summaryOf } from './stream-summary.ts';

/** A backup that the nats command can restore. */
export interface Restorable {
  readonly path: string;
  /** Name of the stream in it, and the name under which it is compared. */
  readonly name: string;
  readonly comparedAs: string;
  /** Flags of the command. */
  readonly flags?: readonly string[];
}

export interface RestoredStreams {
  /** What the server serves, in the order of the backups. */
  readonly streams: readonly Json[];
  /** What it complained about, each once, under the names that are compared. */
  readonly complaints: ReadonlySet<string>;
}

/**
 * Restores backups into one server, each into an account of its own, so that none meets another, waits until the server
 * has come to rest, and reads what it serves then.
 */
export async function restoreEach(
  version: string,
  folder: string,
  backups: readonly Restorable[],
): Promise<RestoredStreams> {
  mkdirSync(folder);
  const placed = backups.map((backup, i) => ({
    ...backup,
    account: `RESTORED${i}`,
    again: join(folder, `again-${i}`),
  }));
  const accounts = placed.map(({ account }) => account);
  const server = await LiveServer.start(version, join(folder, 'store'), accounts);
  try {
    for (const { account, path, flags = [] } of placed)
      await server.askAs(account, 'stream', 'restore', path, '--no-progress', ...flags);
    await server.rest();
    for (const { account, name, again } of placed)
      await server.askAs(account, 'stream', 'backup', name, again, '--no-progress');
  } finally {
    await server.stop();
  }
  const streams: Json[] = [];
  for (const { again, name, comparedAs } of placed)
    streams.push(await summaryOf(again, bucketBack(name, comparedAs)));
  const names = new Map(backups.map(({ name, comparedAs }) => [name, comparedAs]));
  return { streams, complaints: new Set(server.complaints().map((line) => underNames(line, names))) };
}

/** Accounts are numbered and consumers of sources named at random; how far a scan goes is the stream's own. */
function underNames(line: string, names: ReadonlyMap<string, string>): string {
  return line
    .replaceAll(/RESTORED\d+/g, 'ACCOUNT')
    .replaceAll(/\(seq \d+ to \d+\)/g, '(seq …)')
    .split(/(?<=[\s'"[\]>])|(?=[\s'"[\]>])/)
    .map((word) => names.get(word) ?? word)
    .join('');
}

/** What a bucket's name changed in its messages, taken back; undefined where it is no bucket or has its own name. */
function bucketBack(name: string, comparedAs: string): ((bytes: Uint8Array) => Uint8Array) | undefined {
  const [, bucket] = /^(?:KV|OBJ)_(.*)/.exec(name) ?? [];
  if (bucket === undefined || name === comparedAs) return undefined;
  return replaced(bucket, comparedAs.replace(/^(?:KV|OBJ)_/, ''));
}
