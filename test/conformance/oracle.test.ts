import { join } from 'node:path';
import { expect, it } from 'vitest';
import { tempFolder } from '../support/damage.ts';
import { hasServer } from '../support/live-server.ts';
import { checkRepairs } from '../support/oracle/repair-oracle.ts';
import { ratesOf, type OracleOptions, type OracleResult } from '../support/oracle/compare.ts';
import { runRestoreOracle } from '../support/oracle/restore-oracle.ts';
import { runStartOracle } from '../support/oracle/start-oracle.ts';

/** Of each kind: stores that are started, backups that are restored. */
const count = Number(process.env['ORACLE_COUNT'] ?? 300);
const seed = Number(process.env['ORACLE_SEED'] ?? 1);
const versions = (process.env['ORACLE_VERSIONS'] ?? '2.14.5,2.10.29').split(',');
const [version = ''] = versions;
const isRequired = process.env['NATSARC_REQUIRE_SERVERS'] === '1';
const isReady = versions.every(hasServer);
if (!isReady && !isRequired)
  console.warn(`SKIPPED: nats-server ${versions.join(', ')} are not all installed`);

const KINDS: readonly [string, (options: OracleOptions) => Promise<OracleResult>][] = [
  ['start', runStartOracle],
  ['restore', runRestoreOracle],
];

it.skipIf(!isReady && !isRequired).for(KINDS)(
  'servers do what was predicted: %s',
  { timeout: 24 * 3_600_000 },
  async ([kind, run]) => {
    const folder = tempFolder();
    const result = await run({ count, seed, versions, folder });
    const { cases, comparisons } = result;
    const disagreements = comparisons.filter(({ agrees }) => !agrees);
    for (const one of disagreements)
      console.log(
        `seed ${seed}, nats-server ${one.version}, ${one.account} ${one.origin}: ${one.done}\n  predicted ${one.predicted}\n  observed  ${one.observed}`,
      );
    for (const rate of ratesOf(comparisons)) console.log(`oracle, ${kind}, ${rate} (seed ${seed})`);
    const { figures, wrong } = await checkRepairs(result, { version, folder: join(folder, 'repaired') });
    console.log(`repairs, ${kind}: ${JSON.stringify(figures)} (seed ${seed})`);
    expect(cases.length).toBe(count);
    expect(disagreements.length).toBeLessThanOrEqual(0.01 * comparisons.length);
    expect(wrong).toEqual([]);
    expect(figures.loaded).toBeGreaterThanOrEqual(0.9 * count);
  },
);
