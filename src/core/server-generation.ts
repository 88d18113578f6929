import { UsageError } from './error.ts';

/** Generations of nats-server that stores and restores are judged for, oldest first. There was no 2.13. */
export const SERVER_GENERATIONS = ['2.9', '2.10', '2.11', '2.12', '2.14', '2.15'] as const;

/** A minor release with all its patches. */
export type ServerGeneration = (typeof SERVER_GENERATIONS)[number];

/** The one that is meant where no release is named. */
export const NEWEST_GENERATION: ServerGeneration = SERVER_GENERATIONS.at(-1) as ServerGeneration;

/** Whether a generation is `since` or came after it. */
export function isNotBefore(server: ServerGeneration, since: ServerGeneration): boolean {
  return SERVER_GENERATIONS.indexOf(server) >= SERVER_GENERATIONS.indexOf(since);
}

/**
 * The generation of a release: `2.14`, `2.14.5` and `v2.14.99` are the same, whether that patch is known or not. Throws
 * UsageError.
 */
export function generationOf(version: string): ServerGeneration {
  const [, wanted] = /^v?(\d+\.\d+)(?:\.\d+(?:-[\w.]+)?)?$/.exec(version) ?? [];
  const known = SERVER_GENERATIONS.find((generation) => generation === wanted);
  if (known !== undefined) return known;
  const all = SERVER_GENERATIONS.join(', ');
  throw new UsageError(`--server-version takes one of ${all}, or a release of them, not ${version}`);
}
