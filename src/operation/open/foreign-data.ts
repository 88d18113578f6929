import { foreignFiles, foreignV2 } from '../../check/foreign-data.ts';
import type { ConfigOnlyParts, OpenContainer, StreamParts } from '../../container/entry.ts';
import { SourceError } from '../../core/error.ts';
import { makeFinding, type Fault, type Finding } from '../../findings/finding.ts';
import { placeOf } from '../../model/base-archive.ts';
import { loadConfigStream } from '../../model/load-config-stream.ts';
import { loadFileStream } from '../../model/load-stream.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';

const BACKUPS: readonly OpenContainer['kind'][] = ['stream-backup', 'account-backup', 'config-backup'];

/**
 * The same archive, where data of another stream lies beside a configuration as two streams: the one that is declared, of which
 * there is no data, and the one whose data it is.
 */
export function foreignApart(container: OpenContainer): OpenContainer {
  if (!BACKUPS.includes(container.kind)) return container;
  const isAlone = container.streams.length === 1;
  const streams = container.streams.flatMap((parts) => apart(parts, isAlone));
  return streams.length === container.streams.length ? container : { ...container, streams };
}

/** What was read of the only stream of an archive, kept until it is asked for: of many it would take too much memory. */
const alreadyRead = new WeakMap<StreamParts, StreamArchive>();

/** Gives once what opening an archive had to read of its stream. */
export function takeAlreadyRead(parts: StreamParts): StreamArchive | undefined {
  const archive = alreadyRead.get(parts);
  alreadyRead.delete(parts);
  return archive;
}

function apart(parts: StreamParts, isAlone: boolean): readonly StreamParts[] {
  const declaring = declaringParts(parts);
  if (parts.form === 'config' || declaring === null) return [parts];
  const declared = loadConfigStream(declaring);
  const fault = foreignFault(parts, declared, isAlone);
  if (fault === null) return [parts];
  const { name } = declared;
  const finding = makeFinding(fault, { ...placeOf(declaring, name), file: declaring.label });
  const bare = { folderName: null, manifest: null, sizeBytes: parts.sizeBytes - declaring.sizeBytes };
  const findings = parts.findings.map(unnamed);
  return [
    { ...declaring, findings: [finding] },
    { ...parts, ...bare, findings, inPlaceOf: name },
  ];
}

/** The container tells a stream by its folder. */
function unnamed(finding: Finding): Finding {
  const { stream: _, ...rest } = finding;
  return rest;
}

/** A file that the system refuses tells nothing. */
function foreignFault(
  parts: Exclude<StreamParts, ConfigOnlyParts>,
  declared: StreamArchive,
  isKept: boolean,
): Fault | null {
  try {
    if (parts.form === 'v2') return foreignV2(parts, declared);
    const archive = loadFileStream(parts);
    if (isKept) alreadyRead.set(parts, archive);
    return foreignFiles(archive, declared);
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    return null;
  }
}

/** What is beside the data, as it would be without it. */
function declaringParts({ account, folderName, manifest, beside }: StreamParts): ConfigOnlyParts | null {
  const entry = manifest ?? beside?.configEntry ?? null;
  if (entry === null) return null;
  return {
    form: 'config',
    account,
    folderName,
    label: entry.label,
    sizeBytes: entry.sizeBytes,
    manifest,
    configEntry: beside?.configEntry ?? null,
    consumerEntries: beside?.consumerEntries ?? [],
    findings: [],
  };
}
