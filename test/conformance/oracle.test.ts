import { cpSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { tempFolder } from '../support/damage.ts';
import { hasServer } from '../support/live-server.ts';
import { checkRepairs } from '../support/oracle/repair-oracle.ts';
import { ratesOf, type OracleOptions, type OracleResult } from '../support/oracle/compare.ts';
import { runRestoreOracle } from '../support/oracle/restore-oracle.ts';
import { runStartOracle } from '../support/oracle/start-oracle.ts';

/** Of each kind: stores that are started, backups that are restored. */
const count = Number(process.env['NATSARC_ORACLE_COUNT'] ?? 300);
const seed = Number(process.env['NATSARC_ORACLE_SEED'] ?? 1);
const versions = (process.env['NATSARC_ORACLE_VERSIONS'] ?? '2.14.5,2.10.29').split(',');
const [version = ''] = versions;
/** Accounts of the only cases to look at. */
const only = process.env['NATSARC_ORACLE_ONLY']?.split(',') ?? null;
/** A folder for what servers did not make of it what was predicted. */
const keepFolder = process.env['NATSARC_ORACLE_KEEP'];
const isReady = versions.every(hasServer);

/** What is done, what its cases begin with, and what does it. */
const KINDS: readonly [string, string, (options: OracleOptions) => Promise<OracleResult>][] = [
  ['start', 'M', runStartOracle],
  ['restore', 'R', runRestoreOracle],
];
const kinds = KINDS.filter(
  ([, letter]) => only === null || only.some((account) => account.startsWith(letter)),
);

it.skipIf(!isReady).for(kinds)(
  'servers do what was predicted: %s',
  { timeout: 24 * 3_600_000 },
  async ([kind, , run]) => {
    const folder = tempFolder();
    const chosen = only === null ? null : new Set(only);
    const result = await run({ count, seed, versions, only: chosen, folder });
    const { cases, comparisons } = result;
    const disagreements = comparisons.filter(({ agrees }) => !agrees);
    for (const one of disagreements) {
      console.log(
        `seed ${seed}, nats-server ${one.version}, ${one.account} ${one.origin}: ${one.done}\n  predicted ${one.predicted}\n  observed  ${one.observed}`,
      );
      if (keepFolder !== undefined)
        cpSync(one.path, join(keepFolder, `${seed}-${one.account}`, basename(one.path)), { recursive: true });
    }
    for (const rate of ratesOf(comparisons)) console.log(`oracle, ${kind}, ${rate} (seed ${seed})`);
    const { figures, wrong } = await checkRepairs(result, { version, folder: join(folder, 'repaired') });
    console.log(`repairs, ${kind}: ${JSON.stringify(figures)} (seed ${seed})`);
    if (only === null) expect(cases.length).toBe(count);
    expect(disagreements.length).toBeLessThanOrEqual(0.01 * comparisons.length);
    expect(wrong).toEqual([]);
    expect(figures.loaded).toBeGreaterThanOrEqual(0.9 * cases.length);
  },
);
