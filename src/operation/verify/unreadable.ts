import type { StreamParts } from '../../container/entry.ts';
import { UnreadableArchive } from '../../container/unreadable.ts';
import { SourceError } from '../../core/error.ts';
import { makeFinding } from '../../findings/finding.ts';
import { statusOf } from '../../findings/status.ts';
import { TOOL } from '../open/report-source.ts';
import type { VerifyReport } from '../types.ts';
import { NO_LOSSES } from '../loss/stream-losses.ts';
import { lossFields } from '../loss/loss-fields.ts';
import type { VerifiedStream } from './types.ts';

/** The report on an archive that could not be opened: it is a verdict, too. Any other error is thrown on. */
export function unreadableReport(path: string, error: unknown): VerifyReport {
  if (!(error instanceof SourceError)) throw error;
  const finding =
    error instanceof UnreadableArchive
      ? error.finding
      : makeFinding({ code: 'SRC_UNREADABLE', data: { reason: withoutPath(error, path) } }, { file: path });
  return {
    type: 'natsarc.v1.verify',
    tool: TOOL,
    source: null,
    status: statusOf([finding]),
    checked: { streams: 0, blocks: 0, messages: 0, consumers: 0, bytes: 0 },
    streams: [],
    findings: [finding],
    notes: [],
  };
}

/** What can be told of a stream one of whose files cannot be read. */
export function unreadableStream(parts: StreamParts, error: SourceError): VerifiedStream {
  const name = parts.folderName ?? '';
  const place = {
    ...(parts.account === null ? {} : { account: parts.account }),
    ...(name === '' ? {} : { stream: name }),
  };
  const finding = makeFinding(
    { code: 'SRC_UNREADABLE', data: { reason: error.message } },
    { ...place, file: parts.label },
  );
  return {
    report: {
      account: parts.account,
      name,
      declared: null,
      actual: null,
      ...lossFields(NO_LOSSES),
      predictions: [],
    },
    findings: [...parts.findings, finding],
    notes: [],
    blocks: 0,
    messages: 0,
    consumers: 0,
    bytes: parts.sizeBytes,
  };
}

/** The finding names the path itself. */
function withoutPath({ message }: SourceError, path: string): string {
  return message.startsWith(`${path}: `) ? message.slice(path.length + 2) : message;
}
