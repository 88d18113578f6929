// Loaded in front of a command: prints the peak memory of its process, in KiB, as the last line of standard error. It is
// required, not imported: the loader of modules would take 2 MiB that the command itself does without.
process.on('exit', () => process.stderr.write(`peak ${process.resourceUsage().maxRSS}\n`));
