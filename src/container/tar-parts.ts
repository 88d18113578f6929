import { makeFinding, type Fault, type Finding, type Place } from '../findings/finding.ts';
import { hasMark } from '../findings/marks.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { sliceEntry } from './entries.ts';
import type { Entry, FileStreamParts } from './entry.ts';
import { walkTar, type TarGap } from './tar/walk.ts';

/** What surrounds a snapshot file. */
export interface SnapshotPlace {
  readonly account: string | null;
  readonly folderName: string | null;
  /** Path of the file as findings name it. */
  readonly label: string;
  readonly manifest: Entry | null;
}

/** Where a salvage keeps content of a tar whose header is damaged; behind it, the offset. */
export const ORPHANS = 'lost+found/';

/** Where findings of a snapshot are. */
export function placeOf(place: SnapshotPlace): Place {
  return {
    ...(place.account === null ? {} : { account: place.account }),
    ...(place.folderName === null ? {} : { stream: place.folderName }),
    file: place.label,
  };
}

/** A tar as the files of a stream. `faults`: of its framing; `gaps`: what of it is lost, where a salvage goes past that. */
export function tarParts(
  decoded: ByteSource,
  form: FileStreamParts['form'],
  sizeBytes: number,
  place: SnapshotPlace,
  faults: readonly Fault[],
  gaps: readonly TarGap[] | null,
): FileStreamParts {
  const walk = walkTar(decoded, gaps);
  const label = (path: string): string => `${place.label}:${path}`;
  const entries = walk.entries.map((entry) =>
    sliceEntry(entry.path, label(entry.path), decoded, entry.offsetBytes, entry.sizeBytes),
  );
  for (const { offsetBytes, sizeBytes: lengthBytes } of gaps === null ? [] : walk.orphans) {
    const path = `${ORPHANS}${offsetBytes}`;
    entries.push(sliceEntry(path, label(path), decoded, offsetBytes, lengthBytes));
  }
  const findings = (
    walk.isEnded && gaps === null ? faults.map((fault) => behindEnd(fault, sizeBytes)) : faults
  ).map((fault) => makeFinding(fault, placeOf(place)));
  // An end that the framing lost is not told again as an end that the tar lost.
  // Where nothing of a tar was met it may be none, but a V2 archive.
  const isNothing = walk.entries.length === 0 && hasMark(faults, 'ends-reading');
  const isCut = hasMark(faults, 'cut') || isNothing;
  for (const { entry, ...fault } of walk.faults) {
    if (isCut && (fault.code === 'TAR_CUT' || fault.code === 'TAR_END_MISSING')) continue;
    findings.push(
      makeFinding(fault, { ...placeOf(place), file: entry === undefined ? place.label : label(entry) }),
    );
  }
  findings.push(...abortFindings(entries, place));
  const carrier = sliceEntry('', place.label, decoded, 0, decoded.sizeBytes);
  const onlyOfStores = { folder: null, emptyFolders: [], strays: [], foldersAsFiles: [] };
  return { form, ...place, sizeBytes, entries, ...onlyOfStores, carrier, findings };
}

/** Where the framing ends a reading behind the end of the tar, no more was to be read. */
function behindEnd(fault: Fault, sizeBytes: number): Fault {
  const { offsetBytes } = fault;
  if (offsetBytes === undefined || !fault.code.startsWith('S2_') || !hasMark([fault], 'ends-reading'))
    return fault;
  return { code: 'S2_TRAILING_DATA', offsetBytes, lengthBytes: sizeBytes - offsetBytes };
}

/** A server that failed half way ends the tar properly and leaves its error in it (README.md). */
function abortFindings(entries: readonly Entry[], place: SnapshotPlace): Finding[] {
  return entries
    .filter((entry) => entry.path === 'errors.txt')
    .map((entry) => {
      const source = entry.open();
      const bytes = new Uint8Array(Math.min(200, source.sizeBytes));
      source.read(bytes, 0);
      const message = new TextDecoder().decode(bytes).trim();
      return makeFinding(
        { code: 'SNAP_ABORTED', data: { message } },
        { ...placeOf(place), file: entry.label },
      );
    });
}
