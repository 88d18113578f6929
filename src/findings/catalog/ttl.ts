import type { CatalogEntry } from '../catalog-entry.ts';

export const TTL_SUITE = {
  THW_CORRUPT: {
    severity: 'warning',
    title: 'thw.db cannot be read',
    meaning:
      'thw.db, which holds when messages expire, cannot be read. It has no checksum: a change that keeps its structure is not found.',
    consequence: 'The server deletes it and reads every message again.',
    advice: 'Nothing.',
  },
  THW_STALE: {
    severity: 'info',
    title: 'thw.db is older than the blocks',
    meaning: 'thw.db was written before the last messages.',
    consequence: 'The server reads the messages behind it.',
    advice: 'Nothing.',
  },
  THW_DIFFERS: {
    severity: 'warning',
    title: 'thw.db and the messages disagree',
    meaning: 'thw.db names messages that carry no Nats-TTL header.',
    consequence: 'The server would remove them when their time comes.',
    advice: 'Remove thw.db from a copy to have it rebuilt.',
  },
  SCHED_CORRUPT: {
    severity: 'warning',
    title: 'sched.db cannot be read',
    meaning: 'sched.db, which holds when scheduled messages are due, cannot be read. It has no checksum.',
    consequence: 'The server deletes it and reads every message again.',
    advice: 'Nothing.',
  },
  SCHED_STALE: {
    severity: 'info',
    title: 'sched.db is older than the blocks',
    meaning: 'sched.db was written before the last messages.',
    consequence: 'The server reads the messages behind it.',
    advice: 'Nothing.',
  },
  SCHED_DIFFERS: {
    severity: 'warning',
    title: 'sched.db and the messages disagree',
    meaning: 'sched.db names messages that carry no Nats-Schedule header.',
    consequence: 'The server would publish what nobody scheduled.',
    advice: 'Remove sched.db from a copy to have it rebuilt.',
  },
  SOURCES_CORRUPT: {
    severity: 'warning',
    title: 'sources.db cannot be read',
    meaning: 'sources.db (2.15) cannot be read.',
    consequence: 'The server reads the stream to find how far its sources were copied.',
    advice: 'Nothing.',
  },
} as const satisfies Record<string, CatalogEntry>;
