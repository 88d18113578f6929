import type { CatalogEntry } from '../catalog-entry.ts';

export const V2_SUITE = {
  V2_CUT: {
    severity: 'critical',
    title: 'The V2 archive ends inside an entry',
    meaning: 'The archive ends inside an entry.',
    consequence: 'The restore fails half way and leaves the partial stream in place and active.',
    advice: 'Use another copy; if a restore was tried, delete the partial stream.',
  },
  V2_SENTINEL_MISSING: {
    severity: 'critical',
    title: 'The V2 archive has no end mark',
    meaning:
      'The five zero bytes that end every V2 archive are missing: the server failed, or the end was lost.',
    consequence: 'The restore fails at the end and leaves the partial stream in place and active.',
    advice: 'Use another copy; if a restore was tried, delete the partial stream.',
  },
  V2_TRAILING_DATA: {
    severity: 'warning',
    title: 'There is data behind the end of the V2 archive',
    meaning: 'There are bytes behind the end mark.',
    consequence: 'The server ignores them.',
    advice: 'Find out what wrote them.',
  },
  V2_ENTRY_CORRUPT: {
    severity: 'critical',
    title: 'A V2 entry is damaged',
    meaning:
      "An entry's lengths cannot be, or it stands where it cannot. Nothing behind it can be told apart.",
    consequence: 'The restore fails here and leaves the partial stream in place and active.',
    advice: 'Use another copy.',
  },
  V2_STATE_MISSING: {
    severity: 'critical',
    title: 'The V2 archive does not begin with state.json',
    meaning: 'The first entry must be state.json.',
    consequence: 'The server refuses the restore.',
    advice: 'Use another copy.',
  },
  V2_STATE_CORRUPT: {
    severity: 'critical',
    title: "The V2 archive's state.json is damaged",
    meaning: 'state.json cannot be read, or its first, last and messages contradict each other.',
    consequence: 'The server refuses the restore.',
    advice: 'Use another copy.',
  },
  V2_CONSUMER_MISSING: {
    severity: 'critical',
    title: 'The V2 archive holds fewer consumers than it promises',
    meaning: 'state.json promises more consumers than follow it.',
    consequence: 'The restore fails and leaves the stream without consumers.',
    advice: 'Use another copy.',
  },
  V2_CONSUMER_CORRUPT: {
    severity: 'critical',
    title: 'A consumer entry of the V2 archive is damaged',
    meaning: 'The entry of a consumer cannot be read.',
    consequence: 'The restore fails here.',
    advice: 'Use another copy.',
  },
  V2_SEQUENCE_ORDER: {
    severity: 'critical',
    title: 'Messages of the V2 archive are out of order',
    meaning: "A message's sequence is not above the one before.",
    consequence: 'The restore fails at this message and leaves the partial stream in place and active.',
    advice: 'Use another copy.',
  },
  V2_MESSAGES_DIFFER: {
    severity: 'critical',
    title: 'The V2 archive holds another number of messages than its state.json says',
    meaning:
      'Every entry is whole, but there are more or fewer messages than state.json says. V2 archives carry no checksums of messages, so this is all that shows it.',
    consequence: 'The server takes the number it finds and says nothing.',
    advice: 'Compare with backup.json and with another copy.',
  },
  V2_STATE_DIFFERS: {
    severity: 'warning',
    title: "The V2 archive's state.json and its messages disagree",
    meaning: 'The number of messages fits, but bytes or the first sequence do not.',
    consequence: 'The server counts for itself.',
    advice: 'Compare with another copy: a message may have been changed.',
  },
} as const satisfies Record<string, CatalogEntry>;
