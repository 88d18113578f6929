import { parseJsonObject, textField } from '../../core/json.ts';
import { failed, ok, type Result } from '../../core/result.ts';
import type { Fault } from '../../findings/finding.ts';
import type { ConsumerMeta } from './types.ts';

/** Reads meta.inf of a consumer. */
export function parseConsumerMeta(bytes: Uint8Array): Result<ConsumerMeta, Fault> {
  const parsed = parseJsonObject(bytes);
  if (!parsed.ok) return failed({ code: 'CON_META_CORRUPT', data: { reason: parsed.fault } });
  const { Created: created, Name: _, ...config } = parsed.value;
  const name =
    textField(config, 'durable_name') || textField(config, 'name') || (textField(parsed.value, 'Name') ?? '');
  return ok({ created: typeof created === 'string' ? created : null, name, config });
}
