import { expect, it } from 'vitest';
import { tempFolder } from '../support/damage.ts';
import { hasServer } from '../support/live-server.ts';
import { runStartOracle } from '../support/oracle/start-oracle.ts';

const count = Number(process.env['ORACLE_COUNT'] ?? 300);
const seed = Number(process.env['ORACLE_SEED'] ?? 1);
const versions = (process.env['ORACLE_VERSIONS'] ?? '2.14.5,2.10.29').split(',');
const isRequired = process.env['NATSARC_REQUIRE_SERVERS'] === '1';
const isReady = versions.every(hasServer);
if (!isReady && !isRequired)
  console.warn(`SKIPPED: nats-server ${versions.join(', ')} are not all installed`);

it.skipIf(!isReady && !isRequired)(
  `servers do with ${count} damaged streams what was predicted`,
  { timeout: 3_600_000 },
  async () => {
    const result = await runStartOracle({ count, seed, versions, folder: tempFolder() });
    for (const one of result.disagreements)
      console.log(
        `${one.version} ${one.account} ${one.origin}: ${one.done}\n  predicted ${one.predicted}\n  observed  ${one.observed}`,
      );
    const agreed = (result.comparisons - result.disagreements.length) / result.comparisons;
    console.log(
      `oracle, start: ${(100 * agreed).toFixed(2)} % of ${result.comparisons} agree (seed ${seed})`,
    );
    expect(result.cases).toBe(count);
    expect(agreed).toBeGreaterThanOrEqual(0.99);
  },
);
