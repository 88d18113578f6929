import { ByteWriter } from '../../../core/bytes/byte-writer.ts';
import { packRanges, unpackRanges, type PackedRanges } from '../../../core/packed-ranges.ts';
import type { SequenceParts } from '../../../core/sequence-parts.ts';
import { intersectRanges } from '../../../core/sequence-ranges.ts';
import { CHECKSUM_BYTES } from '../../../format/block/record.ts';
import type { Pool } from '../../../workers/pool.ts';
import { appendUnsealed } from '../../../writer/block-writer.ts';
import type { SoundBlock, SoundBlocks } from '../../content/content.ts';
import type { SalvagedStream } from '../stream/salvaged-stream.ts';
import type { RunsPart, StreamPart } from '../stream/stream-parts.ts';
import { type Survey } from './survey.ts';
import { eachMessage, type SurveyOptions } from '../blocks/each-message.ts';

/** The messages that are to be written as blocks that threads take over; undefined where it has no parts. */
export function blocksOf(
  { parted }: SalvagedStream,
  found: Survey,
  options: SurveyOptions,
  pool: Pool,
): SoundBlocks | undefined {
  if (parted === null) return undefined;
  const blocks = parted.parts.map((part): SoundBlock => {
    const live = liveOf(part, found.recovered);
    return {
      live,
      owner: part.kind === 'block' ? part.owner : null,
      file: null,
      open: async () => openPart(part, live, options),
    };
  });
  return { blocks: blocks.filter(({ live }) => live.count > 0n), pool };
}

/** What of a part is to be written. */
function liveOf({ seqs }: StreamPart, recovered: SequenceParts): PackedRanges {
  // Nothing of another part lies between.
  if (recovered.countWithin(seqs.first, seqs.last) === seqs.count) return seqs;
  return packRanges(intersectRanges(unpackRanges(seqs), recovered.lend(seqs.first, seqs.last)));
}

async function openPart(
  part: StreamPart,
  live: PackedRanges,
  options: SurveyOptions,
): ReturnType<SoundBlock['open']> {
  switch (part.kind) {
    case 'block':
      return { source: part.source, input: part.input };
    case 'v2':
      return { source: part.source, input: { holds: 'v2-messages' } };
    case 'runs': {
      const bytes = await recordsOf(part, live, options);
      return { source: { kind: 'memory', bytes }, input: { holds: 'block' } };
    }
  }
}

const NO_BYTES = new Uint8Array(0);
const NO_SUM = new Uint8Array(CHECKSUM_BYTES);

/** What is to be written of a block, looked at message by message: records that are still to be sealed. */
async function recordsOf(
  { runs, rawBytes }: RunsPart,
  live: PackedRanges,
  options: SurveyOptions,
): Promise<Uint8Array> {
  const records = new ByteWriter(rawBytes);
  await eachMessage({ ...options, runs }, ({ seq, timeNs, subject, header, data }, disagreement) => {
    if (disagreement?.chosen === null || seq < live.first || seq > live.last) return;
    appendUnsealed(records, { seqWord: seq, timeNs, subject, header: header ?? NO_BYTES, data });
    records.bytes(NO_SUM);
  });
  return records.written;
}
