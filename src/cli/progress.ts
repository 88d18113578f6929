import type { Progress } from '../operation/types.ts';
import { clip } from '../report/escape.ts';
import { bytesText } from '../report/units.ts';
import { writeError } from './standard-error.ts';

/** Shows how far long work has come, on standard error. */
export interface ProgressReporter {
  /** null where nobody is shown it: to know how much there is to do may take long. */
  readonly report: ((progress: Progress) => void) | null;
  /** Leaves a clean line. */
  end(): void;
}

interface ProgressPolicy {
  readonly isTerminal: boolean;
  /** `--no-progress`: lines now and then in place of a bar. */
  readonly wantsLog: boolean;
  readonly isQuiet: boolean;
}

const BAR_EVERY_MS = 100;
const LOG_EVERY_MS = 5_000;
const BAR_CELLS = 30;

/** A bar on a terminal, log lines where they are asked for, nothing in a pipe. */
export function progressReporter(policy: ProgressPolicy): ProgressReporter {
  if (policy.isQuiet || (!policy.isTerminal && !policy.wantsLog)) return { report: null, end: () => {} };
  const everyMs = policy.wantsLog ? LOG_EVERY_MS : BAR_EVERY_MS;
  const begunMs = performance.now();
  let shownMs = begunMs;
  let isShown = false;
  return {
    report: (progress) => {
      const nowMs = performance.now();
      if (nowMs - shownMs < everyMs) return;
      shownMs = nowMs;
      isShown = true;
      const line = progressLine(progress, nowMs - begunMs);
      writeError(policy.wantsLog ? `${line}\n` : `\r${bar(progress)} ${line}\u001b[K`);
    },
    end: () => {
      if (isShown && !policy.wantsLog) writeError('\r\u001b[K');
      isShown = false;
    },
  };
}

function fraction({ doneBytes, totalBytes }: Progress): number {
  return totalBytes === 0 ? 1 : Math.min(1, doneBytes / totalBytes);
}

function bar(progress: Progress): string {
  const filled = Math.round(fraction(progress) * BAR_CELLS);
  return `${'█'.repeat(filled)}${'░'.repeat(BAR_CELLS - filled)}`;
}

function progressLine(progress: Progress, elapsedMs: number): string {
  const percent = Math.floor(fraction(progress) * 100);
  const rate = elapsedMs < 1 ? 0 : (progress.doneBytes * 1000) / elapsedMs;
  const remaining = rate === 0 ? 0 : (progress.totalBytes - progress.doneBytes) / rate;
  const left = `${Math.ceil(remaining)}s left`;
  return `${percent}% of ${bytesText(progress.totalBytes)}, ${bytesText(rate)}/s, ${left}, ${clip(progress.label, 30)}`;
}
