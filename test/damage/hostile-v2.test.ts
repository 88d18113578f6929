import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { inspectArchive } from '../../src/operation/inspect/run.ts';
import { repairArchive } from '../../src/operation/repair/run.ts';
import { verifyArchive } from '../../src/operation/verify/run.ts';
import { copyOf, editFile, tempFolder } from '../support/damage.ts';
import { framed, unframed } from '../support/frames.ts';
import { Random } from '../support/random.ts';

const STREAMS = ['ORDERS', 'CONS', 'WQ', 'TAILDEL'];
const CASES = 60;
const FIRST_SEED = 240;

/** Flips a bit or overwrites some bytes of what chunks hold; their sums fit. */
function damageContent(bytes: Uint8Array, random: Random): Buffer {
  const body = Buffer.from(unframed(Buffer.from(bytes)));
  for (let left = 1 + random.below(3); left > 0; left--) {
    const at = random.below(body.length);
    const length = 1 + random.below(random.below(3) === 0 ? 400 : 4);
    const how = random.below(3);
    if (how === 0) body[at] = (body[at] ?? 0) ^ (1 << random.below(8));
    else body.fill(how === 1 ? 0xff : 0, at, Math.min(body.length, at + length));
  }
  return framed(body, 4096);
}

it('of a V2 archive that is damaged within sound chunks a repair writes what servers take', async () => {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + CASES; seed++) {
    const random = new Random(seed);
    const backup = copyOf(`2.15.2-full/backups/$G/${random.pick(STREAMS)}`);
    editFile(join(backup, 'stream.tar.s2'), (bytes) => damageContent(bytes, random));
    const target = join(tempFolder(), 'out');
    await repairArchive(backup, { target, jobs: 1 });
    const { findings } = await verifyArchive(target);
    expect(
      findings.filter(({ severity }) => severity === 'critical'),
      String(seed),
    ).toEqual([]);
    rmSync(target, { recursive: true });
  }
});

it('a consumer whose filter is damaged begins where servers take it', async () => {
  const backup = copyOf('2.15.2-full/backups/$G/CONS');
  editFile(join(backup, 'stream.tar.s2'), (bytes) => {
    const body = Buffer.from(unframed(bytes));
    const field = body.indexOf('"filter_subject"', body.indexOf('"durable_name":"LASTPER"'));
    body.write('"filter_sucject"', field);
    return framed(body);
  });
  const target = join(tempFolder(), 'out');
  const { loss, written } = await repairArchive(backup, { target, jobs: 1 });
  expect(loss.notes).toMatchObject([
    {
      code: 'V2_CONSUMER_CORRUPT',
      consumer: 'LASTPER',
      text: expect.stringContaining('were left out') as string,
    },
  ]);
  expect(written.streams[0]).not.toHaveProperty('refused');
  const [stream] = (await inspectArchive(target)).accounts[0]?.streams ?? [];
  const repaired = stream?.consumers.find(({ name }) => name === 'LASTPER');
  expect(repaired?.config).toMatchObject({ durable_name: 'LASTPER' });
  expect(repaired?.config).not.toHaveProperty('deliver_policy');
});
