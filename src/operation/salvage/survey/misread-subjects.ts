import { isSubjectPattern, subjectMatches } from '../../../core/subject.ts';
import { hasMark } from '../../../findings/marks.ts';
import { isCopy, listenedSubjects } from '../../../model/listened-subjects.ts';
import type { StreamArchive } from '../../../model/stream-archive.ts';
import type { SubjectTally } from '../../../workers/jobs/tally.ts';
import { eachMessage, type SurveyOptions } from '../blocks/each-message.ts';
import type { RunMessage } from '../blocks/message-run.ts';

/** Where in a message its subject ends, as its record says and as it must have been. */
export interface SubjectEnds {
  readonly saidBytes: number;
  readonly trueBytes: number;
}

/** Messages of one stream whose subjects cannot be: the length of a subject is outside the checksum. */
export interface MisreadSubjects {
  /** By sequence: one other length alone gives a subject that fits. */
  readonly mended: ReadonlyMap<bigint, SubjectEnds>;
  /** How many messages have another subject than they had, and nothing tells which or what. */
  readonly doubtful: number;
  /** The first of these, where it is known. */
  readonly firstDoubtful: bigint | null;
}

/** Which subjects cannot be, and of how many messages; and which others these may have had. Subjects are latin1 text of their bytes. */
interface Unfit {
  readonly surplus: ReadonlyMap<string, number>;
  /** So many messages of these are missing. */
  readonly short: ReadonlyMap<string, number>;
  /** Whether a message of a subject that cannot be was misread also where none of `short` explains it. */
  readonly isUnfit: (message: RunMessage) => boolean;
}

/** A stream that took other subjects once has many such messages. */
const MOST_UNFIT_MESSAGES = 10_000;

type Subjects = ReadonlyMap<string, Pick<SubjectTally, 'messages'>>;

/** Above, adding subjects up takes several times as long as all else. */
const MOST_TALLIED_BYTES = 64 * 1024 * 1024;

/** Whether it costs little to look at the subject of each message. */
export function isQuicklyTallied({ parts }: StreamArchive): boolean {
  return parts.sizeBytes <= MOST_TALLIED_BYTES;
}

/** Whether the configuration tells which subjects messages can have; where index.db is current, that tells it better. */
export function tellsSubjects(archive: StreamArchive): boolean {
  const { config, form, findings, indexStanding, name } = archive;
  if (config === null || form === 'v2' || indexStanding === 'current' || config['name'] !== name)
    return false;
  if (!isQuicklyTallied(archive)) return false;
  if (isCopy(config) || (config['subject_transform'] ?? null) !== null) return false;
  return !hasMark(findings, 'stream-config') && !listenedSubjects(config).includes('>');
}

/**
 * Finds the messages whose subject is none of those that index.db counts or, without one that is current, of the configuration.
 * `found`: all subjects of the messages that `asked` gives. null where every subject can be.
 */
export async function misreadSubjects(
  archive: StreamArchive,
  found: Subjects,
  asked: SurveyOptions,
): Promise<MisreadSubjects | null> {
  const unfit = archive.indexStanding === 'current' ? byIndex(archive, found) : byConfig(archive, found);
  const wrong = [...unfit.surplus].reduce((sum, [, messages]) => sum + messages, 0);
  if (wrong === 0 || (wrong > MOST_UNFIT_MESSAGES && archive.indexStanding !== 'current')) return null;
  const told = new Told(unfit.short);
  for (const [subject, some] of await suspectsOf(unfit, asked))
    told.take(some, unfit.surplus.get(subject) ?? 0, found.get(subject)?.messages ?? 0);
  return told.mended.size + told.doubtful === 0 ? null : told;
}

/** Decides of the messages of one subject after the other. */
class Told implements MisreadSubjects {
  readonly mended: Map<bigint, SubjectEnds> = new Map();
  doubtful = 0;
  firstDoubtful: bigint | null = null;
  readonly #left: Map<string, number>;

  constructor(short: Unfit['short']) {
    this.#left = new Map(short);
  }

