import type { CatalogEntry } from '../catalog-entry.ts';

export const CON_SUITE = {
  CON_META_MISSING: {
    severity: 'critical',
    marks: ['consumer-config'],
    title: 'A consumer without meta.inf',
    meaning: "A consumer's folder has no meta.inf.",
    consequence: 'The server skips the consumer; a restore fails.',
    advice: 'Put meta.inf back from a backup.',
  },
  CON_META_CORRUPT: {
    severity: 'critical',
    marks: ['consumer-config'],
    title: "A consumer's meta.inf cannot be read",
    meaning: "A consumer's meta.inf is no JSON.",
    consequence: 'The server skips the consumer; a restore fails.',
    advice: 'Put meta.inf back from a backup.',
  },
  CON_SUM_MISSING: {
    severity: 'critical',
    marks: ['proof'],
    title: 'A consumer without meta.sum',
    meaning: "A consumer's folder has no meta.sum.",
    consequence: 'The server skips the consumer; a restore fails.',
    advice: 'Put meta.sum back: its content is never compared, only its presence counts.',
  },
  CON_SUM_MISMATCH: {
    severity: 'warning',
    marks: ['consumer-config'],
    title: "A consumer's meta.sum does not fit",
    meaning: "A consumer's meta.inf or meta.sum was changed.",
    consequence: 'None: servers want the file but do not compare it.',
    advice: "Check the consumer's configuration against what you expect.",
  },
  CON_NAME_MISMATCH: {
    severity: 'critical',
    title: "A consumer's folder has another name than its configuration",
    meaning: 'The folder of the consumer has another name than its configuration.',
    consequence: 'The server starts an empty consumer beside it: its position is lost.',
    advice: 'Rename the folder back.',
  },
  CON_STATE_MISSING: {
    severity: 'info',
    title: 'A consumer without o.dat',
    meaning: 'The consumer has no o.dat: it never delivered anything, or the file was lost.',
    consequence: 'The consumer begins where its configuration says.',
    advice: 'Nothing, if the consumer was never used.',
  },
  CON_STATE_CORRUPT: {
    severity: 'critical',
    marks: ['position'],
    title: "A consumer's o.dat cannot be read",
    meaning: 'o.dat cannot be read. It has no checksum: a change that keeps its structure is not found.',
    consequence:
      'Where it is empty the consumer comes up all the same, restored or started, and begins where its configuration says: what was acknowledged comes again. Else a V1 restore fails and removes the stream; at a start 2.9 and 2.10 begin the consumer anew, or list it and do not serve it, 2.11 to 2.14 delete it, 2.15 leaves it out.',
    advice:
      'Put o.dat back from a backup, or let `repair` set the consumer back to where it misses nothing. Without o.dat it starts anew.',
  },
  CON_STATE_INCONSISTENT: {
    severity: 'critical',
    marks: ['position'],
    title: "A consumer's positions contradict each other",
    meaning:
      'Positions contradict each other: an acknowledged floor above what was delivered, or something pending that never was.',
    consequence: 'The server may refuse the state or deliver messages again.',
    advice: 'Compare with a backup.',
  },
  CON_AHEAD_OF_STREAM: {
    severity: 'warning',
    marks: ['loss', 'suspect'],
    title: 'A consumer is ahead of its stream',
    meaning: 'The consumer was delivered sequences that the stream does not reach.',
    consequence:
      'From 2.14 on it is pulled back with a warning; older servers wait until the stream gets there: new messages are not delivered.',
    advice: 'The stream lost its end: see the other findings.',
  },
  CON_PENDING_MISSING: {
    severity: 'info',
    title: 'A consumer waits for messages that the stream does not hold',
    meaning:
      'Messages that wait for acknowledgement are no longer in the stream: deleted, expired, or acknowledged just before a crash.',
    consequence: 'The server drops them.',
    advice: 'Nothing.',
  },
} as const satisfies Record<string, CatalogEntry>;
