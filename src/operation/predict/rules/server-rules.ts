import { SERVER_GENERATIONS, type ServerGeneration } from '../../../core/server-generation.ts';
import { API_LEVELS } from '../../../format/config-schema/since.ts';

/**
 * What tells one server generation from another when it opens a store: the only place for it. Each line is the newest
 * patch release known; read in its source, confirmed by running it (test/conformance/oracle.test.ts).
 */
export interface ServerRules {
  readonly server: ServerGeneration;
  /** Highest version of index.db that is taken; 0: the server knows no index.db. */
  readonly indexVersion: number;
  /** A file is a block whose name begins like that of one: `1.blk.tmp`. */
  readonly takesCopies: boolean;
  /** A listed block that is not there makes the index unusable; else only the last listed one does. */
  readonly missesBlocks: boolean;
  /** A block whose `.idx` is believed is walked all the same, to find its subjects; else only where it has no `.fss` that fits. */
  readonly walksIndexedBlocks: boolean;
  /** Delete tombstones are honoured. */
  readonly tombstones: boolean;
  /** Where a block without messages goes on: behind the lowest or the highest sequence its tombstones name. */
  readonly emptyBlockFollows: 'lowest' | 'highest';
  /** Tombstones of a block are still used for its place where the block was cut before any message. */
  readonly cutBlockKeepsPlace: boolean;
  /** A stream without messages so far takes its first and last sequence from the next block. */
  readonly emptyStreamRestarts: boolean;
  /** An empty block is moved behind the last sequence of the stream. */
  readonly emptyBlockMoves: boolean;
  /** The last sequence of an index that is not taken is remembered: always, or only where records were lost. */
  readonly remembersLast: 'never' | 'after-loss' | 'always';
  /** `compression: s2` is understood. */
  readonly compression: boolean;
  /** A block that cannot be decoded takes with it: itself, or the stream's whole folder. */
  readonly undecodable: 'block' | 'stream';
  /** A header bit set in a record too short for a header length ends the server. */
  readonly panicsOnShortHeader: boolean;
  /** A header length that leads out of its message ends the server that reads it; else the message cannot be read. */
  readonly panicsOnOverlongHeader: boolean;
  /** Of which source a message is from is told by stream, filter and destination; else by the stream. */
  readonly composesSources: boolean;
  /** A message with such a length that a tombstone buries ends the server, since it cannot be taken out. */
  readonly panicsOnBuried: boolean;
  /**
   * What a walk through records whose sums it does not check does beside going by their lengths: it lists the gaps
   * between records (`gaps`), also that before the first (`slots`), or demands that they begin, go on and end where the
   * index says (`places`).
   */
  readonly walk: 'gaps' | 'slots' | 'places';
  /** Counted anew, a stream ends where its last block does, wherever others end. */
  readonly endsWithLastBlock: boolean;
  /** To count what a consumer waits for, blocks are loaded for their subjects, which no file tells. */
  readonly loadsSubjects: boolean;
  /** Nothing is loaded to count what a consumer waits for that begins at the first message, or before the blocks of its subject. */
  readonly countsByIndex: boolean;
  /** The last message is loaded at the start, and its block walked for it. */
  readonly walksLastBlock: boolean;
  /** A bad record met while TTLs, schedules or sources are looked for ends the server. */
  readonly panicsOnScan: boolean;
  /** A message that cannot be read ends the server where a limit takes it. */
  readonly panicsOnRemoval: boolean;
  /** A block that is cut while TTLs and schedules are looked for in it is looked at for ever: always, or where none is left in it. */
  readonly scansForEver: 'never' | 'after-cut' | 'without-any';
  /** A stream or consumer that asks for a higher API level, or has unknown fields, takes the stream offline. */
  readonly apiLevel: number | null;
  /** A meta.inf of a consumer ends where its JSON does, whatever stands behind. */
  readonly readsFirstJson: boolean;
  /** A request to restore with an unknown field is refused. */
  readonly strictRequests: boolean;
  /** `template_owner` is an unknown field. */
  readonly forgotTemplates: boolean;
  /** A consumer whose o.dat cannot be read begins anew, is deleted with what only it wanted, or is left alone. */
  readonly brokenConsumer: 'renewed' | 'deleted' | 'left';
  /**
   * What is removed from an interest stream at its start: messages below an ack floor or acknowledged above it (`all`),
   * below the floor only (`floor`); in `own` also what its own filter does not select, and its own interest counts.
   */
  readonly interest: 'all' | 'floor' | 'own';
  /** A second consumer of one name in a backup updates the first, which takes from an interest stream what none wants. */
  readonly cleansOnUpdate: boolean;
  /** A restored consumer's filter has to be part of what its stream holds. */
  readonly fitsFilters: boolean;
  /** `max_consumers` holds at a start too, not only where a consumer is made or restored. */
  readonly limitsConsumersAtStart: boolean;
  /** `consumer_limits` are known. */
  readonly consumerLimits: boolean;
  /** A consumer that was given more than the stream holds goes back to the stream's end. */
  readonly rewindsConsumers: boolean;
  /** Messages over a limit go at the start even where new ones are to be refused. */
  readonly limitsRefusing: boolean;
  /** A limit takes whole blocks without a look at them; else message by message. */
  readonly limitsTakeBlocks: boolean;
  /** A limit is given up where it meets a block that is cut; else it goes on, with a count that the cut did not change. */
  readonly limitsEndAtCut: boolean;
  /** `first_seq` is known. */
  readonly firstSequence: boolean;
  /** Per-message TTLs are known. */
  readonly messageTtl: boolean;
  /** A thw.db that is cut is taken all the same. */
  readonly takesCutWheel: boolean;
  /** Scheduled messages are known. */
  readonly messageSchedules: boolean;
}

