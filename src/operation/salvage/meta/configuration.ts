import { placeName } from '../../../container/entries.ts';
import { integerField, textField, type JsonObject } from '../../../core/json.ts';
import { nameText } from '../../../core/name.ts';
import { subjectMatches } from '../../../core/subject.ts';
import { hasMark } from '../../../findings/marks.ts';
import { streamConfigFaults, withoutFaults } from '../../../format/config-schema/check.ts';
import { parseStreamMeta } from '../../../format/stream-meta/parse.ts';
import { listenedSubjects } from '../../../model/listened-subjects.ts';
import type { StreamArchive } from '../../../model/stream-archive.ts';
import type { NoteCode } from '../loss-codes.ts';
import { mendMeta } from './mend-meta.ts';
import type { SalvagedStream } from '../stream/salvaged-stream.ts';
import type { Survey } from '../survey/survey.ts';

/** The configuration that is written, and where it is from. */
export interface ChosenConfig {
  readonly config: JsonObject;
  readonly created: string | null;
  /** null: the archive's own, whole. */
  readonly said: { readonly code: NoteCode; readonly text: string } | null;
  /** Whether something of it is gone. */
  readonly isLoss: boolean;
  /** Fields that were left out, since no server knows them or accepts what they say. */
  readonly leftOut: readonly string[];
}

/** One source's configuration; `created` where it tells it too. */
type Choice = Omit<ChosenConfig, 'created'> & Partial<Pick<ChosenConfig, 'created'>>;

/** What was given; else meta.inf where it is whole, here or in another source, with the higher limits of backup.json; else backup.json; else what is left of it. */
export function chooseConfig(
  sources: readonly SalvagedStream[],
  given: JsonObject | undefined,
  found: Survey,
  name: string,
): ChosenConfig {
  const [own, ...others] = sources;
  const created = sources.map(({ archive }) => archive.created).find((time) => time !== null) ?? null;
  if (given !== undefined)
    return { created, ...choice(given, 'CONFIG_GIVEN', 'the configuration is the one given') };
  if (own === undefined) return { created, ...choice(minimalConfig(name, found), null) };
  const chosen =
    wholeConfig(own, name) ??
    mendedConfig(own, name) ??
    configOfOther(others) ??
    declaredConfig(own) ??
    foreignConfig(own, name, found) ??
    damagedConfig(own) ??
    configOfMessages(own, name, found);
  return { created, ...chosen };
}

function choice(config: JsonObject, code: NoteCode | null, text = '', isLoss = false): Choice {
  return { config, said: code === null ? null : { code, text }, isLoss, leftOut: [] };
}

/** Of a configuration without a sum to vouch for it: faulty fields are left out. */
function unproven(own: JsonObject, chosen: (left: JsonObject) => Choice): Choice {
  const left = withoutFaults(own, streamConfigFaults);
  return { ...chosen(left), leftOut: Object.keys(own).filter((field) => !(field in left)) };
}

/** Whether it names another stream: then its messages tell whether its subjects are theirs. */
export function isForeign({ archive }: Pick<SalvagedStream, 'archive'>, name: string): boolean {
  return (textField(archive.config ?? {}, 'name') ?? name) !== name;
}

function wholeConfig(own: SalvagedStream, name: string): Choice | null {
  const { config } = own.archive;
  if (config === null || !isIntact(own) || isForeign(own, name)) return null;
  if (hasNoSum(own.archive)) return unproven(config, (left) => choice(left, null));
  const wider = widerLimits(own.archive, name);
  if (wider === null) return choice(config, null);
  const text = 'limits are those of backup.json, with which servers restore it: those of meta.inf are lower';
  return choice(wider, 'LIMITS_DECLARED', text);
}

const LIMITS = ['max_msgs', 'max_bytes', 'max_age', 'max_msgs_per_subject'] as const;

/** A configuration with each limit that is higher in the one by which servers restore the stream; null where none is. */
export function widerLimits({ config, manifest }: StreamArchive, name: string): JsonObject | null {
  const declared = manifest?.config ?? {};
  if (config === null || textField(declared, 'name') !== name) return null;
  const wider = LIMITS.filter((field) => {
    const [own, other] = [integerField(config, field), integerField(declared, field)];
    return own !== null && other !== null && own > 0n && (other <= 0n || other > own);
  });
  if (wider.length === 0) return null;
  return { ...config, ...Object.fromEntries(wider.map((field) => [field, declared[field] ?? -1])) };
}

function mendedConfig({ archive }: SalvagedStream, name: string): Choice | null {
  const mended = mendMeta(archive, '', name, parseStreamMeta);
  if (mended === null) return null;
  const { config, created } = mended.meta;
  return { ...choice(config, 'META_MENDED', mended.said), created };
}

