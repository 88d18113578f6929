const MOST_NEAR = 5;
/** Longer names are not compared letter by letter. */
const LONGEST = 256;

/** Keeps the few names that are nearest to a wanted one, however many it is shown. */
export class NearNames {
  readonly #wanted: string;
  readonly #farthest: number;
  #best: { readonly name: string; readonly distance: number }[] = [];

  /** `farthest`: letters that may differ. */
  constructor(wanted: string, farthest: number = Math.max(3, wanted.length / 2)) {
    this.#wanted = wanted;
    this.#farthest = farthest;
  }

  see(name: string): void {
    const distance = this.#distanceTo(name);
    if (distance > this.#farthest) return;
    this.#best.push({ name, distance });
    this.#best.sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1));
    this.#best = this.#best.slice(0, MOST_NEAR);
  }

  /** Nearest first. */
  get names(): readonly string[] {
    return this.#best.map(({ name }) => name);
  }

  #distanceTo(name: string): number {
    const [a, b] = [this.#wanted.toLowerCase(), name.toLowerCase()];
    if (b.includes(a) || a.includes(b)) return 1;
    return a.length > LONGEST || b.length > LONGEST ? Infinity : editDistance(a, b);
  }
}

/** Letters to add, drop or change. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++)
      next.push(Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, (row[j] ?? 0) + (a[i] === b[j] ? 0 : 1)));
    row = next;
  }
  return row.at(-1) ?? 0;
}
