import { existsSync, readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { expect } from 'vitest';
import { repairArchive } from '../../src/operation/repair/run.ts';
import type { RepairOptions, RepairResult } from '../../src/operation/repair/types.ts';
import type { StreamLoss } from '../../src/operation/salvage/types.ts';
import { CAPTURES, tempFolder, treeSum } from './damage.ts';
import { messageList } from './message-list.ts';

export interface Repaired {
  readonly result: RepairResult;
  readonly stream: StreamLoss;
  /** Sequences that the original has and the repaired one has not. */
  readonly missing: readonly bigint[];
  /** Sequences that are there and are not, or not as they were, in the original. */
  readonly invented: readonly bigint[];
  readonly config: unknown;
}

export function configIn(meta: string): unknown {
  const { Created: _, ...config } = JSON.parse(meta) as { Created: string };
  return config;
}

function writtenConfig(target: string, { account, name }: StreamLoss): unknown {
  const manifest = join(target, 'backup.json');
  if (existsSync(manifest)) return (JSON.parse(readFileSync(manifest, 'utf8')) as { config: unknown }).config;
  const meta = join(target, 'jetstream', account ?? '$G', 'streams', name, 'meta.inf');
  return configIn(readFileSync(meta, 'utf8'));
}

/** Repairs an archive, which must stay as it is, to a new target. */
export async function repaired(
  path: string,
  options: Partial<RepairOptions> = {},
): Promise<RepairResult & { readonly target: string }> {
  const target = join(tempFolder(), 'out');
  const before = treeSum(path);
  const result = await repairArchive(path, { ...options, target });
  expect(treeSum(path)).toBe(before);
  return { ...result, target };
}

/** The messages of what a repair writes. */
export async function repairedMessages(path: string): Promise<Map<bigint, string>> {
  return messageList((await repaired(path)).target);
}

/** Repairs a damaged copy of a capture and compares with the undamaged one. */
export async function repair(
  damaged: string,
  original: string,
  options: Partial<RepairOptions> = {},
): Promise<Repaired> {
  const { target, ...result } = await repaired(damaged, options);
  const [was, is] = [
    await messageList(isAbsolute(original) ? original : join(CAPTURES, original)),
    await messageList(target),
  ];
  const [stream] = result.loss.streams;
  if (stream === undefined) throw new Error('no stream');
  expect(stream.recovered + stream.lost + stream.deleted).toBe(stream.last_seq - stream.first_seq + 1n);
  expect(stream.recovered).toBe(BigInt(is.size));
  return {
    result,
    stream,
    config: writtenConfig(target, stream),
    missing: [...was.keys()].filter((seq) => !is.has(seq)),
    invented: [...is].filter(([seq, sum]) => was.get(seq) !== sum).map(([seq]) => seq),
  };
}
