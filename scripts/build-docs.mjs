// Renews the tables in docs/ that the sources tell: findings, and the codes of a loss report. With --check: exits 1 where one is
// out of date.
import { readFileSync, writeFileSync } from 'node:fs';
import { CATALOG } from '../dist/findings/catalog/index.js';
import { LOSS_REASONS, NOTE_MEANINGS } from '../dist/operation/salvage/loss-codes.js';

renew('findings.md', () => {
  const rows = Object.entries(CATALOG).map(
    ([code, entry]) =>
      `| \`${code}\` | ${entry.severity}${'unknown' in entry ? ', UNKNOWN' : ''} | ${entry.title} |`,
  );
  return `# Findings

Every code that \`verify\` can give; \`natsarc explain CODE\` tells one in full. Codes are only ever added. Where UNKNOWN stands beside
it, the archive could not be judged: the status is UNKNOWN unless something critical was found.

| code | severity | what |
| --- | --- | --- |
${rows.join('\n')}
`;
});
renew('repair.md', (page) =>
  withTable(withTable(page, 'lost or doubtful', 'reason', LOSS_REASONS), 'notes', 'what', NOTE_MEANINGS),
);

function renew(file, made) {
  const target = new URL(`../docs/${file}`, import.meta.url);
  const before = readFileSync(target, 'utf8');
  const text = made(before);
  if (!process.argv.includes('--check')) writeFileSync(target, text);
  else if (before !== text) {
    process.stderr.write(`docs/${file} is out of date: npm run docs\n`);
    process.exitCode = 1;
  }
}

/** The page with the table between the comments of this name made anew. */
function withTable(page, name, column, meanings) {
  const [begin, end] = [`<!-- ${name}: npm run docs -->\n`, '<!-- end -->'];
  const from = page.indexOf(begin) + begin.length;
  const to = page.indexOf(end, from);
  if (from < begin.length || to < 0) throw new Error(`no table of ${name}`);
  const rows = Object.entries(meanings).map(([code, meaning]) => `| \`${code}\` | ${meaning} |`);
  return `${page.slice(0, from)}\n| \`code\` | ${column} |\n| --- | --- |\n${rows.join('\n')}\n\n${page.slice(to)}`;
}
