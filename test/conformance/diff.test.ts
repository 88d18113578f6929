import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { diffArchives } from '../../src/operation/diff/run.ts';
import type { NotComparable, StreamDiff } from '../../src/operation/diff/types.ts';
import { archiveForms, type ArchiveForm } from '../support/archive-forms.ts';
import { captures, type Capture } from '../support/captures.ts';

/** The whole of a comparison that found nothing. */
const NOTHING = { same: true, only_in: null, config: [], state_changes: [], consumers: [] };

function isV2({ stream, label }: ArchiveForm, version: string): boolean {
  return version === '2.15.2' && stream.path !== label;
}

/** What the forms cannot carry: the closed list. */
function expectedGaps(a: ArchiveForm, b: ArchiveForm, version: string): NotComparable[] {
  const [v2A, v2B] = [isV2(a, version), isV2(b, version)];
  if (!v2A && !v2B) return [];
  return ['created', 'consumers.created', ...(v2A === v2B ? [] : (['consumers.memory'] as const))];
}

/**
 * Where the files themselves differ, and a difference must be told: servers make templates' streams, and streams whose
 * capture spans a restart, anew; 2.10 loses a message block in the store of COMPERASE; backups without consumers.
 */
function isTold(diff: StreamDiff, a: ArchiveForm, b: ArchiveForm): boolean {
  const hasConsumers = [a, b].map(({ label }) => !label.includes('noconsumers'));
  if (/^(RESTARTED|template_)/.test(diff.name)) {
    const consumers = diff.consumers.flatMap(({ changes }) => changes.map(({ path }) => path));
    const isOnlyCreated =
      diff.config.length + diff.state_changes.length === 0 && diff.created.a !== diff.created.b;
    return isOnlyCreated && consumers.every((path) => path === 'created') && differingMessages(diff) === 0n;
  }
  if (hasConsumers[0] !== hasConsumers[1])
    return (
      differingMessages(diff) === 0n &&
      diff.config.length + diff.state_changes.length === 0 &&
      diff.consumers.every(({ only_in }) => only_in === (hasConsumers[0] === true ? 'a' : 'b'))
    );
  return diff.name === 'COMPERASE';
}

function differingMessages({ messages: { totals } }: StreamDiff): bigint {
  return totals.only_a + totals.only_b + totals.changed;
}

describe('a stream is the same in every pair of its forms', () => {
  for (const capture of captures()) {
    const forms = archiveForms(capture, () => true);
    const streams = [...new Set(forms.map(({ stream }) => stream))];
    if (streams.length === 0) continue;
    it(capture.id, async () => {
      let told = 0;
      for (const stream of streams) {
        const own = forms.filter((form) => form.stream === stream);
        for (const a of own)
          for (const b of own) {
            const report = await diffArchives(a.path, b.path, { jobs: 1 });
            const [diff] = report.streams as [StreamDiff];
            const label = `${a.label} ${b.label}`;
            expect(report.streams, label).toHaveLength(1);
            const gaps = diff.not_comparable.filter((gap) => gap !== 'state.last_ts');
            expect(gaps, label).toEqual(expectedGaps(a, b, capture.version));
            if (!diff.same && a !== b && isTold(diff, a, b)) told++;
            else {
              expect(diff, label).toMatchObject(NOTHING);
              expect(differingMessages(diff), label).toBe(0n);
            }
            if (stream.name !== 'COMPERASE')
              expect(diff.messages.totals.same, label).toBe(BigInt(stream.messages?.length ?? 0));
          }
      }
      expect(told).toBeLessThan(forms.length);
    });
  }
});

describe('a store is the same as itself, or not compared where it is encrypted', () => {
  for (const capture of captures()) {
    const store = join(capture.folder, 'store');
    const nodes = capture.truth.layout === 'cluster' ? readdirSync(store) : ['.'];
    for (const node of nodes)
      it(`${capture.id} ${node}`, async () => {
        const report = await diffArchives(join(store, node), join(store, node), { jobs: 1 });
        const isEncrypted = report.findings.a.some(({ code }) => code === 'ENC_KEY_REQUIRED');
        expect(isEncrypted).toBe(capture.id.includes('enc-'));
        expect(report.same).toBe(!isEncrypted);
        expect(report.streams.length).toBeGreaterThan(0);
        for (const diff of report.streams) {
          expect(diff, diff.name).toMatchObject({ ...NOTHING, same: !isEncrypted });
          expect(diff.unreadable_in, diff.name).toEqual(isEncrypted ? ['a', 'b'] : []);
          expect(differingMessages(diff), diff.name).toBe(0n);
        }
        expect(report.findings.a).toEqual(report.findings.b);
      });
  }
});

describe('a store and backups of several streams', () => {
  const CONFIG_ONLY = ['created', 'state', 'messages', 'consumers.created', 'consumers.state'];
  const isThere = ({ folder }: Capture): boolean => existsSync(join(folder, 'backups/backup-config'));
  for (const capture of captures().filter(isThere)) {
    const [backup, store] = ['backups/backup-config', 'store'].map((path) => join(capture.folder, path));
    it(`${capture.id}: configuration only`, async () => {
      const { streams } = await diffArchives(backup ?? '', store ?? '', { jobs: 1 });
      const both = streams.filter(({ only_in }) => only_in === null);
      expect(both.length).toBeGreaterThan(1);
      for (const diff of both) {
        expect(diff, diff.name).toMatchObject(NOTHING);
        expect(diff.not_comparable, diff.name).toEqual(CONFIG_ONLY);
      }
    });
  }

  for (const capture of captures().filter(({ folder }) => existsSync(join(folder, 'account-backup/$G')))) {
    const [backup, store] = ['account-backup/$G', 'store'].map((path) => join(capture.folder, path));
    it(`${capture.id}: an account`, async () => {
      const { streams } = await diffArchives(backup ?? '', store ?? '', { jobs: 1, account: '$G' });
      const both = streams.filter(({ only_in, name }) => only_in === null && name !== 'RESTARTED');
      expect(both.length).toBeGreaterThan(1);
      for (const diff of both) {
        expect(diff, diff.name).toMatchObject(NOTHING);
        expect(differingMessages(diff), diff.name).toBe(0n);
        expect(diff.not_comparable, diff.name).toEqual([]);
      }
    });
  }

  it('a single block', async () => {
    const [capture] = captures().filter(({ id }) => id.endsWith('2.14.5-full'));
    const block = join(capture?.folder ?? '', 'store/jetstream/$G/streams/ORDERS/msgs/1.blk');
    const report = await diffArchives(block, join(capture?.folder ?? '', 'backups/$G/ORDERS'));
    const [diff] = report.streams as [StreamDiff];
    expect(diff).toMatchObject(NOTHING);
    expect(diff.messages.totals.same).toBe(163n);
    expect(diff.not_comparable).toEqual(['created', 'config', 'consumers']);
  });
});
