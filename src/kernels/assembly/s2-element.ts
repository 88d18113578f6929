// Reads one element of an S2 block, of any kind, everything checked: what the fast loops leave out.

/** Of the element that was read last: how many bytes it stands for, from how far back they are copied, and where it ends. */
export let elementCount: usize = 0;
export let elementOffset: usize = 0;
/** It ends with its bytes, which are copied from nowhere. */
export let isLiteral: bool = false;
export let elementEnd: usize = 0;

/** Reads the element at `at`, before `end`; `last` is the offset of the copy before. false where it is corrupt. */
export function readElement(at: usize, end: usize, last: usize): bool {
  const tag = <usize>load<u8>(at++);
  isLiteral = (tag & 3) == 0;
  return isLiteral ? readLiteral(at, end, tag >> 2) : readCopy(at, end, tag, last);
}

function readLiteral(at: usize, end: usize, count: usize): bool {
  if (count >= 60) {
    const width = count - 59;
    if (end - at < width) return false;
    // Reads past the end of the block, into the slack; the mask drops it.
    const word = load<u32>(at);
    count = <usize>(width == 4 ? word : word & ((1 << (<u32>width * 8)) - 1));
    at += width;
  }
  if (count >= end - at) return false;
  elementCount = count + 1;
  elementEnd = at + count + 1;
  return true;
}

function readCopy(at: usize, end: usize, tag: usize, last: usize): bool {
  let count = (tag >> 2) + 1;
  if ((tag & 3) == 1) {
    if (at == end) return false;
    const near = ((tag & 0xe0) << 3) | <usize>load<u8>(at++);
    count = (tag >> 2) & 7;
    if (near != 0) {
      last = near;
      count += 4;
    } else if (count < 5) {
      count += 4;
    } else {
      const width = count - 4;
      if (end - at < width) return false;
      const word = <usize>(load<u32>(at) & ((1 << (<u32>width * 8)) - 1));
      count = word + (width == 1 ? 8 : width == 2 ? 260 : 65540);
      at += width;
    }
  } else {
    const width: usize = (tag & 3) == 2 ? 2 : 4;
    if (end - at < width) return false;
    last = width == 2 ? <usize>load<u16>(at) : <usize>load<u32>(at);
    at += width;
  }
  elementCount = count;
  elementOffset = last;
  elementEnd = at;
  return last != 0;
}
