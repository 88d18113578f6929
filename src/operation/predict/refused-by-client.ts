import type { OpenContainer } from '../../container/entry.ts';
import { streamConfigFaults } from '../../format/config-schema/check.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';

/** Forms that `nats stream restore` and `nats account restore` are given. */
const BACKUP_FOLDERS: readonly OpenContainer['kind'][] = ['stream-backup', 'account-backup'];

/** Why a client that restores a backup asks no server; null where it does ask, or the archive is no backup's folder. */
export function refusedByClient(
  { manifest, parts }: StreamArchive,
  { kind }: Pick<OpenContainer, 'kind'>,
): string | null {
  if (!BACKUP_FOLDERS.includes(kind)) return null;
  const renamed = parts.findings.find(({ code }) => code === 'MAN_DATA_RENAMED');
  if (renamed !== undefined)
    return `nats stream restore wants the snapshot as ${String(renamed.data?.['wanted'])}, and it has another name`;
  if (manifest === null) return 'nats stream restore needs a backup.json that can be read';
  if (manifest.hasByteOrderMark)
    return 'nats stream restore cannot read backup.json: it begins with a byte order mark';
  if (manifest.config['storage'] === 'memory')
    return 'nats stream restore takes no stream that is kept in memory';
  if (manifest.noTime !== undefined)
    return `nats stream restore cannot read ${manifest.noTime} in backup.json: it is no time`;
  const bad = streamConfigFaults(manifest.config).find(({ code }) => code === 'CFG_SCHEMA_VIOLATION');
  return bad === undefined
    ? null
    : `nats stream restore cannot read ${String(bad.data?.['field'])} in backup.json`;
}
