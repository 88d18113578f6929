import { RefusedError, UsageError } from '../../core/error.ts';
import { liveStoreFindings } from '../server/live-store.ts';
import type { StreamParts } from '../../container/entry.ts';
import { isDamage } from '../../findings/status.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import { streamMessages } from '../cat/stream-messages.ts';
import type { EmitMessages } from '../cat/sift.ts';
import type { CatResult } from '../cat/types.ts';
import { MessageSieve } from '../filter/message-sieve.ts';
import { filterReport } from '../filter/report.ts';
import type { MessageFilter } from '../filter/types.ts';
import { inspectFileStream } from '../inspect/file-stream.ts';
import { inspectV2Stream } from '../inspect/v2-stream.ts';
import { loadStream, streamNameOf } from '../open/load-stream.ts';
import { withArchive, type Archive } from '../open/open-archive.ts';
import { TOOL } from '../open/report-source.ts';
import type { SelectOptions, StreamState } from '../types.ts';
import { exportedConsumer } from './consumers.ts';
import type { ExportHead } from './types.ts';

/** Who takes an export: first the head, then the messages that pass, in lots. */
export interface ExportTaker {
  readonly begin: (head: ExportHead) => Promise<void>;
  readonly messages: EmitMessages;
}

const MOST_NAMES = 10;

/**
 * Gives out one whole stream: what it is, then its live messages in sequence order, as far as they can be read; what cannot
 * is in `findings`. Throws SourceError, CancelledError, UsageError where not exactly one stream is selected.
 */
export async function exportStream(
  path: string,
  options: SelectOptions & MessageFilter,
  taker: ExportTaker,
): Promise<CatResult> {
  const sieve = new MessageSieve(options);
  const filters = filterReport(options);
  return withArchive(path, options, async (work) => {
    const parts = onlyStream(work);
    const archive = loadStream(parts);
    await taker.begin({
      type: 'natsarc.v1.export',
      tool: TOOL,
      account: archive.account,
      name: archive.name,
      created: archive.created,
      config: archive.config,
      state: await stateOf(archive, parts, work),
      consumers: archive.consumers.map(exportedConsumer),
      ...(Object.keys(filters).length === 0
        ? {}
        : { filters, selected_messages: await countOf({ archive, parts }, work, options) }),
    });
    let messages = 0;
    const { held, findings, notes } = await streamMessages({ archive, parts }, work, sieve, (lot) => {
      messages += lot.length;
      return taker.messages(lot);
    });
    const all = [...liveStoreFindings(work.container), ...findings];
    return { messages, held, findings: all, notes, leftOut: [] };
  });
}

/** Filters let pass what only a look at each message can tell; who reads the export can then tell whether it is all there. */
async function countOf(
  stream: { readonly archive: StreamArchive; readonly parts: StreamParts },
  work: Archive,
  filter: MessageFilter,
): Promise<number> {
  let messages = 0;
  await streamMessages(stream, work, new MessageSieve(filter), (lot) => {
    messages += lot.length;
  });
  return messages;
}

function onlyStream(work: Archive): StreamParts {
  const [parts, other] = work.selected;
  if (parts === undefined) throw new RefusedError(`there is no stream in ${work.container.path}`);
  if (other === undefined) return parts;
  const names = work.selected.slice(0, MOST_NAMES).map((one) => {
    const name = streamNameOf(one);
    return one.account === null ? name : `${one.account}/${name}`;
  });
  const more = work.selected.length > MOST_NAMES ? ', …' : '';
  throw new UsageError(
    `${work.container.path} holds ${work.selected.length} streams, choose one with --stream and --account: ${names.join(', ')}${more}`,
  );
}

/** null where the files do not tell it, or more is here than they tell. */
async function stateOf(
  archive: StreamArchive,
  parts: StreamParts,
  work: Archive,
): Promise<StreamState | null> {
  const { report, findings } =
    parts.form === 'v2'
      ? await inspectV2Stream(archive, parts, work, {})
      : await inspectFileStream(archive, work, {});
  const { state } = report;
  if (state === null || ![...parts.findings, ...findings].some(isDamage)) return state;
  // Past damage more may be found than indexes and heads tell of.
  const found = await countOf({ archive, parts }, work, {});
  return BigInt(found) > BigInt(state.messages) ? null : state;
}
