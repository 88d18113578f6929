// Prints `N passed, N failed` from the test runner's own report; exits 1 where a test failed or none ran.
import { readFileSync } from 'node:fs';

const report = JSON.parse(readFileSync(new URL('../.cache/test-report.json', import.meta.url), 'utf8'));
const suites = report.testResults.filter(
  (suite) => suite.status === 'failed' && suite.assertionResults.length === 0,
).length;
const failed = report.numFailedTests + suites;
const skipped = report.numPendingTests + report.numTodoTests;
process.stdout.write(
  `${report.numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`,
);
process.exit(failed > 0 || report.numPassedTests === 0 ? 1 : 0);
