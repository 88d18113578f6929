// What build-surface.mjs asks.
export { COMMANDS } from '../src/cli/commands/index.ts';
export { fullParser } from '../src/cli/full-parser.ts';
export { HELP_COLUMNS } from '../src/cli/help-columns.ts';
export { ARCHIVE, GLOBAL_FLAGS } from '../src/cli/options.ts';
