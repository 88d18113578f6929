import type { CatalogEntry } from '../catalog-entry.ts';

export const S2_SUITE = {
  S2_CRC_MISMATCH: {
    severity: 'critical',
    marks: ['carrier', 'loss', 'ends-restore'],
    title: "An S2 chunk's checksum does not fit its content",
    meaning:
      'The chunk decodes, but the CRC-32C of what it decodes to is another than the one written with it: bits have changed since.',
    consequence:
      'Of a snapshot the server refuses the restore at this chunk. In a compressed block it drops the block or the stream, depending on its version.',
    advice: 'Use another copy. Verify names the records inside that are damaged; all others are good.',
  },
  S2_CHUNK_CORRUPT: {
    severity: 'critical',
    marks: ['carrier', 'loss', 'unread-chunk', 'ends-restore', 'ends-reading'],
    title: 'An S2 chunk cannot be decoded',
    meaning:
      "The chunk's elements contradict each other, so it cannot be decoded; its bytes are read as zeros from here on.",
    consequence:
      'Of a snapshot the server refuses the restore at this chunk. A compressed block is dropped by 2.10 to 2.12; 2.14 and 2.15 remove the whole stream folder when index.db is not usable.',
    advice: 'Use another copy, and do not start a server on this one.',
  },
  S2_CHUNK_OVERSIZED: {
    severity: 'critical',
    marks: ['carrier', 'loss', 'ends-restore', 'ends-reading'],
    title: 'An S2 chunk claims more than any writer makes',
    meaning:
      'The chunk claims to decode to more than 4 MiB, which no S2 writer makes; nothing was allocated for it.',
    consequence: 'The server refuses the restore.',
    advice: 'The length is damaged or the file was made to harm: use another copy.',
  },
  S2_CHUNK_UNKNOWN: {
    severity: 'critical',
    marks: ['carrier', 'loss', 'unread-chunk', 'ends-restore', 'ends-reading'],
    title: 'An S2 chunk of a reserved type',
    meaning:
      'Chunk types 0x02 to 0x7f are reserved and may not be skipped. Reading stops here, since what follows cannot be trusted to be a chunk.',
    consequence: 'The server refuses the restore.',
    advice:
      'Use another copy. In a compressed block of a 2.10 server this is the trace of a secure erase, which that version carries out wrongly.',
  },
  S2_CUT: {
    severity: 'critical',
    marks: ['carrier', 'loss', 'cut', 'unread-chunk', 'ends-restore', 'ends-reading'],
    title: 'The S2 stream ends inside a chunk',
    meaning: 'The file ends before the chunk does: the end was lost.',
    consequence: 'The server refuses the restore when it comes to the end.',
    advice: 'Use another copy; look for a full disk or an interrupted transfer.',
  },
  S2_TRAILING_DATA: {
    severity: 'warning',
    marks: ['carrier'],
    title: 'There is data behind the end of the snapshot',
    meaning:
      'The tar in the S2 stream is whole and has its end mark; bytes follow that are no S2. They were not read.',
    consequence:
      'Servers stop reading at the end of the tar and have the whole stream; `nats stream restore` may end with an error all the same.',
    advice: 'Find out what appended them.',
  },
} as const satisfies Record<string, CatalogEntry>;
