// Loads chunks of the bundle together with the code that V8 made of them while they were built. Another version of Node
// than the one that built them does not take that code, and makes its own.
const { readFileSync } = require('node:fs');
const path = require('node:path');
const { Script } = require('node:vm');

const loaded = new Map();
/** Of each chunk, by its file; kept only for the build, which asks for their code. */
let scripts = null;

/** Loads the chunk in a file, once, and gives what it exports. */
function loadChunk(file) {
  const known = loaded.get(file);
  if (known !== undefined) return known.exports;
  const script = new Script(readFileSync(file, 'latin1'), { filename: file, cachedData: codeOf(file) });
  const module = { exports: {} };
  loaded.set(file, module);
  scripts?.set(file, script);
  const folder = path.dirname(file);
  const requireFrom = (name) => (name.startsWith('./') ? loadChunk(path.join(folder, name)) : require(name));
  script.runInThisContext()(module.exports, requireFrom, module, file, importPackage);
  return module.exports;
}

/** Code that came from a cache cannot import by itself. */
async function importPackage(name) {
  return import(name);
}

function codeOf(file) {
  try {
    return readFileSync(`${file}.code`);
  } catch {
    return undefined;
  }
}

/** Remembers the chunks that are loaded from now on. */
function keepScripts() {
  scripts = new Map();
}

/** The code of those chunks, by their files: functions that never ran are not in it. */
function codeOfLoaded() {
  return [...scripts].map(([file, script]) => [file, script.createCachedData()]);
}

module.exports = { codeOfLoaded, keepScripts, loadChunk };
