import { stringifyJson } from '../../core/json.ts';
import { messageLines } from '../message-lines.ts';
import type { ExportWriter } from './writer.ts';

/** A line of metadata, then one line for each message, as `cat` has them. */
export function ndjsonExport(): ExportWriter {
  return {
    begin: (head) => `${stringifyJson(head)}\n`,
    messages: messageLines(),
    end: () => '',
  };
}
