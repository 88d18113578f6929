import { setFlagsFromString } from 'node:v8';

/** For work that drops little at a time: room for much of it would only grow the process. */
export function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}
