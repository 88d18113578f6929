import { textField, type JsonObject } from '../../core/json.ts';
import { hasMark } from '../../findings/marks.ts';
import { streamConfigFaults, withoutFaults } from '../../format/config-schema/check.ts';
import { parseStreamMeta } from '../../format/stream-meta/parse.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import type { NoteCode } from './loss-codes.ts';
import { mendMeta } from './mend-meta.ts';
import type { SalvagedStream } from './salvaged-stream.ts';
import type { Survey } from './survey.ts';

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

/** What was given; else meta.inf where it is whole, here or in another source; else backup.json; else what is left of it. */
export function chooseConfig(
  sources: readonly SalvagedStream[],
  given: JsonObject | undefined,
  found: Survey,
  name: string,
): ChosenConfig {
  const [own, ...others] = sources;
  const created = sources.map(({ archive }) => archive.created).find((time) => time !== null) ?? null;
  const from = (config: JsonObject, code: NoteCode | null, text = '', isLoss = false): ChosenConfig => ({
    config,
    created,
    said: code === null ? null : { code, text },
    isLoss,
    leftOut: [],
  });
  /** Of one without a sum to vouch for it. */
  const without = (own: JsonObject, chosen: (left: JsonObject) => ChosenConfig): ChosenConfig => {
    const left = withoutFaults(own, streamConfigFaults);
    return { ...chosen(left), leftOut: Object.keys(own).filter((field) => !(field in left)) };
  };
  if (given !== undefined) return from(given, 'CONFIG_GIVEN', 'the configuration is the one given');
  if (own === undefined) return from(minimalConfig(name, found), null);
  const { archive } = own;
  const isForeign = (textField(archive.config ?? {}, 'name') ?? name) !== name;
  if (archive.config !== null && isIntact(own) && !isForeign)
    return hasNoSum(archive)
      ? without(archive.config, (left) => from(left, null))
      : from(archive.config, null);
  const mended = mendMeta(archive, '', name, parseStreamMeta);
  if (mended !== null)
    return {
      ...from(mended.meta.config, 'META_MENDED', mended.said),
      created: mended.meta.created,
    };
  const healer = others.find((other) => other.archive.config !== null && isIntact(other))?.archive;
  if (healer?.config)
    return from(healer.config, 'META_FROM_OTHER', `the configuration is that of ${healer.parts.label}`);
  if (archive.manifest !== null)
    return without(archive.manifest.config, (left) =>
      from(left, 'META_CORRUPT', 'meta.inf is lost or wrong: the configuration is that of backup.json'),
    );
  if (archive.config !== null && isForeign)
    return without(archive.config, (left) =>
      from(
        withoutLimits(left),
        'LIMITS_FOREIGN',
        'the configuration is that of another stream: its limits, and a retention that removes, were lifted',
        true,
      ),
    );
  if (archive.config !== null)
    return without(archive.config, (left) =>
      from(
        left,
        'META_SUM_MISMATCH',
        'meta.inf does not fit its sum, and there is no other: what is left of it was taken',
        true,
      ),
    );
  const said =
    'no configuration is left: name and subjects are those of the messages, everything else is a default';
  return from(minimalConfig(name, found), 'META_MISSING', said, !isBareBlock(own));
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
