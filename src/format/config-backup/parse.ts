import { sha256Hex } from '../../codec/sha256.ts';
import { parseJsonObject, textField, type JsonObject } from '../../core/json.ts';
import { failed, ok, type Result } from '../../core/result.ts';
import type { Fault } from '../../findings/finding.ts';

/** A file of the old `nats backup` folders: an envelope around a configuration. */
export interface ConfigBackup {
  readonly type: string;
  /** RFC 3339, as it stands in the file. */
  readonly time: string | null;
  readonly configuration: JsonObject;
}

/** Reads the envelope, checks the SHA-256 of what is in it, and reads that. */
export function parseConfigBackup(bytes: Uint8Array): Result<ConfigBackup, Fault> {
  const envelope = parseJsonObject(bytes);
  if (!envelope.ok) return failed({ code: 'CFGB_CORRUPT', data: { reason: envelope.fault } });
  const type = textField(envelope.value, 'type');
  const encoded = textField(envelope.value, 'configuration');
  if (type === null || encoded === null)
    return failed({ code: 'CFGB_CORRUPT', data: { reason: 'not a configuration backup' } });
  const content = Buffer.from(encoded, 'base64');
  const sum = sha256Hex(content);
  if (sum !== textField(envelope.value, 'checksum')?.toLowerCase())
    return failed({ code: 'CFGB_CHECKSUM_MISMATCH', data: { computed: sum } });
  const configuration = parseJsonObject(content);
  if (!configuration.ok) return failed({ code: 'CFGB_CORRUPT', data: { reason: configuration.fault } });
  return ok({ type, time: textField(envelope.value, 'time'), configuration: configuration.value });
}
