import { stringifyJson } from '../../core/json.ts';
import { messageLines } from '../message-lines.ts';
import type { ExportWriter } from './writer.ts';

/** One document; each message stands on a line of its own. */
export function jsonExport(): ExportWriter {
  let isFirst = true;
  return {
    begin: (head) => `${stringifyJson(head).slice(0, -1)},"messages":[\n`,
    messages: (lot) => {
      const separator = isFirst ? '' : ',\n';
      isFirst = false;
      return `${separator}${messageLines(lot, false).trimEnd().replaceAll('\n', ',\n')}`;
    },
    end: () => '\n]}\n',
  };
}
