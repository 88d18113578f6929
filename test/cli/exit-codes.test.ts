import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/captures.ts';
import { CAPTURES, treeSum } from '../support/damage.ts';
import { runCli } from '../support/run-cli.ts';

const ORDERS = join(ROOT, 'testdata/backups/ORDERS');
const DAMAGED = join(CAPTURES, '2.10.29-full/store');
const SETTINGS = join(CAPTURES, '2.14.5-full/backups/$G/KV_settings');
const OTHER_ORDERS = join(CAPTURES, '2.15.2-full/backups/$G/ORDERS');
const ENCRYPTED = join(CAPTURES, '2.14.5-enc-chacha/store');

describe('exit codes', () => {
  const cases: readonly (readonly [string, readonly string[], number])[] = [
    ['verify OK', ['verify', ORDERS], 0],
    ['verify WARNING', ['verify', join(CAPTURES, '2.14.5-full/account-backup/$G')], 1],
    ['verify WARNING made critical', ['verify', '-w', join(CAPTURES, '2.14.5-full/account-backup/$G')], 2],
    ['verify CRITICAL', ['verify', DAMAGED], 2],
    ['verify UNKNOWN', ['verify', ENCRYPTED], 3],
    ['verify what is not there', ['verify', '/nowhere'], 3],
    ['verify, used wrongly', ['verify'], 3],
    ['verify as two documents', ['verify', '--json', '--format', 'nagios', ORDERS], 3],
    ['verify for prometheus', ['verify', '--format', 'prometheus', DAMAGED], 0],
    ['preflight OK', ['preflight', join(CAPTURES, '2.14.5-full/store')], 0],
    ['preflight WARNING', ['preflight', join(CAPTURES, '2.9.25-full/store')], 1],
    ['preflight WARNING made critical', ['preflight', '-w', join(CAPTURES, '2.9.25-full/store')], 2],
    ['preflight CRITICAL', ['preflight', DAMAGED], 2],
    ['preflight UNKNOWN', ['preflight', ENCRYPTED], 3],
    ['preflight what is not there', ['preflight', '/nowhere'], 3],
    ['preflight a backup', ['preflight', ORDERS], 3],
    ['preflight for no such server', ['preflight', DAMAGED, '--server-version', '2.13'], 3],
    ['inspect', ['inspect', ORDERS], 0],
    ['inspect damaged', ['inspect', '--deep', DAMAGED], 3],
    ['inspect what is not there', ['inspect', '/nowhere'], 1],
    ['inspect an archive called verify', ['inspect', 'verify'], 1],
    ['cat', ['cat', ORDERS, '--limit', '1'], 0],
    ['cat damaged', ['cat', DAMAGED, '--stream', 'COMPERASE'], 3],
    ['cat encrypted', ['cat', ENCRYPTED], 3],
    ['a stream that is not there', ['inspect', ORDERS, '--stream', 'NONE'], 2],
    ['an unknown command', ['verfy', ORDERS], 2],
    ['an unknown option', ['inspect', ORDERS, '--dep'], 2],
    ['a key that is not used', ['cat', ENCRYPTED, '--key-file', 'key'], 2],
    ['a previous key that is not used', ['inspect', ENCRYPTED, '--prev-key-file', 'key'], 2],
    ['verify with a key', ['verify', ENCRYPTED, '--key-file', 'key'], 3],
    ['a bad sequence', ['cat', ORDERS, '--seq', 'x'], 2],
    ['a bad time', ['cat', ORDERS, '--after', '2026-02-30T00:00:00Z'], 2],
    ['a bad regular expression', ['cat', ORDERS, '--grep', '('], 2],
    ['a header without a name', ['cat', ORDERS, '--header', '=x'], 2],
    ['no messages of each subject', ['cat', ORDERS, '--last-per-subject', '0'], 2],
    ['keys of a stream that is no bucket', ['cat', ORDERS, '--kv'], 2],
    ['a history of messages', ['cat', ORDERS, '--history'], 2],
    ['keys by payload', ['cat', SETTINGS, '--kv', '--grep', 'x'], 2],
    ['export', ['export', ORDERS, '--to', 'ndjson', '--limit', '1'], 0],
    ['export damaged', ['export', DAMAGED, '--stream', 'COMPERASE', '--to', 'json'], 3],
    ['export several streams', ['export', DAMAGED, '--to', 'json'], 2],
    ['export to nothing', ['export', ORDERS], 2],
    ['diff of the same', ['diff', ORDERS, ORDERS], 0],
    ['diff of different archives', ['diff', ORDERS, OTHER_ORDERS], 1],
    ['diff of damaged archives', ['diff', DAMAGED, DAMAGED], 2],
    ['diff of encrypted archives', ['diff', ENCRYPTED, ENCRYPTED], 2],
    ['diff with nothing', ['diff', ORDERS, '/nowhere'], 2],
    ['diff of one', ['diff', ORDERS], 2],
    ['diff of different streams', ['diff', ORDERS, SETTINGS], 2],
    ['diff of a stream that neither holds', ['diff', ORDERS, ORDERS, '--stream', 'NONE'], 2],
    ['diff with a name that B does not hold', ['diff', ORDERS, ORDERS, '--as', 'NONE'], 2],
    ['diff under a name, of several streams', ['diff', DAMAGED, ORDERS, '--as', 'ORDERS'], 2],
    ['diff with half a mapping', ['diff', ORDERS, ORDERS, '--map-subject', 'orders.>'], 2],
    ['diff with a mapping that loses a token', ['diff', ORDERS, ORDERS, '--map-subject', 'a.*=b'], 2],
    ['diff showing too much', ['diff', ORDERS, ORDERS, '--show', '1001'], 2],
    ['diff of three replicas', ['diff', ORDERS, ORDERS, ORDERS], 0],
    ['diff of three, one of another kind', ['diff', ORDERS, ORDERS, OTHER_ORDERS], 1],
    ['diff of three, one not there', ['diff', ORDERS, ORDERS, '/nowhere'], 2],
    ['diff of three under a name', ['diff', ORDERS, ORDERS, ORDERS, '--as', 'X'], 2],
    ['diff of standard input with itself', ['diff', '-', '-'], 2],
    ['an unknown code', ['explain', 'BLK_CHECKSUM'], 2],
    ['checks', ['checks'], 0],
    ['no command', [], 2],
  ];
  for (const [name, args, exit] of cases)
    it(`${name}: ${exit}`, () => {
      const before = treeSum(CAPTURES);
      const run = runCli(args);
      expect({ exit: run.exit, stderr: run.stderr }).toMatchObject({ exit });
      expect(run.stderr).not.toContain('    at ');
      expect(treeSum(CAPTURES)).toBe(before);
    });
});
