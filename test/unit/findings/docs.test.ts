import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../../support/captures.ts';

it('docs/ lists the codes as they are', () => {
  const done = spawnSync(process.execPath, [join(ROOT, 'scripts/build-docs.mjs'), '--check'], {
    encoding: 'utf8',
  });
  expect(done.stderr).toBe('');
  expect(done.status).toBe(0);
});
