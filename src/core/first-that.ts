/** Where the first one stands that fits, in a list where all behind it fit too; its length where none does. */
export function firstThat<T>(sorted: ArrayLike<T>, fits: (one: T) => boolean): number {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    const one = sorted[middle];
    if (one === undefined || fits(one)) to = middle;
    else from = middle + 1;
  }
  return from;
}
