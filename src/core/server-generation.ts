/** Generations of nats-server that stores and restores are judged for, oldest first. There was no 2.13. */
export const SERVER_GENERATIONS = ['2.9', '2.10', '2.11', '2.12', '2.14', '2.15'] as const;

/** A minor release with all its patches. */
export type ServerGeneration = (typeof SERVER_GENERATIONS)[number];

/** Whether a generation is `since` or came after it. */
export function isNotBefore(server: ServerGeneration, since: ServerGeneration): boolean {
  return SERVER_GENERATIONS.indexOf(server) >= SERVER_GENERATIONS.indexOf(since);
}
