import { pathToFileURL } from 'node:url';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/captures.ts';
import { tempFolder } from '../support/damage.ts';
import { runCli } from '../support/run-cli.ts';

const PRELOAD = pathToFileURL(join(ROOT, 'test/support/faulty-writes.mjs')).href;
const ORDERS = join(ROOT, 'testdata/backups/ORDERS');

/** So many of the first steps that write are failed in turn: folders, opening, writing, syncing. */
const STEPS = Array.from({ length: 12 }, (_, i) => i + 1);

const WRITERS = [
  ['repair', []],
  ['pack', []],
  ['convert', ['--to', 'store']],
] as const;

describe('a device without space: the target is named', () => {
  for (const [command, more] of WRITERS)
    it(command, () => {
      const folder = tempFolder();
      const target = join(folder, 'out');
      let writes = 0;
      for (const step of STEPS) {
        const run = runCli([command, ORDERS, ...more, '--out', target, '--jobs', '1'], undefined, undefined, {
          NODE_OPTIONS: `--import=${PRELOAD}`,
          NATSARC_FAULT: `ENOSPC:${step}:${folder}`,
        });
        expect(run.exit, run.stderr).toBe(1);
        expect(run.stderr).toContain('no space is left on the device');
        expect(run.stderr).toContain(target);
        if (run.stderr.startsWith(`natsarc: ${target}: no space`)) writes++;
        expect(existsSync(target)).toBe(false);
        expect(readdirSync(folder)).toEqual([]);
      }
      expect(writes).toBeGreaterThan(2);
    });
});
