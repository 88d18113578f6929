import type { JsonObject } from '../core/json.ts';
import { makeFinding, type Finding } from '../findings/finding.ts';
import { streamConfigFaults } from '../format/config-schema/check.ts';
import { inForm } from '../model/config-faults.ts';
import type { StreamArchive } from '../model/stream-archive.ts';
import { entryAt } from '../container/entry.ts';

/** The configuration of a stream, and that of backup.json where it has another: what clients send with a restore. */
export function checkConfig({ parts, config, manifest, place }: StreamArchive): Finding[] {
  const metaFile = entryAt(parts, 'meta.inf');
  const manifestFile = parts.manifest?.label ?? parts.label;
  const at = (file: string, object: JsonObject): Finding[] =>
    streamConfigFaults(object).map((fault) => makeFinding(inForm(fault, parts.form), { ...place, file }));
  const declared = manifest === null || manifest.config === config ? [] : at(manifestFile, manifest.config);
  return [...(config === null ? [] : at(metaFile?.label ?? manifestFile, config)), ...declared];
}
