// npm run oracle -- --count N --seed N [--servers 2.14.5,2.10.29] [--only M00001,R00002] [--keep FOLDER]: long runs of the
// differential test of predictions; --keep copies there what was predicted wrongly, --only looks at these cases alone.
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    servers: { type: 'string' },
    only: { type: 'string' },
    keep: { type: 'string' },
  },
});
const { status } = spawnSync(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', 'test/conformance/oracle.test.ts'],
  {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: 'inherit',
    env: {
      ...process.env,
      NATSARC_REQUIRE_SERVERS: '1',
      NATSARC_ORACLE_COUNT: values.count,
      NATSARC_ORACLE_SEED: values.seed,
      ...(values.servers === undefined ? {} : { NATSARC_ORACLE_VERSIONS: values.servers }),
      ...(values.only === undefined ? {} : { NATSARC_ORACLE_ONLY: values.only }),
      ...(values.keep === undefined ? {} : { NATSARC_ORACLE_KEEP: resolve(values.keep) }),
    },
  },
);
process.exitCode = status ?? 1;
