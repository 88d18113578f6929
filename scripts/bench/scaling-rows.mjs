// How the time of verify grows with the archive, and falls with threads.
const GIB = 1 << 30;

/** The rows of it; `faster`, `slower` and `verify` as in rows.mjs. */
export function scalingRows({ '1k': large, '128b': short, million, little }, { faster, slower, verify }) {
  const timesForHundredMillion = Math.ceil((100 * million?.bytes) / short?.bytes);
  slower('verify 100 million messages / 1 million, for each', 1.3, 1, short && million, () => [
    forEachGib(verify(short.linked(timesForHundredMillion)), timesForHundredMillion * short.bytes),
    forEachGib(verify(million.store), million.bytes),
  ]);
  slower('verify 2,000 streams of 0.5 MiB / one stream, for each GiB', 1.5, 1.2, large && little, () => [
    forEachGib(verify(little.linked(2000)), 2000 * little.bytes),
    forEachGib(verify(large.store), large.bytes),
  ]);
  faster('verify store 8x 1k, four threads / one', 3, 3.5, large?.eight, () => [
    verify(large.eight, '--jobs', '4'),
    verify(large.eight, '--jobs', '1'),
  ]);
}

function forEachGib(timer, bytes) {
  return () => (timer() * GIB) / bytes;
}
