import type { CatalogEntry } from '../catalog-entry.ts';

export const IDX_SUITE = {
  IDX_MISSING: {
    severity: 'info',
    title: 'There is no index.db',
    meaning: 'There is no index.db, as after a kill before the first one was written.',
    consequence:
      'The server rebuilds the state from the blocks: every byte is read, and a bad record cuts its block. What limits removed is counted again first.',
    advice: 'Nothing, if no other finding tells of damage.',
  },
  IDX_CUT: {
    severity: 'warning',
    marks: ['cut'],
    title: 'index.db is too short',
    meaning: 'index.db is shorter than any can be.',
    consequence: 'The server deletes it and rebuilds: a bad record then cuts its block.',
    advice: 'Nothing, if no other finding tells of damage.',
  },
  IDX_CHECKSUM_MISMATCH: {
    severity: 'warning',
    title: "index.db's checksum does not fit",
    meaning:
      'The sum at the end of index.db does not fit: it was changed, cut, or belongs to another stream. No reader can tell which.',
    consequence: 'The server deletes it and rebuilds: a bad record then cuts its block.',
    advice: 'Nothing, if no other finding tells of damage.',
  },
  IDX_CORRUPT: {
    severity: 'warning',
    title: 'index.db contradicts itself',
    meaning: 'The sum fits, but counts in it contradict each other.',
    consequence: 'The server deletes it and rebuilds.',
    advice: 'Nothing, if no other finding tells of damage.',
  },
  IDX_VERSION_UNSUPPORTED: {
    severity: 'warning',
    title: 'index.db is of a version that is not known',
    meaning: 'index.db is of a version above 4: a newer server wrote it.',
    consequence: 'Older servers delete it and rebuild.',
    advice: 'Nothing, if no other finding tells of damage.',
  },
  IDX_STALE: {
    severity: 'info',
    title: 'index.db is older than the blocks',
    meaning: 'The blocks have moved on since index.db was written, as after a kill.',
    consequence:
      'The server rebuilds from the blocks: messages that only index.db tells deleted come back. Here they count as deleted.',
    advice: 'Nothing.',
  },
  IDX_AHEAD: {
    severity: 'critical',
    marks: ['loss'],
    title: 'index.db knows messages that the blocks do not hold',
    meaning:
      'index.db lists messages above all that the blocks hold: the end of the last block was lost, or the block files are older than the index.',
    consequence:
      'The server rebuilds: the messages are gone, and deletes whose tombstones were there come back.',
    advice: 'Look for another copy of the last blocks.',
  },
  IDX_BLOCK_DIFFERS: {
    severity: 'critical',
    marks: ['any-message', 'loss'],
    title: 'index.db and a block disagree',
    meaning: 'index.db is current, but a block holds other messages or bytes than it lists.',
    consequence: 'The server reports what the index says until it reads the block.',
    advice: 'Compare with another copy.',
  },
  IDX_SUBJECTS_DIFFER: {
    severity: 'critical',
    marks: ['any-message'],
    title: 'index.db and the blocks disagree about subjects',
    meaning:
      'index.db is current, but its subject totals do not fit the subjects in the blocks: bytes have moved between subject and payload, which checksums do not show.',
    consequence: 'The server serves messages under other subjects than they had.',
    advice: 'Compare with another copy.',
  },
  IDX_HEADER_COUNT_DIFFERS: {
    severity: 'warning',
    title: 'index.db counts other TTL or schedule headers than the blocks hold',
    meaning: 'index.db counts more messages with TTL than the blocks hold.',
    consequence: 'The server may expire too few or too many.',
    advice: 'Remove index.db from a copy to have it rebuilt.',
  },
  BIX_CORRUPT: {
    severity: 'warning',
    marks: ['loss'],
    title: "A block's .idx file cannot be read",
    meaning: "A block's .idx (2.9 and older) cannot be read.",
    consequence: 'The server reads the block instead; deletes that were not erased come back.',
    advice: 'Look for another copy of the .idx file.',
  },
  BIX_STALE: {
    severity: 'info',
    marks: ['loss'],
    title: "A block's .idx file is older than the block",
    meaning: 'The block has moved on since its .idx was written. Its deletes still count.',
    consequence: 'The server reads the block again and keeps the deletes.',
    advice: 'Nothing.',
  },
  BIX_DIFFERS: {
    severity: 'critical',
    marks: ['loss'],
    title: 'A block and its .idx file disagree',
    meaning:
      'The .idx lists messages that the block does not hold: it is current, or they lay behind the end of the block.',
    consequence: 'The server reports them until they are read, or drops them when it reads the block again.',
    advice: 'Look for another copy.',
  },
  FSS_CORRUPT: {
    severity: 'info',
    title: "A block's .fss file cannot be read",
    meaning: "A block's .fss (subjects, 2.9) cannot be read.",
    consequence: 'The server makes it anew.',
    advice: 'Nothing.',
  },
  IDX_END_MISSING: {
    severity: 'warning',
    marks: ['loss'],
    title: 'The record that ended the last block when index.db was written is gone',
    meaning:
      'Blocks grow at their end, so that record should still be there: the block was cut behind its messages, or compacted just before a kill. Deletes written behind the cut are lost.',
    consequence:
      'The server rebuilds from the blocks: messages whose deletes were cut off come back. Here those that index.db tells deleted stay so.',
    advice: 'Compare the deleted messages with another copy.',
  },
} as const satisfies Record<string, CatalogEntry>;
