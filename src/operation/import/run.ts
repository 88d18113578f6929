import { plural } from '../../core/plural.ts';
import { ToolError } from '../../core/error.ts';
import type { ConfigOnlyParts } from '../../container/entry.ts';
import { baseArchive } from '../../model/base-archive.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import { FileSource } from '../../source/file.ts';
import type { ByteSource } from '../../source/byte-source.ts';
import { spool } from '../../source/spool.ts';
import { moveConsumer, sequencesOfConsumer } from '../slice/consumers.ts';
import { KeptPositions } from '../slice/kept-positions.ts';
import { pause } from '../../core/pause.ts';
import { outgoingStream } from '../write/outgoing-stream.ts';
import { carryOut, checkTarget } from '../write/run.ts';
import type { StreamContent } from '../content/content.ts';
import type { PlanReport, WrittenReport } from '../write/types.ts';
import type { WritableMessage } from '../../writer/writable-message.ts';
import { readDocument } from './document.ts';
import { surveyExport, type ExportSurvey } from './survey.ts';
import type { ImportOptions } from './types.ts';

/**
 * Makes a backup of what `export --to json` or `--to ndjson` wrote: the same messages, state and consumers. The file is read
 * twice, `-` is kept in a temporary file. Memory: one message and the head. Throws UsageError, SourceError (with the line and
 * offset of what is wrong), ToolError, CancelledError; then nothing is at the target.
 */
export async function importExport(
  path: string,
  options: ImportOptions,
): Promise<WrittenReport | PlanReport> {
  checkTarget(path, options.target);
  const input = path === '-' ? await spool(process.stdin, options.signal) : null;
  try {
    const source = new FileSource(input?.path ?? path);
    try {
      return await importFrom(source, path, options);
    } finally {
      source.close();
    }
  } finally {
    input?.remove();
  }
}

async function importFrom(
  source: ByteSource,
  path: string,
  options: ImportOptions,
): Promise<WrittenReport | PlanReport> {
  const label = path === '-' ? 'standard input' : path;
  const passes = new Passes(source, label, options);
  const survey = await surveyExport(source, label, async (doneBytes) => passes.pause(doneBytes));
  const { head, missing } = survey;
  const promised = head.selectedMessages ?? survey.state.messages + missing;
  if (promised > survey.state.messages && options.partial !== true)
    throw new ToolError(
      `${label}: it says ${plural(promised, 'message')}, it holds ${survey.state.messages}: it was cut off, or what it was made from is damaged; --partial takes what is there`,
    );
  const archive = await archiveOf(survey, passes, source, label);
  const content: StreamContent = {
    state: survey.state,
    messages: async (wants, give) => {
      const { account, name: stream } = head;
      await passes.messages(
        (message) => wants({ ...message, account, stream }),
        async () => give([]),
      );
    },
    lost: { msgs: [], bytes: 0 },
    findings: [],
  };
  const stream = outgoingStream(archive, content, options);
  return carryOut(
    {
      placed: [{ stream, shape: { as: 'backup', form: options.to }, path: '' }],
      copies: [],
      skipped: [],
      notes: notesOn(survey),
    },
    { container: { path }, signal: options.signal },
    options,
  );
}

/** Readings of the messages, one after the other; every one checks them again. */
class Passes {
  readonly #source: ByteSource;
  readonly #label: string;
  readonly #options: ImportOptions;

  constructor(source: ByteSource, label: string, options: ImportOptions) {
    this.#source = source;
    this.#label = label;
    this.#options = options;
  }

  async messages(take: (message: WritableMessage) => void, turn: () => Promise<void>): Promise<void> {
    await readDocument(this.#source, this.#label, {
      field: () => {},
      message: take,
      pause: async (doneBytes) => {
        await this.pause(doneBytes);
        await turn();
      },
    });
  }

  async pause(doneBytes: number): Promise<void> {
    const { onProgress, signal } = this.#options;
    onProgress?.({ doneBytes, totalBytes: this.#source.sizeBytes, label: this.#label });
    await pause(signal);
  }
}

/** The stream as if it had been read from an archive; where messages are missing, consumers do not speak of them. */
async function archiveOf(
  { head, state, missing }: ExportSurvey,
  passes: Passes,
  source: ByteSource,
  label: string,
): Promise<StreamArchive> {
  const { account, name, created, config, consumers } = head;
  const parts: ConfigOnlyParts = {
    form: 'config',
    account,
    folderName: null,
    label,
    sizeBytes: source.sizeBytes,
    manifest: null,
    findings: [],
    configEntry: null,
    consumerEntries: [],
  };
  const archive = { ...baseArchive(parts, name, null), created, config, consumers };
  if (missing === 0n) return archive;
  const positions = new KeptPositions(consumers.flatMap((one) => [...sequencesOfConsumer(one)]));
  await passes.messages(
    ({ seq }) => positions.keep(seq),
    async () => {},
  );
  const { firstSeq, lastSeq } = state;
  const range = { firstSeq, lastSeq, isRenumbered: false, positions };
  return { ...archive, consumers: consumers.map((consumer) => moveConsumer(consumer, range)) };
}

function notesOn({ head, state, missing }: ExportSurvey): string[] {
  const unusable = head.consumers.filter(({ config }) => config === null);
  return [
    ...(missing === 0n
      ? []
      : [
          `${head.name}: the export holds ${state.messages} of ${plural(state.messages + missing, 'message')}; the others are deleted in it`,
        ]),
    ...(head.state === null
      ? [`${head.name}: the export has no state; the stream ends at its last message`]
      : []),
    ...unusable.map(({ name }) => `consumer ${name} has no configuration and is left out`),
  ];
}
