import type { CatalogEntry } from '../catalog-entry.ts';
import { SRC_SUITE } from './src.ts';
import { S2_SUITE } from './s2.ts';
import { GZIP_SUITE } from './gzip.ts';
import { TAR_SUITE } from './tar.ts';
import { V2_SUITE } from './v2.ts';
import { MAN_SUITE } from './man.ts';
import { DECL_SUITE } from './decl.ts';
import { META_SUITE } from './meta.ts';
import { BLK_SUITE } from './blk.ts';
import { IDX_SUITE } from './idx.ts';
import { TTL_SUITE } from './ttl.ts';
import { CON_SUITE } from './con.ts';
import { DIR_SUITE } from './dir.ts';

const SUITES = {
  ...SRC_SUITE,
  ...S2_SUITE,
  ...GZIP_SUITE,
  ...TAR_SUITE,
  ...V2_SUITE,
  ...MAN_SUITE,
  ...DECL_SUITE,
  ...META_SUITE,
  ...BLK_SUITE,
  ...IDX_SUITE,
  ...TTL_SUITE,
  ...CON_SUITE,
  ...DIR_SUITE,
} as const;

/** A stable word for one kind of fact about the data; append-only, listed by `natsarc checks`. */
export type FindingCode = keyof typeof SUITES;

/** Every code with what it means. The order is that of `natsarc checks`. */
export const CATALOG: Readonly<Record<FindingCode, CatalogEntry>> = SUITES;
