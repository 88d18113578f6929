import { readFile } from 'node:fs/promises';
import { UsageError } from '../core/error.ts';
import { objectField, parseJsonObject, textField, type JsonObject } from '../core/json.ts';

/** Reads a stream configuration: as `nats stream info --json` or backup.json have it, or by itself. Throws UsageError. */
export async function readConfigFile(path: string): Promise<JsonObject> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new UsageError(`--config: ${error instanceof Error ? error.message : String(error)}`);
  });
  const parsed = parseJsonObject(bytes);
  if (!parsed.ok) throw new UsageError(`--config: ${path}: ${parsed.fault}`);
  const { Created: _, ...config } = objectField(parsed.value, 'config') ?? parsed.value;
  if (textField(config, 'name') === null) throw new UsageError(`--config: ${path}: no stream name in it`);
  return config;
}
