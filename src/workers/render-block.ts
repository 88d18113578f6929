import { copyShared } from '../core/bytes/copy-shared.ts';
import { linesWritten, startLines, writeLines } from '../kernels/index.ts';
import { SliceSource } from '../source/slice.ts';
import type { RenderJob, RenderResult } from './jobs/render.ts';
import { openBlock } from './open-block.ts';
import { scanSource } from './scan-block.ts';

const TOO_MUCH: RenderResult = { kind: 'render', lengthBytes: null, messages: 0 };

/** Writes the messages of a piece of a block whose records are all sound; those whose checksums do not fit are left out. */
export function renderBlock(job: RenderJob): RenderResult {
  if (!startLines(job.lines)) return TOO_MUCH;
  const block = openBlock(job.source, false, job.toBytes);
  let isWhole = true;
  try {
    scanSource(new SliceSource(block.content, job.fromBytes, job.toBytes - job.fromBytes), {
      key: job.key,
      withoutRanges: true,
      onRecords: () => {
        isWhole &&= writeLines();
      },
    });
  } finally {
    block.close();
  }
  if (!isWhole) return TOO_MUCH;
  const { bytes, messages } = linesWritten();
  copyShared(bytes, job.target);
  return { kind: 'render', lengthBytes: bytes.length, messages };
}