const RULES_2_9: ServerRules = {
  server: '2.9',
  indexVersion: 0,
  takesCopies: true,
  missesBlocks: false,
  walksIndexedBlocks: false,
  tombstones: false,
  emptyBlockFollows: 'lowest',
  cutBlockKeepsPlace: false,
  emptyStreamRestarts: false,
  emptyBlockMoves: false,
  remembersLast: 'never',
  compression: false,
  undecodable: 'block',
  panicsOnShortHeader: true,
  panicsOnOverlongHeader: true,
  composesSources: false,
  panicsOnBuried: false,
  walk: 'gaps',
  endsWithLastBlock: true,
  loadsSubjects: false,
  countsByIndex: false,
  walksLastBlock: false,
  panicsOnScan: false,
  panicsOnRemoval: false,
  scansForEver: 'never',
  apiLevel: null,
  readsFirstJson: false,
  strictRequests: false,
  forgotTemplates: false,
  brokenConsumer: 'renewed',
  interest: 'all',
  cleansOnUpdate: false,
  fitsFilters: true,
  limitsRefusing: true,
  limitsTakeBlocks: false,
  limitsEndAtCut: true,
  limitsConsumersAtStart: true,
  consumerLimits: false,
  rewindsConsumers: false,
  firstSequence: false,
  messageTtl: false,
  takesCutWheel: false,
  messageSchedules: false,
};

const RULES_2_10: ServerRules = {
  ...RULES_2_9,
  server: '2.10',
  indexVersion: 1,
  composesSources: true,
  takesCopies: false,
  walksIndexedBlocks: true,
  walk: 'slots',
  endsWithLastBlock: false,
  loadsSubjects: true,
  tombstones: true,
  remembersLast: 'after-loss',
  compression: true,
  firstSequence: true,
  interest: 'floor',
  cleansOnUpdate: true,
  fitsFilters: false,
  limitsRefusing: false,
  consumerLimits: true,
};

const RULES_2_11: ServerRules = {
  ...RULES_2_10,
  server: '2.11',
  indexVersion: 2,
  missesBlocks: true,
  limitsTakeBlocks: true,
  panicsOnOverlongHeader: false,
  walk: 'places',
  scansForEver: 'after-cut',
  emptyBlockFollows: 'highest',
  emptyStreamRestarts: true,
  remembersLast: 'always',
  apiLevel: API_LEVELS['2.11'],
  readsFirstJson: true,
  brokenConsumer: 'deleted',
  interest: 'own',
  cleansOnUpdate: false,
  messageTtl: true,
  takesCutWheel: true,
};

const RULES_2_12: ServerRules = {
  ...RULES_2_11,
  server: '2.12',
  indexVersion: 3,
  limitsConsumersAtStart: false,
  emptyBlockMoves: true,
  takesCutWheel: false,
  messageSchedules: true,
  panicsOnShortHeader: false,
  strictRequests: true,
  apiLevel: API_LEVELS['2.12'],
};

const RULES_2_14: ServerRules = {
  ...RULES_2_12,
  server: '2.14',
  indexVersion: 4,
  cutBlockKeepsPlace: true,
  panicsOnRemoval: true,
  limitsEndAtCut: false,
  panicsOnBuried: true,
  undecodable: 'stream',
  scansForEver: 'without-any',
  apiLevel: API_LEVELS['2.14'],
  forgotTemplates: true,
  rewindsConsumers: true,
};

const RULES_2_15: ServerRules = {
  ...RULES_2_14,
  server: '2.15',
  walksLastBlock: true,
  countsByIndex: true,
  panicsOnScan: true,
  scansForEver: 'never',
  brokenConsumer: 'left',
  apiLevel: API_LEVELS['2.15'],
};

/** The rules of each generation. */
export const RULES_OF: Readonly<Record<ServerGeneration, ServerRules>> = {
  '2.9': RULES_2_9,
  '2.10': RULES_2_10,
  '2.11': RULES_2_11,
  '2.12': RULES_2_12,
  '2.14': RULES_2_14,
  '2.15': RULES_2_15,
};

/** Oldest generation first. */
export const SERVER_RULES: readonly ServerRules[] = SERVER_GENERATIONS.map(
  (generation) => RULES_OF[generation],
);