  /** `held`: how many messages have the subject, of which so many too much. */
  take(suspects: readonly Suspect[], surplus: number, held: number): void {
    if (surplus === held) {
      for (const suspect of suspects) if (!this.#mend(suspect)) this.#doubt(suspect.seq);
      return;
    }
    // Others have it rightly: those that can be explained must be as many as there are too many.
    const explained = suspects.filter(({ ends }) => ends.length > 0);
    if (explained.length === surplus)
      for (const suspect of explained) {
        if (!this.#mend(suspect)) this.#doubt(suspect.seq);
      }
    else this.doubtful += surplus;
  }

  #mend({ seq, saidBytes, ends }: Suspect): boolean {
    const [end, ...others] = ends;
    if (end === undefined || others.length > 0) return false;
    const left = this.#left.get(end.subject) ?? 0;
    if (left === 0) return false;
    this.#left.set(end.subject, left - 1);
    this.mended.set(seq, { saidBytes, trueBytes: end.subject.length });
    return true;
  }

  #doubt(seq: bigint): void {
    this.doubtful++;
    this.firstDoubtful ??= seq;
  }
}

function byIndex({ index }: StreamArchive, found: Subjects): Unfit {
  const surplus = new Map(Array.from(found, ([subject, { messages }]) => [subject, messages]));
  const short = new Map<string, number>();
  for (const { subject, messages } of index?.subjects() ?? []) {
    const text = Buffer.from(subject).toString('latin1');
    const more = (surplus.get(text) ?? 0) - Number(messages);
    surplus.delete(text);
    if (more > 0) surplus.set(text, more);
    else if (more < 0) short.set(text, -more);
  }
  return { surplus, short, isUnfit: () => true };
}

/** Messages of subjects that the stream listened to once are no damage: one that is reads on as a subject that fits. */
function byConfig({ config }: StreamArchive, found: Subjects): Unfit {
  const patterns = listenedSubjects(config ?? {});
  const fits = (text: string): boolean => {
    const subject = Buffer.from(text, 'latin1').toString();
    return isSubjectPattern(subject) && patterns.some((pattern) => subjectMatches(pattern, subject));
  };
  const surplus = new Map<string, number>();
  const short = new Map<string, number>();
  for (const [subject, { messages }] of found)
    if (fits(subject)) short.set(subject, Infinity);
    else surplus.set(subject, messages);
  const isUnfit = (message: RunMessage): boolean => {
    const text = bodyOf(message, LONGEST_SUBJECT_BYTES).toString('latin1');
    return Array.from(text, (_, at) => text.slice(0, at + 1)).some(fits);
  };
  return { surplus, short, isUnfit };
}

const LONGEST_SUBJECT_BYTES = 256;

interface Suspect {
  readonly seq: bigint;
  readonly saidBytes: number;
  /** Every other length that gives a subject of which messages are missing. */
  readonly ends: readonly { readonly subject: string }[];
}

/** The messages of subjects that cannot be, by these subjects. */
async function suspectsOf(unfit: Unfit, asked: SurveyOptions): Promise<ReadonlyMap<string, Suspect[]>> {
  const longest = [...unfit.short.keys()].reduce((most, { length }) => Math.max(most, length), 0);
  const suspects = new Map<string, Suspect[]>();
  await eachMessage(asked, (message) => {
    const subject = Buffer.from(message.subject).toString('latin1');
    if (!unfit.surplus.has(subject)) return;
    const ends = endsIn(bodyOf(message, longest).toString('latin1'), unfit.short);
    if (ends.length === 0 && !unfit.isUnfit(message)) return;
    const some = suspects.get(subject) ?? [];
    some.push({ seq: message.seq, saidBytes: subject.length, ends });
    suspects.set(subject, some);
  });
  return suspects;
}

function endsIn(text: string, known: ReadonlyMap<string, number>): Suspect['ends'] {
  return Array.from(text, (_, at) => ({ subject: text.slice(0, at + 1) })).filter(({ subject }) =>
    known.has(subject),
  );
}

/** The first bytes of subject and payload; none where a header block, which tells its own end, lies between. */
function bodyOf({ subject, header, data }: RunMessage, mostBytes: number): Buffer {
  if (header !== null) return Buffer.alloc(0);
  return Buffer.concat([subject.subarray(0, mostBytes), data.subarray(0, mostBytes)]).subarray(0, mostBytes);
}
