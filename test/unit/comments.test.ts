import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../support/captures.ts';
import { filesBelow } from '../support/files-below.ts';

/** From the file itself, from src/ or from the root. */
function isThere(page: string, file: string): boolean {
  return [dirname(file), join(ROOT, 'src'), ROOT].some((folder) => existsSync(join(folder, page)));
}

it('comments point to pages and schemas that are in the repository', () => {
  const lost = ['src', 'test', 'scripts']
    .flatMap((folder) => filesBelow(join(ROOT, folder)))
    .filter((file) => /\.(ts|mjs|md)$/.test(file) && !file.includes('/generated/'))
    .flatMap((file) => {
      const comments = readFileSync(file, 'utf8').match(/^\s*(\/\*\*?|\*|\/\/|[^`'"/]+\/\/).*$/gm) ?? [];
      const pages = comments.flatMap(
        (line) => line.match(/(?<![\w/}-])[\w.][\w./-]*\.(md|schema\.json)\b/g) ?? [],
      );
      return pages.filter((page) => !isThere(page, file)).map((page) => `${relative(ROOT, file)}: ${page}`);
    });
  expect(lost).toEqual([]);
});
