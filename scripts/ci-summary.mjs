// Prints `N passed, N failed` from the test runner's own report; exits 1 where a test failed or none ran.
import { existsSync, readFileSync } from 'node:fs';

const path = new URL('../.cache/test-report.json', import.meta.url);
if (!existsSync(path)) {
  process.stdout.write('the tests did not run\n0 passed, 1 failed\n');
  process.exit(1);
}
const report = JSON.parse(readFileSync(path, 'utf8'));
// A suite can fail without a failed test: where it cannot be loaded, or holds none.
const failed = Math.max(report.numFailedTests, report.success ? 0 : 1);
const skipped = report.numPendingTests + report.numTodoTests;
if (skipped > 0) process.stdout.write(`${skipped} skipped\n`);
process.stdout.write(`${report.numPassedTests} passed, ${failed} failed\n`);
process.exit(failed > 0 || report.numPassedTests === 0 ? 1 : 0);
