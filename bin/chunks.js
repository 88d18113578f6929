// Loads chunks of the bundle together with the code that V8 made of them while they were built. Another version of Node
// than the one that built them does not take that code, and makes its own.
const { readFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { constants, Script } = require('node:vm');

const loaded = new Map();

/** Loads a chunk by its path, once, and gives what it exports. */
function loadChunk(path) {
  const known = loaded.get(path);
  if (known !== undefined) return known.module.exports;
  const source = readFileSync(path, 'utf8');
  const script = new Script(`(function (exports, require, module, __filename) {${source}\n})`, {
    filename: path,
    cachedData: codeOf(path),
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const module = { exports: {} };
  loaded.set(path, { module, script });
  const folder = dirname(path);
  const requireFrom = (name) => (name.startsWith('./') ? loadChunk(join(folder, name)) : require(name));
  script.runInThisContext()(module.exports, requireFrom, module, path);
  return module.exports;
}

function codeOf(path) {
  try {
    return readFileSync(`${path}.code`);
  } catch {
    return undefined;
  }
}

/** The code of every chunk that was loaded, by its path: functions that never ran are not in it. */
function codeOfLoaded() {
  return [...loaded].map(([path, { script }]) => [path, script.createCachedData()]);
}

module.exports = { codeOfLoaded, loadChunk };
