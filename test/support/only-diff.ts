import { expect } from 'vitest';
import { diffArchives } from '../../src/operation/diff/run.ts';
import type { StreamDiff } from '../../src/operation/diff/types.ts';

/** Compares two archives of one stream. */
export async function onlyDiff(...args: Parameters<typeof diffArchives>): Promise<StreamDiff> {
  const { streams } = await diffArchives(...args);
  expect(streams).toHaveLength(1);
  return streams[0] as StreamDiff;
}
