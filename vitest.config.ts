import { existsSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Memory and start-up are measured: nothing else may run beside them.
    fileParallelism: false,
    // Without the captures of ../shared, some suites have nothing to run on, and say so.
    passWithNoTests: !existsSync(new URL('../shared/fixtures', import.meta.url)),
    testTimeout: 120_000,
    hookTimeout: 600_000,
  },
});
