// The data of the benchmark, made once and kept in .cache/bench: stores of a real server, backups of them, and stores
// of eight times their size, a stream folder hard-linked under eight account names.
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { ROOT } from '../prepare.mjs';
import { publish } from './publish.mjs';
import { hasServer, nats, startServer } from './servers.mjs';

const MIB = 1 << 20;
export const WRITER = '2.14.5';
const V2_WRITER = '2.15.2';
const SHARED = join(ROOT, '../shared');

const PUBLISHED = {
  '1k': { payloadBytes: 1024, config: {} },
  '128b': { payloadBytes: 128, config: {} },
  s2: { payloadBytes: 1024, config: { compression: 's2' } },
  tiny: { payloadBytes: 1024, config: {}, totalBytes: 7 * MIB },
  // One of many, and a million messages.
  little: { payloadBytes: 1024, config: {}, totalBytes: MIB / 2 },
  million: { payloadBytes: 128, config: {}, totalBytes: 177e6 },
};
const GENERATED = { mixed: 1536, small: 584, 's2-set': 1054 };

/** Makes what is missing. What cannot be made is null, and its rows are skipped. */
export async function prepareData({ isQuick, say }) {
  const folder = join(ROOT, '.cache/bench', isQuick ? 'quick' : 'full');
  const scale = isQuick ? 0.25 : 1;
  mkdirSync(folder, { recursive: true });
  const gopeer = buildGo('gopeer', say);
  const fixturegen = isQuick ? null : buildGo('fixturegen', say);
  const sets = {};
  for (const [name, plan] of Object.entries(PUBLISHED))
    sets[name] = await made(join(folder, name), say, hasServer(WRITER) && hasServer(V2_WRITER), (target) =>
      publishSet(target, name, plan, 1024 * MIB * scale),
    );
  for (const [name, mib] of Object.entries(GENERATED))
    sets[name] = await made(join(folder, name), say, fixturegen !== null && hasServer(WRITER), (target) =>
      generateSet(target, fixturegen, name, mib * MIB),
    );
  return { folder, gopeer, sets };
}

async function made(folder, say, canMake, make) {
  if (!existsSync(folder)) {
    if (!canMake) {
      say(`SKIPPED: ${folder} cannot be made here (it takes Go, ../shared and the real servers)`);
      return null;
    }
    say(`making ${folder} ...`);
    const staged = `${folder}.part`;
    rmSync(staged, { recursive: true, force: true });
    await make(staged);
    renameSync(staged, folder);
  }
  return describeSet(folder);
}

/** Where everything of a set lies. */
function describeSet(folder) {
  const account = join(folder, 'store/jetstream/$G/streams');
  const stream = readdirSync(account)[0];
  return {
    store: join(folder, 'store'),
    streamFolder: join(account, stream),
    stream,
    eight: existsSync(join(folder, 'eight')) ? join(folder, 'eight') : null,
    linked: (times) => linkedStore(folder, join(account, stream), times),
    v1: existsSync(join(folder, 'v1')) ? join(folder, 'v1') : null,
    v2: existsSync(join(folder, 'v2')) ? join(folder, 'v2') : null,
    plain: plainOf(folder, join(account, stream, 'msgs')),
    files: readdirSync(join(account, stream, 'msgs')).length,
    bytes: bytesOf(join(account, stream, 'msgs')),
  };
}

/** A file of the first blocks of a set, one behind the other, to be encoded. */
function plainOf(folder, blocks) {
  const target = join(folder, 'plain');
  if (existsSync(target)) return target;
  for (const name of readdirSync(blocks)
    .filter((file) => file.endsWith('.blk'))
    .slice(0, 16))
    appendFileSync(target, readFileSync(join(blocks, name)));
  return target;
}

async function publishSet(folder, name, { payloadBytes, config, totalBytes }, most) {
  const store = join(folder, 'store');
  const stream = `BENCH_${name.toUpperCase()}`;
  mkdirSync(store, { recursive: true });
  const server = await startServer(WRITER, store);
  try {
    await publish({ port: server.port, stream, config, payloadBytes, totalBytes: totalBytes ?? most });
    nats(server.port, 'stream', 'backup', stream, join(folder, 'v1'), '--no-progress');
  } finally {
    await server.stop();
  }
  if (name === '1k') await backUpAsV2(folder, store, stream);
  if (totalBytes === undefined) linkEight(folder, store, stream);
}

/** A later server writes the same stream as a V2 archive; it works on a copy. */
async function backUpAsV2(folder, store, stream) {
  const copy = join(folder, 'v2-store');
  cpSync(store, copy, { recursive: true });
  const server = await startServer(V2_WRITER, copy);
  try {
    nats(server.port, 'stream', 'backup', stream, join(folder, 'v2'), '--no-progress');
  } finally {
    await server.stop();
    rmSync(copy, { recursive: true });
  }
}

/** A store in which the stream lies under so many account names; made where it is missing. */
function linkedStore(folder, from, times) {
  const store = join(folder, `linked-${times}`);
  if (existsSync(store)) return store;
  for (let n = 1; n <= times; n++)
    linkTree(from, join(`${store}.part`, 'jetstream', `ACC${n}`, 'streams', basename(from)));
  renameSync(`${store}.part`, store);
  return store;
}

function linkEight(folder, store, stream) {
  const from = join(store, 'jetstream/$G/streams', stream);
  for (let n = 1; n <= 8; n++) linkTree(from, join(folder, 'eight/jetstream', `ACC${n}`, 'streams', stream));
}

function linkTree(from, to) {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (entry.isDirectory()) linkTree(join(from, entry.name), join(to, entry.name));
    else linkSync(join(from, entry.name), join(to, entry.name));
  }
}

async function generateSet(folder, fixturegen, name, bytes) {
  const servers = join(ROOT, '.cache/servers');
  const done = spawnSync(
    fixturegen,
    ['-server', join(servers, WRITER, 'nats-server'), '-cli', join(servers, 'cli/nats'), '-set', 'big']
      .concat(['-kind', name === 's2-set' ? 's2' : name, '-bytes', String(bytes)])
      .concat(name === 'small' ? ['-payload', '128'] : [])
      .concat(['-verify=false', '-out', folder]),
    { encoding: 'utf8' },
  );
  if (done.status !== 0) throw new Error(`fixturegen: ${done.stderr.slice(-500)}`);
  const backups = join(folder, 'backups/$G');
  if (existsSync(backups)) renameSync(join(backups, readdirSync(backups)[0]), join(folder, 'v1'));
}

/** Builds one of the Go programs of ../shared; null where there is no Go or no ../shared. */
function buildGo(name, say) {
  const source = join(SHARED, name);
  const binary = join(ROOT, '.cache/bench', name);
  const done = existsSync(source)
    ? spawnSync('go', ['build', '-o', binary, '.'], { cwd: source, encoding: 'utf8' })
    : { status: 1, stderr: `no ${source}` };
  if (done.status === 0) return binary;
  say(`SKIPPED: ${name} cannot be built: ${done.stderr ?? 'no Go'}`);
  return null;
}

function bytesOf(folder) {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}
