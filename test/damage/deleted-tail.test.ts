import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { copyOf, editFile, recordsOf, tempFolder } from '../support/damage.ts';
import { runCli } from '../support/run-cli.ts';

const TAILDEL = '2.14.5-full/store/jetstream/$G/streams/TAILDEL';

/** Damages the block behind its last live message, 28: 29 was deleted, 30 erased, then come tombstones of 30, 29, 12 and 13. */
type Damage = (block: Buffer, at: (place: number) => number) => Uint8Array;

interface Verdicts {
  readonly verify: number;
  readonly preflight: number;
  readonly repair: number;
  readonly cat: number;
  readonly convert: number;
}

/** What each command says of TAILDEL once it is damaged; `place`: of a record, from the end. */
function verdictsOf(damage: Damage, isIndexed: boolean): { exits: Verdicts; notes: string; live: number } {
  const stream = copyOf(TAILDEL);
  editFile(join(stream, 'msgs/1.blk'), (block) => {
    const records = recordsOf(block);
    return damage(block, (place) => records.at(place)?.at ?? block.length);
  });
  if (!isIndexed) rmSync(join(stream, 'msgs/index.db'));
  const out = tempFolder();
  const cat = runCli(['cat', stream]);
  const exits = {
    verify: runCli(['verify', stream]).exit ?? -1,
    preflight: runCli(['preflight', stream, '--server-version', '2.14']).exit ?? -1,
    repair: runCli(['repair', stream, '--out', join(out, 'repaired')]).exit ?? -1,
    cat: cat.exit ?? -1,
    convert: runCli(['convert', stream, '--to', 'v1', '--out', join(out, 'copy')]).exit ?? -1,
  };
  return { exits, notes: cat.stderr, live: cat.stdout.trim().split('\n').length };
}

const flip =
  (place: number, offsetBytes: number): Damage =>
  (block, at) => {
    block[at(place) + offsetBytes] = (block[at(place) + offsetBytes] ?? 0) ^ 4;
    return block;
  };
const cut =
  (place: number, offsetBytes: number): Damage =>
  (block, at) =>
    block.subarray(0, at(place) + offsetBytes);
const zeroFrom =
  (place: number): Damage =>
  (block, at) =>
    block.fill(0, at(place));

const NOTHING_LOST = { verify: 1, preflight: 1, repair: 0, cat: 0, convert: 0 };
const MAY_BE_LOST = { verify: 2, preflight: 2, repair: 3, cat: 3, convert: 3 };

describe('damage behind the last message, with an index.db', () => {
  it.each<[string, Damage]>([
    ['cut behind message 29, which was deleted', cut(-5, 0)],
    ['cut in message 29', cut(-6, 20)],
    ['cut in the erased record', cut(-5, 40)],
    ['cut between tombstones', cut(-2, 0)],
    ['cut in a tombstone', cut(-2, 10)],
    ['the checksum of the last tombstone', flip(-1, 25)],
    ['zeros where the last tombstone was', zeroFrom(-1)],
  ])('%s: deletes may be lost, and no message', (_, damage) => {
    const { exits, notes, live } = verdictsOf(damage, true);
    expect(exits).toEqual(NOTHING_LOST);
    expect(live).toBe(26);
    expect(notes).toContain('(DELETES_UNKNOWN)');
  });

  it('a wrong length of the last tombstone: a server that takes the index does not see it', () => {
    expect(verdictsOf(flip(-1, 1), true).exits).toEqual({ ...NOTHING_LOST, preflight: 0 });
  });

  it('zeros in which more than a tombstone fits: nothing tells what was there', () => {
    expect(verdictsOf(zeroFrom(-3), true).exits).toEqual(MAY_BE_LOST);
  });

  it('a cut that takes a live message', () => {
    expect(verdictsOf(cut(-7, 20), true).exits).toEqual(MAY_BE_LOST);
  });
});

describe('damage behind the last message, without an index.db', () => {
  it('a tombstone: one message may be here that was deleted', () => {
    for (const place of [-3, -1]) {
      const { exits, notes, live } = verdictsOf(flip(place, 12), false);
      expect(exits).toEqual(NOTHING_LOST);
      expect(live).toBe(27);
      expect(notes).toContain('a delete stood where blocks are damaged');
    }
  });

  it('a deleted message whose tombstone is there', () => {
    expect(verdictsOf(flip(-6, 30), false).exits).toEqual(NOTHING_LOST);
  });

  it('zeros in which more than a tombstone fits', () => {
    const { exits, notes } = verdictsOf(zeroFrom(-2), false);
    expect(exits).toEqual(MAY_BE_LOST);
    expect(notes).toContain('up to 2 deletes stood where blocks are damaged');
  });

  it('a deleted message in front of live ones: a start loses these, a copy does not', () => {
    const records = recordsOf(readFileSync(join(copyOf(TAILDEL), 'msgs/1.blk')));
    const place = records.findIndex(({ seq }) => seq === 13n) - records.length;
    expect(verdictsOf(flip(place, 40), false).exits).toEqual({
      verify: 2,
      preflight: 2,
      repair: 0,
      cat: 0,
      convert: 0,
    });
  });
});

it('a wrong length of a deleted message leads a server astray that takes the index: a start is no better than the files', () => {
  const records = recordsOf(readFileSync(join(copyOf(TAILDEL), 'msgs/1.blk')));
  const place = records.findIndex(({ seq }) => seq === 13n) - records.length;
  const { exits } = verdictsOf(flip(place, 0), true);
  expect(exits).toEqual({ verify: 2, preflight: 2, repair: 0, cat: 0, convert: 0 });
});
