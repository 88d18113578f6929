// Loaded in front of a command and of its threads: they sync nothing to the disk, as no peer does.
import fs from 'node:fs';

fs.fsyncSync = () => {};
