/** How many bytes of a block tell whether it is compressed. */
export const PACKING_BYTES = 4;

/** Whether a block begins as one kept with `compression: s2` does: `cmp` 0x01 (format/block/README.md). */
export function isCompressedBlock(head: Uint8Array): boolean {
  return head[0] === 0x63 && head[1] === 0x6d && head[2] === 0x70 && head[3] === 1;
}
