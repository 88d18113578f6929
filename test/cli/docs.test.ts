import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { SURFACE } from '../../src/cli/generated/surface.ts';
import { ROOT } from '../support/captures.ts';
import { editFile, tempFolder } from '../support/damage.ts';
import { filesBelow } from '../support/files-below.ts';
import { framed, unframed } from '../support/frames.ts';

/** The store of the pages. */
const STORE = '/var/lib/nats';

interface Transcript {
  readonly command: string;
  readonly output: string;
}

/** The commands of a page that are shown with what they print. */
function transcriptsOf(page: string): Transcript[] {
  const blocks = [...page.matchAll(/^```\n(\$ [^]*?)^```$/gm)].map(([, block = '']) => block);
  return blocks
    .flatMap((block) => block.split(/^(?=\$ )/m))
    .map((text) => {
      const end = text.indexOf('\n');
      return { command: text.slice(2, end), output: text.slice(end + 1).trimEnd() };
    })
    .filter(({ output }) => output !== '');
}

/** A folder with what the commands of the pages name: the captures, a damaged backup, one with another stream's data, a server's store. */
function workplace(): string {
  const folder = tempFolder();
  symlinkSync(join(ROOT, 'testdata'), join(folder, 'testdata'));
  mkdirSync(join(folder, 'store/jetstream/$G'), { recursive: true });
  cpSync(join(ROOT, 'testdata/backups/ORDERS'), join(folder, 'damaged/ORDERS'), { recursive: true });
  editFile(join(folder, 'damaged/ORDERS/stream.tar.s2'), (bytes) => {
    const tar = unframed(bytes);
    // The subject of a record in the block.
    const at = tar.indexOf('orders.', tar.indexOf('msgs/1.blk') + 40_000);
    tar[at] = (tar[at] ?? 0) ^ 1;
    return framed(tar);
  });
  const backups = join(ROOT, 'testdata/captures/2.14.5-full/backups/$G');
  cpSync(join(backups, 'ORDERS'), join(folder, 'mixed/ORDERS'), { recursive: true });
  cpSync(join(backups, 'WQ/stream.tar.s2'), join(folder, 'mixed/ORDERS/stream.tar.s2'));
  return folder;
}

function printed(command: string, folder: string): string {
  const store = join(folder, 'store');
  const line = command
    .replaceAll(/(^|\| )natsarc /g, `$1'${process.execPath}' '${join(ROOT, 'bin/natsarc.js')}' `)
    .replaceAll(STORE, store);
  const done = spawnSync('sh', ['-c', line], {
    cwd: folder,
    encoding: 'utf8',
    input: '',
    env: { ...process.env, NO_COLOR: '1', NODE_EXTRA_CA_CERTS: undefined },
  });
  return `${done.stdout}${done.stderr}`.replaceAll(store, STORE).trimEnd();
}

/** A page, and those that it points to. */
function withLinked(name: string): string {
  const text = readFileSync(join(ROOT, 'docs', name), 'utf8');
  const linked = [...text.matchAll(/\]\((\w[\w-]*\.md)\)/g)].map(([, page = '']) => page);
  return [text, ...linked.map((page) => readFileSync(join(ROOT, 'docs', page), 'utf8'))].join('\n');
}

const PAGES = ['README.md', ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`)];

describe('what a page shows is what the command prints', () => {
  for (const name of PAGES) {
    const transcripts = transcriptsOf(readFileSync(join(ROOT, name), 'utf8'));
    if (transcripts.length === 0) continue;
    it(name, () => {
      const folder = workplace();
      for (const { command, output } of transcripts) expect(printed(command, folder), command).toBe(output);
    });
  }
});

/** The commands of a page that are shown alone, about archives that are not here. */
function commandsOf(page: string): string[] {
  return [...page.matchAll(/^ {4}(?:\$ )?(natsarc .*)$/gm)].map(([, command = '']) => command);
}

describe('what a page shows without its answer is a command that there is', () => {
  for (const name of PAGES) {
    const commands = commandsOf(readFileSync(join(ROOT, name), 'utf8'));
    if (commands.length === 0) continue;
    it(name, () => {
      const folder = tempFolder();
      for (const command of commands)
        expect(printed(command, folder), command).not.toMatch(/natsarc[a-z -]* --help tells how/);
    });
  }
});

it('the library is used as README shows', () => {
  const [, code = ''] = /^```js\n([^]*?)^```$/m.exec(readFileSync(join(ROOT, 'README.md'), 'utf8')) ?? [];
  const folder = workplace();
  cpSync(join(ROOT, 'testdata/captures/2.12.12-full/store'), join(folder, 'store'), { recursive: true });
  const runnable = code
    .replace("'natsarc'", `'${pathToFileURL(join(ROOT, 'dist/index.js')).href}'`)
    .replaceAll("'backups/ORDERS'", "'testdata/backups/ORDERS'")
    .replaceAll(`'${STORE}'`, `'${join(folder, 'store')}'`);
  const done = spawnSync(process.execPath, ['--input-type=module', '-e', runnable], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect(done.stderr).toBe('');
  const [first, ...messages] = done.stdout.trimEnd().split('\n');
  expect(first).toBe('OK []');
  expect(messages).toHaveLength(163);
});

describe('every flag has its place in the docs', () => {
  const general = readFileSync(join(ROOT, 'docs/scripting.md'), 'utf8');
  it.each(Object.entries(SURFACE))('%s', (command, surface) => {
    const text = withLinked(command === 'convert' ? 'pack.md' : `${command}.md`) + general;
    const missing = Object.keys(surface?.flags ?? {}).filter(
      (flag) => !new RegExp(`--(no-)?${flag}(?![\\w-])`).test(text),
    );
    expect(missing).toEqual([]);
  });
});

/** The name of a heading in a link to it. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

describe('links between pages lead somewhere', () => {
  const pages = filesBelow(join(ROOT, 'src')).filter((path) => path.endsWith('.md'));
  const all = ['CONTRIBUTING.md', 'CHANGELOG.md', 'testdata/README.md', ...PAGES].map((name) =>
    join(ROOT, name),
  );
  it.each([...all, ...pages].map((path) => relative(ROOT, path)))('%s', (name) => {
    const text = readFileSync(join(ROOT, name), 'utf8').replaceAll(/^```[^]*?^```$/gm, '');
    const broken = [...text.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)].filter(
      ([, file = '', anchor]) => {
        const path = file === '' ? join(ROOT, name) : join(ROOT, dirname(name), file);
        if (!existsSync(path)) return true;
        const headings = anchor === undefined ? [] : readFileSync(path, 'utf8').matchAll(/^#+ (.*)$/gm);
        return (
          anchor !== undefined && !Array.from(headings, ([, title = '']) => anchorOf(title)).includes(anchor)
        );
      },
    );
    expect(broken.map(([link]) => link)).toEqual([]);
  });
});

it.each(Object.keys(SURFACE))(
  'the page of %s begins with how it is called, and ends with its exit codes',
  (command) => {
    const text = readFileSync(
      join(ROOT, 'docs', command === 'convert' ? 'pack.md' : `${command}.md`),
      'utf8',
    );
    expect(text).toMatch(new RegExp(`^# (natsarc .*, )?natsarc ${command}\\b`));
    expect(text).toMatch(/^Exit codes: 0 /m);
  },
);
