import { framingFaults } from '../../container/open-source.ts';
import type { FileStreamParts, StreamParts, V2StreamParts } from '../../container/entry.ts';
import { hasMark } from '../../findings/marks.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import type { SourceDescriptor } from '../../source/byte-source.ts';

/** Whether what carries blocks is damaged, and no `.idx` of 2.9 is beside each of them: deletes that stood elsewhere may be gone. */
export function isCarrierHit({ blocks, parts }: Pick<StreamArchive, 'blocks' | 'parts'>): boolean {
  if (parts.form === 'store' || parts.form === 'config') return false;
  if (blocks.every(({ sidecar }) => sidecar !== null)) return false;
  return hasMark(parts.findings, 'carrier') || hasFramingFault(parts);
}

/** Whether what carries a stream was found damaged where it was read. */
export function hasFramingFault(parts: Exclude<StreamParts, { readonly form: 'config' }>): boolean {
  const source = carrierOf(parts)?.open();
  if (source === undefined) return false;
  const isHit = framingFaults(source).length > 0 || hasSkipped(source.descriptor);
  source.close();
  return isHit;
}

/** A chunk whose type is damaged may be one that readers step over without a word. */
function hasSkipped(descriptor: SourceDescriptor): boolean {
  if (descriptor.kind === 'slice') return hasSkipped(descriptor.of);
  return descriptor.kind === 's2' && descriptor.index.skippedBytes > 0;
}

function carrierOf(parts: FileStreamParts | V2StreamParts): FileStreamParts['carrier'] {
  return parts.form === 'v2' ? parts.body : parts.carrier;
}
