import { ByteWriter } from '../../core/bytes/byte-writer.ts';
import type { ScheduleFile } from './types.ts';

const VERSION = 1;

/** Writes sched.db (server: scheduler encode). */
export function writeSchedule(schedule: ScheduleFile): Uint8Array {
  const writer = new ByteWriter();
  writer.u8(VERSION).u64(BigInt(schedule.seqs.length)).u64(schedule.stamp);
  schedule.subjects.forEach((subject, i) => {
    writer
      .u16(subject.length)
      .bytes(subject)
      .varint(schedule.nextNs[i] ?? 0n);
    writer.uvarint(schedule.seqs[i] ?? 0n);
  });
  return writer.written;
}
