// Which modules of the bundle share a chunk. Each file has to be found, read and begun, so what the commands that are
// run most often load anyway is loaded as one; all else is split by who needs it.
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../src/', import.meta.url));

/** What begins a part of the work; a module belongs to every part whose beginnings import it. */
const PARTS = {
  version: ['cli/main.ts'],
  help: ['cli/quick-help.ts'],
  // Threads are started before what works beside them is loaded.
  commandLine: ['cli/command-line.ts', 'cli/commands/verify.ts', 'cli/commands/inspect.ts'],
  threads: ['operation/verify/errand.ts'],
  verify: [
    'operation/verify/run.ts',
    'operation/verify/folders.ts',
    'operation/verify/unreadable.ts',
    'report/text/verify.ts',
  ],
  inspect: ['operation/inspect/run.ts', 'report/text/inspect.ts'],
};

/** The chunk of a module: none ever needs one further down. */
const CHUNKS = [
  ['start', ({ version, help, commandLine }) => version || (help && commandLine)],
  ['jobs', ({ threads }) => threads],
  ['dispatch', ({ commandLine }) => commandLine],
  ['archives', ({ verify, inspect }) => verify && inspect],
  ['verifying', ({ verify }) => verify],
  ['inspecting', ({ inspect }) => inspect],
];

const parts = new Map();

/** For `codeSplitting`: the name of a module's chunk; null: the bundler decides. */
export function chunkOf(id, graph) {
  const belongs = Object.fromEntries(
    Object.keys(PARTS).map((part) => [part, modulesOf(part, graph).has(id)]),
  );
  return CHUNKS.find(([, isIn]) => isIn(belongs))?.[0] ?? null;
}

function modulesOf(part, graph) {
  const known = parts.get(part);
  if (known !== undefined) return known;
  const found = new Set(PARTS[part].map((path) => root + path));
  for (const id of found)
    for (const imported of graph.getModuleInfo(id)?.importedIds ?? []) found.add(imported);
  parts.set(part, found);
  return found;
}
