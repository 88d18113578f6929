import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repairArchive } from '../../src/operation/repair/run.ts';
import { verifyArchive } from '../../src/operation/verify/run.ts';
import { convertArchive } from '../../src/operation/convert/run.ts';
import type { Json } from '../support/captures.ts';
import { codesOf, tempFolder, verifyDamaged } from '../support/damage.ts';
import { backupDeclaring } from '../support/damaged-copies.ts';
import { hasServer, LiveServer } from '../support/live-server.ts';

const V1 = '2.14.5-full/backups/$G/ORDERS';
const V2 = '2.15.2-full/backups/$G/ORDERS';

/** The subjects under another name. */
function renamed(field: string): object {
  return { subjects: undefined, [field]: ['orders.>'] };
}

function writtenConfig(target: string): Json {
  return JSON.parse(readFileSync(join(target, 'jetstream/$G/streams/ORDERS/meta.inf'), 'utf8'));
}

describe('a field of backup.json that no server knows', () => {
  it('is a warning in a V1 backup, which the nats CLI restores without it', async () => {
    const report = await verifyDamaged(backupDeclaring(V1, { config: renamed('subjectz') }));
    expect({ status: report.status, codes: codesOf(report) }).toEqual({
      status: 'WARNING',
      codes: ['CFG_UNKNOWN_FIELD'],
    });
    expect(report.findings).toMatchObject([
      { code: 'CFG_UNKNOWN_FIELD', file: 'backup.json', data: { field: 'subjectz' } },
    ]);
    // As seen with the CLI 0.4.0. 2.9 holds the filter of a consumer against the subjects: there are none.
    expect(report.streams[0]?.predictions.map(({ server, outcome }) => [server, outcome])).toEqual([
      ['2.9', 'refused'],
      ['2.10', 'whole'],
      ['2.11', 'whole'],
      ['2.12', 'whole'],
      ['2.14', 'whole'],
      ['2.15', 'whole'],
    ]);
  });

  it.each([
    ['V1', V1],
    ['V2', V2],
  ])('is taken as clients take it where only letters are large: %s', async (_, backup) => {
    expect(codesOf(await verifyDamaged(backupDeclaring(backup, { config: renamed('Subjects') })))).toEqual(
      [],
    );
    const target = join(tempFolder(), 'out');
    const { isLossy } = await repairArchive(backupDeclaring(backup, { config: renamed('Subjects') }), {
      target,
      to: 'store',
    });
    expect(isLossy).toBe(false);
    expect(writtenConfig(target).subjects).toEqual(['orders.>']);
  });

  it('is not written by a repair of a V1 backup, whose meta.inf is whole', async () => {
    const target = join(tempFolder(), 'out');
    const { isLossy } = await repairArchive(backupDeclaring(V1, { config: renamed('subjectz') }), {
      target,
      to: 'store',
    });
    expect(isLossy).toBe(false);
    expect(writtenConfig(target)).toMatchObject({ subjects: ['orders.>'] });
    expect(writtenConfig(target)).not.toHaveProperty('subjectz');
  });

  it.each([
    ['a name that is not known', renamed('subjectz'), 'subjectz'],
    ['a value that cannot be', { max_msgs: '17' }, 'max_msgs'],
    ['a value that is none', { retention: 'limitz' }, 'retention'],
  ])('is left out of what is made of a V2 backup, and said: %s', async (_, config, field) => {
    const backup = backupDeclaring(V2, { config });
    const target = join(tempFolder(), 'out');
    const { loss, isLossy } = await repairArchive(backup, { target, to: 'store' });
    expect(writtenConfig(target)).not.toHaveProperty(field);
    expect(isLossy).toBe(true);
    expect(loss.notes).toMatchObject([{ code: 'CONFIG_LEFT_OUT', loss: true }]);
    expect(loss.notes[0]?.text).toContain(field);
    const copy = join(tempFolder(), 'out');
    const written = await convertArchive(backup, { target: copy, to: 'store' });
    expect(writtenConfig(copy)).not.toHaveProperty(field);
    expect(written.streams[0]?.not_carried[0]).toContain(field);
    expect(written.findings.map(({ code }) => code)).toContain(
      field === 'subjectz' ? 'CFG_UNKNOWN_FIELD' : 'CFG_SCHEMA_VIOLATION',
    );
    for (const path of [target, copy]) expect((await verifyArchive(path)).status).toBe('OK');
  });

  it('a configuration that is given takes its place', async () => {
    const target = join(tempFolder(), 'out');
    const config = { name: 'ORDERS', subjects: ['orders.>'] };
    const { loss } = await repairArchive(backupDeclaring(V2, { config: renamed('subjectz') }), {
      target,
      to: 'store',
      config,
    });
    expect(loss.notes.map(({ code }) => code)).toEqual(['CONFIG_GIVEN']);
  });

  it.each(['2.14.5', '2.15.2'].filter(hasServer))('nats-server %s serves what was made', async (version) => {
    const store = join(tempFolder(), 'store');
    await repairArchive(backupDeclaring(V2, { config: renamed('subjectz') }), { target: store, to: 'store' });
    const server = await LiveServer.start(version, store);
    const info: Json = JSON.parse(server.nats('stream', 'info', 'ORDERS', '--json'));
    await server.stop();
    expect(info).toMatchObject({ config: { subjects: ['ORDERS'] }, state: { messages: 163 } });
  });
});

describe('what the nats CLI makes of a backup.json', () => {
  const outcomes = async (config: object): Promise<string[]> => {
    const { streams } = await verifyArchive(backupDeclaring(V1, { config }));
    return (streams[0]?.predictions ?? []).map(({ outcome }) => outcome);
  };

  it('a field that only newer servers know is sent: strict ones refuse it', async () => {
    expect(await outcomes({ allow_batched: true })).toEqual([
      'whole',
      'whole',
      'whole',
      'refused',
      'whole',
      'whole',
    ]);
  });

  it('a template is not sent, and no API level is asked for', async () => {
    expect(new Set(await outcomes({ template_owner: 'T' }))).toEqual(new Set(['whole']));
    expect(new Set(await outcomes({ metadata: { '_nats.req.level': '7' } }))).toEqual(new Set(['whole']));
  });

  it('a value that it cannot read is refused', async () => {
    expect(new Set(await outcomes({ max_msgs: '17' }))).toEqual(new Set(['refused']));
  });
});
