import { keyedSumHex } from '../../codec/highwayhash.ts';
import { parseJsonObject, textField } from '../../core/json.ts';
import { failed, ok, type Result } from '../../core/result.ts';
import type { Fault } from '../../findings/finding.ts';
import type { StreamMeta } from './types.ts';

/** Reads meta.inf of a stream. */
export function parseStreamMeta(bytes: Uint8Array): Result<StreamMeta, Fault> {
  const parsed = parseJsonObject(bytes);
  if (!parsed.ok) return failed({ code: 'META_CORRUPT', data: { reason: parsed.fault } });
  const { Created: created, ...config } = parsed.value;
  const name = textField(config, 'name');
  if (name === null || name === '') return failed({ code: 'META_CORRUPT', data: { reason: 'no name' } });
  return ok({ created: typeof created === 'string' ? created : null, name, config });
}

/** Whether `meta.sum` holds exactly the 16 lower-case hex digits of the keyed sum, as the server wants it. */
export function metaSumFits(keyString: string, metaBytes: Uint8Array, sumBytes: Uint8Array): boolean {
  return Buffer.from(sumBytes).toString('latin1') === keyedSumHex(keyString, metaBytes);
}
