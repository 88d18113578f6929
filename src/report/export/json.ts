import { stringifyJson } from '../../core/json.ts';
import { messageLines } from '../message-lines.ts';
import type { ExportWriter } from './writer.ts';

/** One document; each message stands on a line of its own. */
export function jsonExport(): ExportWriter {
  return {
    begin: (head) => `${stringifyJson(head).slice(0, -1)},"messages":[\n`,
    messages: messageLines({ separator: ',\n' }),
    end: () => '\n]}\n',
  };
}
