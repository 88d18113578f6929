import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CATALOG, type FindingCode } from '../../../src/findings/catalog/index.ts';
import type { Mark } from '../../../src/findings/catalog-entry.ts';
import { familyOf, hasMark, isMarked } from '../../../src/findings/marks.ts';
import { ROOT } from '../../support/captures.ts';

const DAMAGE = join(ROOT, 'test/damage');

const words = new Set(
  readdirSync(DAMAGE)
    .filter((name) => name.endsWith('.test.ts'))
    .flatMap(
      (name) => readFileSync(join(DAMAGE, name), 'utf8').match(/\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b/g) ?? [],
    ),
);

describe('a test in test/damage makes every code of the catalogue', () => {
  it.each(Object.keys(CATALOG))('%s', (code) => {
    expect(words).toContain(code);
  });
});

const CODES = Object.keys(CATALOG) as FindingCode[];

/** Every code of these kinds of files, and each of these. */
const MARKED: Record<
  Mark,
  {
    readonly families?: readonly string[];
    readonly codes?: readonly FindingCode[];
    readonly except?: readonly FindingCode[];
  }
> = {
  carrier: { families: ['S2', 'GZIP', 'TAR', 'V2'] },
  loss: {
    families: ['S2', 'GZIP', 'TAR', 'V2', 'BLK', 'BIX', 'SRC'],
    codes: [
      'IDX_AHEAD',
      'IDX_END_MISSING',
      'IDX_BLOCK_DIFFERS',
      'DECL_MESSAGES_FEWER',
      'CON_AHEAD_OF_STREAM',
    ],
    except: ['BLK_EMPTY', 'BLK_NONE', 'BLK_LAST_COMPRESSED', 'BLK_SEQUENCE_HOLE', 'S2_TRAILING_DATA'],
  },
  suspect: { codes: ['BLK_NUMBER_MISSING', 'CON_AHEAD_OF_STREAM'] },
  proof: { codes: ['META_SUM_MISSING', 'CON_SUM_MISSING'] },
  'folder-name': { codes: ['META_FOLDER_RENAMED'] },
  manifest: { codes: ['MAN_MISSING', 'MAN_EMPTY', 'MAN_CORRUPT', 'MAN_NAME_MISMATCH'] },
  unserved: { codes: ['MAN_DATA_RENAMED', 'MAN_BYTE_ORDER_MARK', 'SNAP_NOT_S2', 'CFG_FIELD_OFFLINE'] },
  cut: { codes: ['S2_CUT', 'GZIP_CUT', 'TAR_CUT', 'V2_CUT', 'IDX_CUT'] },
  'unread-chunk': { codes: ['S2_CUT', 'S2_CHUNK_CORRUPT', 'S2_CHUNK_UNKNOWN'] },
  'ends-reading': {
    codes: [
      'TAR_HEADER_CORRUPT',
      'TAR_CUT',
      'TAR_TRAILING_DATA',
      'GZIP_CORRUPT',
      'GZIP_CUT',
      'S2_CUT',
      'V2_CUT',
      'V2_ENTRY_CORRUPT',
      'V2_STATE_MISSING',
      'S2_CHUNK_CORRUPT',
      'S2_CHUNK_OVERSIZED',
      'S2_CHUNK_UNKNOWN',
      'SNAP_UNRECOGNIZED',
    ],
  },
  'ends-restore': {
    families: ['S2'],
    except: ['S2_TRAILING_DATA'],
    codes: [
      'TAR_HEADER_CORRUPT',
      'TAR_CUT',
      'TAR_PATH_UNSAFE',
      'TAR_ENTRY_TYPE',
      'TAR_ENTRY_OVERSIZED',
      'V2_CUT',
      'V2_SENTINEL_MISSING',
      'V2_ENTRY_CORRUPT',
      'V2_STATE_MISSING',
      'V2_STATE_CORRUPT',
      'V2_CONSUMER_MISSING',
      'V2_CONSUMER_CORRUPT',
      'V2_SEQUENCE_ORDER',
    ],
  },
  meta: { families: ['META'] },
  'stream-config': { codes: ['META_MISSING', 'META_CORRUPT', 'META_SUM_MISMATCH'] },
  'consumer-config': { codes: ['CON_META_MISSING', 'CON_META_CORRUPT', 'CON_SUM_MISMATCH'] },
  position: { codes: ['CON_STATE_CORRUPT', 'CON_STATE_INCONSISTENT'] },
  'any-message': { codes: ['IDX_SUBJECTS_DIFFER', 'IDX_BLOCK_DIFFERS'] },
  'its-message': { codes: ['BLK_RECORD_MALFORMED', 'BLK_SEQUENCE_ORDER', 'V2_SEQUENCE_ORDER'] },
};

describe('the codes of which the catalogue says', () => {
  it.each(Object.entries(MARKED))('%s', (mark, { families = [], codes = [], except = [] }) => {
    const expected = CODES.filter(
      (code) => (families.includes(familyOf(code)) && !except.includes(code)) || codes.includes(code),
    );
    expect(CODES.filter((code) => isMarked(code, mark as Mark))).toEqual(expected);
    expect(expected.length).toBeGreaterThanOrEqual(families.length + codes.length);
  });
});

it('a mark is looked for no further than to the first finding that has it', () => {
  let made = 0;
  function* findings(): Generator<{ code: FindingCode }> {
    for (; made < 1000; made++) yield { code: 'BLK_CHECKSUM_MISMATCH' };
  }
  expect(hasMark(findings(), 'loss')).toBe(true);
  expect(made).toBe(0);
});
