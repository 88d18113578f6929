import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { StoredMessage } from '../../src/operation/content/message-walk.ts';
import type { MessageFilter } from '../../src/operation/filter/types.ts';
import { sliceArchive } from '../../src/operation/slice/run.ts';
import { archiveForms, type ArchiveForm } from '../support/archive-forms.ts';
import { sharedCaptures, type Capture, type Json } from '../support/captures.ts';
import { tempFolder } from '../support/damage.ts';
import { summaryOf } from '../support/stream-summary.ts';
import { hasServer, LiveServer } from '../support/live-server.ts';
import { storedMessages } from '../support/message-list.ts';

/** Not as their files say once a server has them: what is too old goes at once, what has a source is filled from it. */
const NOT_COMPARED =
  /^(AGED|TTL|TTLAGED|EXPIRED|DEDUP|SCHED|MIRROR.*|.*SOURCED|SRCXFORM|COUNTERSRC|COMPERASE)$/;

/** Filters made of a stream's own messages. */
const FILTERS: readonly ((all: readonly StoredMessage[]) => MessageFilter & { renumber?: boolean })[] = [
  (all) => ({ maxSeq: middle(all).seq }),
  (all) => ({ subjects: [textOf(middle(all).subject)] }),
  (all) => ({ beforeNs: middle(all).timeNs }),
  (all) => ({ minSeq: middle(all).seq }),
  () => ({ lastPerSubject: 1 }),
  (all) => ({ subjects: [textOf(middle(all).subject)], maxSeq: (all.at(-1)?.seq ?? 1n) - 1n }),
  (all) => ({ subjects: [textOf(middle(all).subject)], renumber: true }),
  (all) => ({ afterNs: all[1]?.timeNs ?? middle(all).timeNs, limit: Math.ceil(all.length / 2) }),
  () => ({ subjects: ['no.such.subject'] }),
];

for (const capture of sharedCaptures().filter(({ set }) => set === 'full'))
  describe.skipIf(!hasServer(capture.version))(`nats-server ${capture.version}`, () => {
    it('restores slices and holds what cat gives', async () => {
      const folder = tempFolder();
      const server = await LiveServer.start(capture.version, join(folder, 'store'));
      const differing: Json[] = [];
      let compared = 0;
      try {
        for (const form of usableForms(capture)) {
          const target = join(folder, `slice-${compared}`);
          const filter = await filterFor(form, compared);
          const isV2 = capture.version.startsWith('2.15') && Math.floor(compared / FILTERS.length) % 2 === 1;
          await sliceArchive(form.path, { ...filter, to: isV2 ? 'v2' : 'v1', target });
          server.nats('stream', 'restore', target, '--no-progress');
          differing.push(
            ...(await differences(server, form, filter, target, join(folder, `again-${compared}`))),
          );
          server.nats('stream', 'rm', form.stream.name, '--force');
          compared++;
        }
      } finally {
        await server.stop();
      }
      console.log(`nats-server ${capture.version}: ${compared} slices restored and compared`);
      expect(differing).toEqual([]);
      expect(compared).toBeGreaterThan(40);
    }, 600_000);

    it('starts from slices written as store folders', async () => {
      const folder = tempFolder();
      // A server before 2.14 loads streams of a template only with the template beside them.
      const usable = usableForms(capture).filter(({ stream }) => !stream.name.startsWith('template_'));
      const forms = new Map(usable.map((form) => [form.stream.name, form]));
      const differing: Json[] = [];
      let compared = 0;
      for (const turn of [0, 1, 2, 4, 8]) {
        const store = join(folder, `store-${turn}`);
        const streams = join(store, 'jetstream/$G/streams');
        mkdirSync(streams, { recursive: true });
        const slices: { form: ArchiveForm; filter: MessageFilter; target: string }[] = [];
        for (const [name, form] of forms) {
          const target = join(folder, `slice-${turn}-${slices.length}`);
          const filter = await filterFor(form, turn);
          await sliceArchive(form.path, { ...filter, to: 'store', target });
          const [account = ''] = readdirSync(join(target, 'jetstream'));
          renameSync(join(target, 'jetstream', account, 'streams', name), join(streams, name));
          await sliceArchive(form.path, { ...filter, to: 'v1', target: `${target}-v1` });
          slices.push({ form, filter, target: `${target}-v1` });
        }
        const server = await LiveServer.start(capture.version, store);
        try {
          for (const { form, filter, target } of slices) {
            const again = join(folder, `again-${turn}-${compared++}`);
            differing.push(...(await differences(server, form, filter, target, again)));
          }
        } finally {
          await server.stop();
        }
      }
      console.log(`nats-server ${capture.version}: ${compared} slices started and compared`);
      expect(differing).toEqual([]);
      expect(compared).toBeGreaterThan(40);
    }, 600_000);
  });

function usableForms(capture: Capture): ArchiveForm[] {
  return archiveForms(capture, (name) => !NOT_COMPARED.test(name));
}

async function filterFor(form: ArchiveForm, turn: number): Promise<MessageFilter & { renumber?: boolean }> {
  const all = await storedMessages(form.path);
  return all.length === 0 ? {} : (FILTERS[turn % FILTERS.length]?.(all) ?? {});
}

/** Asks the server for the stream and compares: the slice as it was written, and cat of the whole with the filter. */
async function differences(
  server: LiveServer,
  form: ArchiveForm,
  filter: MessageFilter & { renumber?: boolean },
  slice: string,
  again: string,
): Promise<Json[]> {
  server.nats('stream', 'backup', form.stream.name, again, '--no-progress');
  const wrote = await summaryOf(slice);
  const held = notBegun(await summaryOf(again), wrote);
  const [wanted, got] = [await storedMessages(form.path, filter), await storedMessages(again)];
  const isSame =
    JSON.stringify(wrote) === JSON.stringify(held) &&
    sumOf(wanted, filter.renumber === true) === sumOf(got, false);
  return isSame ? [] : [{ label: form.label, filter, wrote, held, wanted: wanted.length, got: got.length }];
}

/** A consumer that has delivered nothing gets the place where it will begin when a server makes it anew. */
function notBegun(held: Json, wrote: Json): Json {
  const begins = String(BigInt(held.state[2]) - 1n);
  const nowhere = ['0', '0', '0', '0', '0', '0'];
  const consumers = held.consumers.map(([name, ...at]: string[]) => {
    const before = wrote.consumers.find((consumer: string[]) => consumer[0] === name) ?? [];
    const isSame = before.slice(1).join() === nowhere.join() && at.join() === `0,${begins},0,${begins},0,0`;
    return isSame ? before : [name, ...at];
  });
  return { ...held, consumers };
}

function sumOf(messages: readonly StoredMessage[], isNumbered: boolean): string {
  const hash = createHash('sha256');
  for (const [i, { seq, timeNs, subject, header, data }] of messages.entries()) {
    const lengths = [subject.length, header?.length ?? 0, data.length];
    hash.update(`${isNumbered ? i + 1 : seq} ${timeNs} ${lengths.join(' ')}\n`);
    hash
      .update(subject)
      .update(header ?? '')
      .update(data);
  }
  return hash.digest('hex');
}

function middle(all: readonly StoredMessage[]): StoredMessage {
  return all[all.length >> 1] as StoredMessage;
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}