function configOfOther(others: readonly SalvagedStream[]): Choice | null {
  const healer = others.find((other) => other.archive.config !== null && isIntact(other));
  if (!healer?.archive.config) return null;
  const { config, parts } = healer.archive;
  const place = healer.pathOf?.(parts.label) ?? placeName(parts);
  return choice(config, 'META_FROM_OTHER', `the configuration is that of ${place}`);
}

function declaredConfig({ archive: { manifest } }: SalvagedStream): Choice | null {
  if (manifest === null) return null;
  const text = 'meta.inf is lost or wrong: the configuration is that of backup.json';
  return unproven(manifest.config, (left) => choice(left, 'META_CORRUPT', text));
}

function foreignConfig(own: SalvagedStream, name: string, found: Survey): Choice | null {
  const { config } = own.archive;
  if (config === null || !isForeign(own, name)) return null;
  if (!hasSubjectsOf(config, found)) {
    const other = `meta.inf is that of another stream, ${nameText(textField(config, 'name') ?? '')}`;
    const instead = 'name and subjects are those of the messages, everything else is a default';
    return choice(minimalConfig(name, found), 'LIMITS_FOREIGN', `${other}: ${instead}`, true);
  }
  const text =
    'the configuration is that of another stream: its limits, and a retention that removes, were lifted';
  return unproven(config, (left) => choice(withoutLimits(left), 'LIMITS_FOREIGN', text, true));
}

/** Whether there are messages, and the stream of a configuration would listen to all of them. */
function hasSubjectsOf(config: JsonObject, { total }: Survey): boolean {
  const patterns = listenedSubjects(config);
  const subjects = [...total.subjects.keys()].map((text) => Buffer.from(text, 'latin1').toString());
  return (
    subjects.length > 0 &&
    subjects.every((subject) => patterns.some((pattern) => subjectMatches(pattern, subject)))
  );
}

function damagedConfig({ archive: { config } }: SalvagedStream): Choice | null {
  if (config === null) return null;
  const text = 'meta.inf does not fit its sum, and there is no other: what is left of it was taken';
  return unproven(config, (left) => choice(left, 'META_SUM_MISMATCH', text, true));
}

function configOfMessages(own: SalvagedStream, name: string, found: Survey): Choice {
  const text =
    'no configuration is left: name and subjects are those of the messages, everything else is a default';
  return choice(minimalConfig(name, found), 'META_MISSING', text, !isBareBlock(own));
}

/** A form without meta.inf has its configuration in backup.json alone. */
function isIntact({ archive }: SalvagedStream): boolean {
  return archive.form === 'v2' || !hasMark(archive.findings, 'stream-config');
}

/** Nothing tells whether such a configuration is what the server wrote. */
function hasNoSum({ form, findings }: StreamArchive): boolean {
  return form === 'v2' || findings.some(({ code }) => code === 'META_SUM_MISSING');
}

function isBareBlock({ archive: { parts } }: SalvagedStream): boolean {
  return parts.form === 'store' && parts.entries.every((entry) => entry.path.startsWith('msgs/'));
}

const MOST_SUBJECTS = 500;

/** What a stream needs so that a server takes it. */
function minimalConfig(name: string, found: Survey): JsonObject {
  const subjects = [...found.total.subjects.keys()].map((text) =>
    Buffer.from(text, 'latin1').toString('utf8'),
  );
  return {
    name,
    subjects: coveringSubjects(name, subjects),
    retention: 'limits',
    max_consumers: -1,
    max_msgs: -1,
    max_bytes: -1,
    max_age: 0,
    max_msgs_per_subject: -1,
    max_msg_size: -1,
    discard: 'old',
    storage: 'file',
    num_replicas: 1,
  };
}

/** The subjects themselves while they are few; else everything below their first tokens. */
function coveringSubjects(name: string, subjects: readonly string[]): string[] {
  const bucket = /^(KV|OBJ)_(.+)$/.exec(name);
  if (bucket?.[1] === 'KV') return [`$KV.${bucket[2]}.>`];
  if (bucket?.[1] === 'OBJ') return [`$O.${bucket[2]}.C.>`, `$O.${bucket[2]}.M.>`];
  if (subjects.length === 0) return [name];
  const covering = new Set<string>();
  for (const subject of subjects) {
    const dot = subject.indexOf('.');
    covering.add(dot < 0 ? subject : `${subject.slice(0, dot)}.>`);
    if (covering.size > MOST_SUBJECTS) return ['>'];
  }
  return [...covering].toSorted();
}

/** What would remove the messages again as soon as a server has them. */
export function withoutLimits(config: JsonObject): JsonObject {
  const { allow_msg_ttl: _, ...rest } = config;
  return {
    ...rest,
    retention: 'limits',
    max_msgs: -1,
    max_bytes: -1,
    max_age: 0,
    max_msgs_per_subject: -1,
  };
}
