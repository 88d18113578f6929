import type { CatalogEntry } from '../catalog-entry.ts';

export const BLK_SUITE = {
  BLK_CHECKSUM_MISMATCH: {
    severity: 'critical',
    marks: ['loss'],
    title: "A record's checksum does not fit",
    meaning:
      "The 8-byte checksum at the record's end does not fit its sequence, time, subject, headers or payload: one of them, or the checksum itself, was changed. No reader can tell which. The lengths of record, subject and headers are not covered by it: a change there shows where structure, subjects or index totals contradict it.",
    consequence:
      'With a current index.db the damage stays unseen until the block is read. The message is not given out then, and where its length or sequence was changed the block is cut here: every later message in it is lost. A server that rebuilds (after a crash, a copy, from an old backup) cuts the block here, whatever was changed.',
    advice: 'Do not start a server on this copy. All other records of the block are good.',
  },
  BLK_DELETED_RECORD_DAMAGED: {
    severity: 'warning',
    marks: ['loss'],
    title: 'A record of deletes, or of a deleted message, is damaged',
    meaning:
      'A record does not fit, or the block ends in it, and no message is lost with it: index.db, the .idx of its block, tombstones or erased records tell that all it may have held was deleted, or it is shorter than any message, as a tombstone is. Every command that writes a copy leaves such records out.',
    consequence:
      'With a current index nothing, until the server looks into the block and a length or a sequence was changed. When a server rebuilds (after a crash, a copy, because it is older than the index.db or newer than the .idx) it cuts the block here: every later message in it is lost, and messages come back whose deletes stood here or behind.',
    advice:
      'Write the stream anew (`natsarc repair` or `pack`) before a server has to rebuild it; `preflight` tells what a start does.',
  },
  BLK_LENGTH_IMPLAUSIBLE: {
    severity: 'critical',
    marks: ['loss'],
    title: "A record's length cannot be",
    meaning:
      "A record's length is below the smallest, above 32 MiB, or passes the end of the block, with good records behind it; or it is that of a deleted message, and does not lead to the next record.",
    consequence:
      'A server that rebuilds cuts the block here, and one that takes the index once it reads the block: every later message in it is lost.',
    advice: 'Do not start a server on this copy.',
  },
  BLK_RECORD_MALFORMED: {
    severity: 'critical',
    marks: ['loss', 'its-message'],
    title: 'A record whose parts contradict each other',
    meaning:
      "The checksum fits, but the record's parts do not: header block without its beginning or end, or a subject that nobody can publish to. The checksum does not cover the lengths of record, subject and headers; a flipped bit there that also keeps the structure and the index totals cannot be found by anyone.",
    consequence:
      'The server serves the message as it is, with bytes shifted between subject, headers and payload.',
    advice: 'Compare the message with another copy.',
  },
  BLK_TAIL_TORN: {
    severity: 'info',
    marks: ['loss'],
    title: 'The last block ends in an incomplete record',
    meaning:
      'The last record of the last block is incomplete, and no index lists a message there: a write that a crash cut short. Nothing that was acknowledged and synced is gone.',
    consequence: 'The server cuts the incomplete record off when it starts.',
    advice: 'Nothing.',
  },
  BLK_TRUNCATED: {
    severity: 'critical',
    marks: ['loss'],
    title: 'A block was cut',
    meaning:
      'The block ends before messages that an index lists, or inside a record where nothing should have been writing.',
    consequence: 'The server counts the missing messages as lost, or reports them until they are read.',
    advice: 'Messages are lost. Look for another copy, and at the disk.',
  },
  BLK_EMPTY: {
    severity: 'info',
    title: 'A block of 0 bytes',
    meaning: 'A block without a record, as for a stream that never had a message.',
    consequence: 'None.',
    advice: 'Nothing.',
  },
  BLK_EMPTIED: {
    severity: 'critical',
    marks: ['loss'],
    title: 'A block that should hold messages is empty',
    meaning: 'The file has 0 bytes, but an index lists messages in it.',
    consequence: 'The server counts its messages as lost.',
    advice:
      'Look for another copy, and at the disk: this is what a lost write looks like after a power failure.',
  },
  BLK_MISSING: {
    severity: 'critical',
    marks: ['loss'],
    title: 'A block that should hold messages is missing',
    meaning:
      'index.db is current otherwise and lists this block with messages, or an .idx of 2.9 lists them, but there is no such file.',
    consequence:
      'From 2.11 on the server rebuilds and reports the messages as lost; older ones report them until they are read.',
    advice: 'Look for the file; put it back before starting a server.',
  },
  BLK_ALL_MISSING: {
    severity: 'critical',
    marks: ['loss'],
    title: 'All messages of a stream that had some are gone',
    meaning:
      'There is no block and no index, and something else (a consumer that delivered messages, files of TTLs, schedules or sources) tells that the stream held messages. Servers keep a block even where the last message was deleted. How many were left nothing tells.',
    consequence:
      'The server starts the stream empty and numbers new messages from the start again; consumers that are ahead do not get them, or are pulled back.',
    advice: 'Look for the msgs folder; put it back before starting a server.',
  },
  BLK_NONE: {
    severity: 'warning',
    title: 'A stream without a single block',
    meaning:
      'There is no block and no index. Servers keep a block, if an empty one, even for a stream that never had a message: it was left out or removed, and nothing that is left tells whether it held messages.',
    consequence: 'The server starts the stream empty.',
    advice: 'Look for the msgs folder. A copy that leaves out empty files does the same to an empty stream.',
  },
  BLK_HEAD_DAMAGED: {
    severity: 'critical',
    marks: ['loss'],
    title: 'The beginning of a compressed block is damaged',
    meaning:
      'The block does not begin as a compressed one does (`cmp` 0x01 and an S2 identifier), but chunks in it decode to records of this block.',
    consequence:
      'The server takes what is compressed for records and cuts the whole block: all its messages are lost. Where only the S2 identifier is damaged, 2.10 to 2.12 drop the block, and 2.14 and 2.15 remove the whole stream folder when index.db is not usable.',
    advice: 'Do not start a server on this copy. `natsarc repair` keeps what its chunks hold.',
  },
  BLK_SWAPPED: {
    severity: 'critical',
    marks: ['loss'],
    title: "A block's records belong to another block",
    meaning:
      "No record fits this block's number, but the first fits another's: the file was renamed, copied or exchanged.",
    consequence: 'The server cuts the whole block: all its messages are lost.',
    advice: 'Rename it back.',
  },
  BLK_FOREIGN: {
    severity: 'critical',
    marks: ['loss'],
    title: 'No record of a block belongs to this stream',
    meaning:
      "No record fits this stream's name and this block's number, nor any other number of it: the block belongs to another stream.",
    consequence: 'The server cuts the whole block; a restore exits 0 without its messages.',
    advice: "Find out where it came from. Records are keyed with the stream's name.",
  },
  BLK_NAME_UNKNOWN: {
    severity: 'warning',
    unknown: true,
    marks: ['loss'],
    title: 'A block without a stream name',
    meaning:
      "Checksums are keyed with the stream's name, which a block does not contain; without it they prove nothing.",
    consequence: 'None.',
    advice: 'Give the name: --stream NAME.',
  },
  BLK_NAME_INVALID: {
    severity: 'critical',
    marks: ['loss'],
    title: 'A block file name that servers misread',
    meaning: 'The number has leading zeros. Servers list such files but open the name without zeros.',
    consequence: '2.10 does not load the stream; from 2.11.9 on the whole stream folder is deleted at start.',
    advice: 'Rename it before a server is started.',
  },
  BLK_SEQUENCE_ORDER: {
    severity: 'critical',
    marks: ['loss', 'its-message'],
    title: 'A sequence does not rise',
    meaning:
      "A record's sequence is not above the one before: a part of the block was written twice, or blocks were joined.",
    consequence: 'Servers from 2.11 on ignore the record.',
    advice: 'Compare with another copy.',
  },
  BLK_LAST_COMPRESSED: {
    severity: 'warning',
    title: 'The last block is compressed',
    meaning:
      'The last block is compressed. Servers compress a block only when they have moved on to the next.',
    consequence: 'A server appends plain records to it and ruins it.',
    advice: 'Do not start a server on it; restore from a backup made by a server.',
  },
  BLK_SEQUENCE_HOLE: {
    severity: 'info',
    title: 'Sequences that no block holds and nothing explains',
    meaning:
      'Between two blocks sequences are missing, and no index is there to explain them. Deleting whole blocks leaves this trace; a lost block file would, too.',
    consequence: 'The server counts them as deleted.',
    advice: 'Compare with a backup if that is not expected.',
  },
  BLK_NUMBER_MISSING: {
    severity: 'warning',
    marks: ['loss', 'suspect'],
    title: 'A block number is missing, and sequences that nothing explains with it',
    meaning:
      'Between two blocks a number and sequences are missing, and neither an index nor tombstones tell that they were deleted. A server removes a block once all of it is deleted, and by limits without a trace; a block file that was lost or emptied looks the same.',
    consequence: 'The server counts the sequences as deleted.',
    advice: 'Compare with a backup: up to as many messages may be lost.',
  },
} as const satisfies Record<string, CatalogEntry>;
