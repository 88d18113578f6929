// Runs the command in this process and prints its peak memory, in KiB, as the last line of standard error.
import { main } from '../../dist/cli/main.js';

process.on('exit', () => process.stderr.write(`peak ${process.resourceUsage().maxRSS}\n`));
await main(process.argv.slice(2));
