// Renews docs/findings.md from the catalogue. With --check: exits 1 where it is out of date.
import { readFileSync, writeFileSync } from 'node:fs';
import { CATALOG } from '../dist/findings/catalog/index.js';

const target = new URL('../docs/findings.md', import.meta.url);
const rows = Object.entries(CATALOG).map(
  ([code, entry]) => `| \`${code}\` | ${'unknown' in entry ? 'unknown' : entry.severity} | ${entry.title} |`,
);
const text = `# Findings

Every code that \`verify\` can give; \`natsarc explain CODE\` tells one in full. Codes are only ever added.

| code | severity | what |
| --- | --- | --- |
${rows.join('\n')}
`;
if (!process.argv.includes('--check')) writeFileSync(target, text);
else if (readFileSync(target, 'utf8') !== text) {
  process.stderr.write('docs/findings.md is out of date: npm run docs\n');
  process.exit(1);
}
