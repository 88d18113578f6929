import { ToolError } from '../../core/error.ts';
import { verifyArchive } from '../verify/run.ts';
import type { WriteOptions } from './types.ts';

/** With `check`: verifies the archive that is to be read. Throws ToolError where a finding is critical. */
export async function checkInput(path: string, options: WriteOptions): Promise<void> {
  if (options.check !== true) return;
  const { findings } = await verifyArchive(path, options);
  const wrong = findings.filter(({ severity }) => severity === 'critical');
  const [first] = wrong;
  if (first !== undefined)
    throw new ToolError(
      `${path} does not verify, ${wrong.length} critical: ${first.code}: ${first.message}; nothing was written`,
    );
}
