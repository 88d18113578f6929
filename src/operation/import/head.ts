import type { JsonObject, JsonValue } from '../../core/json.ts';
import { isStreamName } from '../../core/name.ts';
import { parseTimeNs } from '../../core/time.ts';
import type { ConsumerArchive } from '../../model/stream-archive.ts';
import { importedConsumer } from './consumer.ts';
import { Fields } from './fields.ts';
import type { Fail } from './json-reader.ts';

/** What an export says of the stream's state. */
export interface DeclaredExportState {
  readonly messages: bigint;
  readonly bytes: bigint | null;
  readonly firstSeq: bigint;
  readonly firstTimeNs: bigint | null;
  readonly lastSeq: bigint;
  readonly lastTimeNs: bigint | null;
  readonly numSubjects: bigint | null;
  readonly numDeleted: bigint | null;
}

/** What an export says before its messages, every field checked. */
export interface ImportedHead {
  readonly account: string | null;
  readonly name: string;
  readonly created: string | null;
  readonly config: JsonObject | null;
  readonly state: DeclaredExportState | null;
  readonly consumers: readonly ConsumerArchive[];
  /** How many messages were to follow where filters chose them; null: all of the stream. */
  readonly selectedMessages: bigint | null;
}

const NAMES = [
  'type',
  'tool',
  'account',
  'name',
  'created',
  'config',
  'state',
  'consumers',
  'filters',
  'selected_messages',
] as const;
/** There where the export was filtered. */
const OF_FILTERS: readonly string[] = ['filters', 'selected_messages'];
const TYPE = 'natsarc.v1.export';

/** Collects the fields of a head in the order in which they come, and reads them when all are there. */
export class HeadFields {
  readonly #values: { [name: string]: JsonValue } = {};
  readonly #places = new Map<string, Fail>();

  add(name: string, value: JsonValue, fail: Fail): void {
    if (name === 'type' && value !== TYPE) fail(`type: ${TYPE} expected`);
    if (!NAMES.some((known) => known === name)) fail(`${name} is not known here`);
    this.#values[name] = value;
    this.#places.set(name, fail);
  }

  /** `fail`: for what is missing. */
  read(fail: Fail): ImportedHead {
    const isFiltered = this.#values['filters'] !== undefined;
    const missing = NAMES.find(
      (name) => this.#values[name] === undefined && !(OF_FILTERS.includes(name) && !isFiltered),
    );
    if (missing !== undefined) fail(`${missing} is missing: no export of natsarc, or one that was cut off`);
    const at = (name: string): Fields => new Fields(this.#values, 'export', this.#places.get(name) ?? fail);
    at('tool').fields('tool').only('name', 'version').text('version');
    const name = at('name').text('name');
    at('name').must(isStreamName(name), `${name} is no stream name`);
    const created = at('created').textOrNull('created');
    if (created !== null) at('created').timeNs('created');
    const config = at('config').objectOrNull('config');
    at('config').must((config?.['name'] ?? name) === name, 'config has another name than the stream');
    const consumers = at('consumers').list('consumers').map(importedConsumer);
    const names = new Set(consumers.map((consumer) => consumer.name));
    at('consumers').must(names.size === consumers.length, 'two consumers have the same name');
    if (isFiltered) at('filters').object('filters');
    return {
      account: at('account').textOrNull('account'),
      name,
      created,
      config,
      state: at('state').isNull('state') ? null : declaredState(at('state').fields('state')),
      consumers,
      selectedMessages: isFiltered ? at('selected_messages').count('selected_messages') : null,
    };
  }
}

function declaredState(fields: Fields): DeclaredExportState {
  fields.only(
    'messages',
    'bytes',
    'first_seq',
    'first_ts',
    'last_seq',
    'last_ts',
    'num_subjects',
    'num_deleted',
    'consumer_count',
  );
  fields.count('consumer_count');
  return {
    messages: fields.count('messages'),
    bytes: fields.countOrNull('bytes'),
    firstSeq: fields.count('first_seq'),
    firstTimeNs: stateTimeNs(fields, 'first_ts'),
    lastSeq: fields.count('last_seq'),
    lastTimeNs: stateTimeNs(fields, 'last_ts'),
    numSubjects: fields.countOrNull('num_subjects'),
    numDeleted: fields.countOrNull('num_deleted'),
  };
}

/** Go's zero time, in year 1, means none. */
function stateTimeNs(fields: Fields, name: string): bigint | null {
  const text = fields.textOrNull(name);
  return text === null || (parseTimeNs(text) ?? 0n) === GO_ZERO_NS ? null : fields.timeNs(name);
}

const GO_ZERO_NS = parseTimeNs('0001-01-01T00:00:00Z');
