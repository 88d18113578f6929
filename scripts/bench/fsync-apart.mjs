// Loaded in front of a command: prints how long its fsyncs took, in ms, as the last line of standard error.
import fs from 'node:fs';

const { fsyncSync } = fs;
let spentMs = 0;
fs.fsyncSync = (fd) => {
  const begun = performance.now();
  fsyncSync(fd);
  spentMs += performance.now() - begun;
};
process.on('exit', () => process.stderr.write(`fsync ${spentMs.toFixed(1)}\n`));
