import { join } from 'node:path';
import { describe, it } from 'vitest';
import { copyOf, editFile, expectFindings } from '../support/damage.ts';

const BACKUPS = '2.14.5-full/backups/$G';

function declaring(stream: string, field: string, more: number): string {
  const path = copyOf(`${BACKUPS}/${stream}`);
  editFile(join(path, 'backup.json'), (bytes) =>
    Buffer.from(
      bytes
        .toString()
        .replace(new RegExp(`"${field}": (\\d+)`), (_, count) => `"${field}": ${Number(count) + more}`),
    ),
  );
  return path;
}

describe('a backup.json that declares more than the archive holds', () => {
  it('messages of a stream that keeps all: they are lost', async () => {
    await expectFindings(declaring('ORDERS', 'messages', 2), 2, [
      {
        code: 'DECL_MESSAGES_FEWER',
        severity: 'critical',
        stream: 'ORDERS',
        file: 'backup.json',
        data: { declared: 165n, actual: 163n },
      },
    ]);
  });

  it('messages of a work queue: they may have been acknowledged while it was made', async () => {
    await expectFindings(declaring('WQ', 'messages', 2), 1, [
      {
        code: 'DECL_MESSAGES_FEWER_EXPLAINED',
        severity: 'warning',
        stream: 'WQ',
        file: 'backup.json',
        data: { declared: 29n, actual: 27n },
      },
    ]);
  });

  it('consumers: those in memory are not in a backup', async () => {
    await expectFindings(declaring('ORDERS', 'consumer_count', 2), 0, [
      {
        code: 'DECL_CONSUMERS_FEWER',
        severity: 'info',
        stream: 'ORDERS',
        file: 'backup.json',
        data: { declared: 7, actual: 5 },
      },
    ]);
  });
});
