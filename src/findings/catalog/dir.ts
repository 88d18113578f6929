import type { CatalogEntry } from '../catalog-entry.ts';

export const DIR_SUITE = {
  DIR_LEFTOVER: {
    severity: 'warning',
    title: 'A leftover temporary file',
    meaning: 'A temporary file of a write that was cut short.',
    consequence: 'Servers ignore it and never remove it.',
    advice: 'Remove it when the server is stopped.',
  },
  DIR_UNKNOWN_FILE: {
    severity: 'warning',
    title: 'A file that no server writes',
    meaning: 'No server writes a file of this name here.',
    consequence: 'Servers ignore it, or delete it with its folder.',
    advice: 'Find out what put it there.',
  },
  DIR_LINK: {
    severity: 'warning',
    title: 'A link or special file',
    meaning: 'A symbolic link, device, socket or pipe. It was not followed.',
    consequence: 'A server follows links.',
    advice: 'Verify the place it leads to by itself.',
  },
  DIR_PURGE_UNFINISHED: {
    severity: 'warning',
    title: 'A purge was cut short',
    meaning:
      'A purge was cut short by a crash: the old or new message folder is still there. What counts is what the next start would make of it.',
    consequence: 'The server completes or undoes the purge at the next start.',
    advice: 'Nothing.',
  },
  DIR_STREAM_DELETED: {
    severity: 'warning',
    title: 'A stream that was being deleted',
    meaning: "The folder's name begins with a dot: the server was deleting the stream when it was stopped.",
    consequence: 'It is removed at the next start.',
    advice: 'If the stream is still wanted, copy the folder before a server is started.',
  },
  DIR_SNAPSHOT_STAGING: {
    severity: 'warning',
    title: 'A leftover of a restore',
    meaning: 'A restore was cut short.',
    consequence: 'It is removed when the account is enabled.',
    advice: 'Nothing.',
  },
  DIR_BATCH_PENDING: {
    severity: 'info',
    title: 'An atomic batch that was not committed',
    meaning:
      'Messages of an atomic batch that was not committed when the server stopped. They are not part of the stream.',
    consequence: 'The server completes or drops the batch at the next start.',
    advice: 'Nothing.',
  },
  DIR_RAFT_NOT_CHECKED: {
    severity: 'info',
    title: 'Raft groups of a cluster',
    meaning:
      'The store belongs to a cluster. The logs of its raft groups are not checked yet; the streams beside them are.',
    consequence: 'None.',
    advice: 'Verify the stores of all nodes: each holds a replica of its own.',
  },
  DIR_SERVER_RUNNING: {
    severity: 'info',
    title: 'A server is running on these files: what is found in them may be false',
    meaning:
      'A nats-server process uses this store. Its files change while they are read, so that one may contradict another, or end in the middle, though nothing is wrong. Seen where the system shows processes; an idle server may stay unseen.',
    consequence: 'None.',
    advice: 'Verify a backup instead, or stop the server first.',
  },
  DIR_NO_STREAMS: {
    severity: 'warning',
    title: 'A store without streams',
    meaning: 'No stream was found.',
    consequence: 'A server started on it has no streams.',
    advice: 'Check that the path is the store directory.',
  },
} as const satisfies Record<string, CatalogEntry>;
