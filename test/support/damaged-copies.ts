import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyOf, cutTombstones, editFile, flipBit, recordsOf } from './damage.ts';

const STREAMS = '2.14.5-full/store/jetstream/$G/streams';

/** Flips a bit in the record of a message, which lies in the first block of the stream's folder. */
export function damageMessage(stream: string, seq: bigint): void {
  const block = join(stream, 'msgs/1.blk');
  const record = recordsOf(readFileSync(block)).find((one) => one.seq === seq);
  if (record === undefined) throw new Error(`no record of ${seq}`);
  flipBit(block, record.at + 40);
}

/** The folder of ORDERS in a store, with one damaged message. */
export function damagedOrders(seq = 21n): string {
  const stream = copyOf(`${STREAMS}/ORDERS`);
  damageMessage(stream, seq);
  return stream;
}

/** The folder of a stream in a store, cut behind its last message: index.db is whole, and not current. */
export function withoutTombstones(name: string): string {
  const stream = copyOf(`${STREAMS}/${name}`);
  cutTombstones(stream);
  return stream;
}

/** A copy of a backup with another snapshot in it. */
export function backupWith(snapshot: Uint8Array, backup: string): string {
  const copy = copyOf(backup);
  writeFileSync(join(copy, 'stream.tar.s2'), snapshot);
  return copy;
}

/** A copy of a backup whose backup.json says something else; a field that is `undefined` is taken out. */
export function backupDeclaring(backup: string, change: { state?: object; config?: object }): string {
  const copy = copyOf(backup);
  editFile(join(copy, 'backup.json'), (bytes) => {
    const { state, config, ...rest }: Record<string, object> = JSON.parse(bytes.toString());
    const changed = {
      ...rest,
      state: { ...state, ...change.state },
      config: { ...config, ...change.config },
    };
    return Buffer.from(JSON.stringify(changed));
  });
  return copy;
}
