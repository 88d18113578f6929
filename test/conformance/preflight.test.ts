import { cpSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { preflightStore } from '../../src/operation/preflight/run.ts';
import { repairArchive } from '../../src/operation/repair/run.ts';
import { verifyArchive } from '../../src/operation/verify/run.ts';
import { captures } from '../support/captures.ts';
import { CAPTURES, tempFolder } from '../support/damage.ts';

const clusters = captures().filter((capture) => capture.truth.layout === 'cluster');

describe.for(clusters)('a cluster: $id', ({ folder, truth }) => {
  const nodes = [
    ...new Set(truth.accounts.flatMap((account) => account.streams.flatMap((one) => one.nodes ?? []))),
  ];

  it('its meta group lists every stream on every node', async () => {
    expect(nodes.length).toBe(3);
    for (const node of nodes) {
      const { status, streams } = await preflightStore(join(folder, 'store', node), {
        serverVersion: '2.14',
      });
      expect(streams.length).toBeGreaterThan(0);
      expect(streams.filter((stream) => stream.assigned !== true)).toEqual([]);
      expect(status).toBe('OK');
    }
  });

  it('a stream that was copied in becomes an orphan; without a meta group nothing is said', async () => {
    const store = join(tempFolder(), 'store');
    cpSync(join(folder, 'store', nodes[0] ?? ''), store, { recursive: true });
    const streams = join(store, 'jetstream/$G/streams');
    cpSync(join(CAPTURES, '2.14.5-full/store/jetstream/$G/streams/HUGESEQ'), join(streams, 'HUGESEQ'), {
      recursive: true,
    });
    const told = await preflightStore(store, { streams: ['HUGESEQ'] });
    expect(told.status).toBe('CRITICAL');
    expect(told.streams[0]).toMatchObject({
      assigned: false,
      outcome: 'whole',
      steps: [{ do: 'orphan-stream' }],
    });
    const group = join(store, 'jetstream/$SYS/_js_/_meta_');
    renameSync(join(group, 'msgs'), join(group, 'gone'));
    expect((await preflightStore(store, { streams: ['HUGESEQ'] })).streams[0]?.assigned).toBeNull();
    rmSync(store, { recursive: true });
  });

  it('a stream that a node lost is told by its repair, where the meta group assigns it to the node', async () => {
    const [first = '', second = ''] = nodes;
    const store = join(tempFolder(), 'store');
    cpSync(join(folder, 'store', first), store, { recursive: true });
    const streams = join(store, 'jetstream/$G/streams');
    const [gone = ''] = readdirSync(streams);
    rmSync(join(streams, gone), { recursive: true });
    const from = [join(folder, 'store', second)];
    const { loss, isLossy } = await repairArchive(store, { from, target: join(store, '../out') });
    expect(loss.notes.filter(({ code }) => code === 'STREAM_MISSING')).toMatchObject([
      { stream: gone, loss: true },
    ]);
    expect(isLossy).toBe(true);
  });
});

describe('predictions', () => {
  it('of undamaged stores are their state, for the generation that wrote them', async () => {
    for (const { version, set, folder } of captures().filter((one) => one.set === 'full')) {
      let compared = 0;
      const generation = version.split('.').slice(0, 2).join('.');
      const { streams } = await verifyArchive(join(folder, 'store'));
      for (const { name, actual, predictions } of streams) {
        const prediction = predictions.find((one) => one.server === generation);
        if (prediction === undefined || actual === null || WITH_A_CLOCK.test(name)) continue;
        const said = {
          set,
          name,
          messages: BigInt(actual.messages),
          last: actual.last_seq,
          outcome: 'whole',
        };
        const { messages, last_seq: last, outcome } = prediction;
        if (name !== 'COMPERASE') expect({ set, name, messages, last, outcome }).toEqual(said);
        compared++;
      }
      expect(compared).toBeGreaterThan(0);
    }
  });
});

/** Whose messages go as time goes by. */
const WITH_A_CLOCK = /^(AGED|TTL|TTLAGED|EXPIRED|SCHED|DEDUP)$/;
