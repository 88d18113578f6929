// Loaded in front of a command: prints the peak memory of its process, in KiB, as the last line of standard error.
process.on('exit', () => process.stderr.write(`peak ${process.resourceUsage().maxRSS}\n`));
