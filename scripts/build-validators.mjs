// Compiles schemas/{stream,consumer}-config.schema.json to src/format/generated/validators.ts: no schema compiler at run time.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import standaloneCode from 'ajv/dist/standalone/index.js';

const root = new URL('..', import.meta.url);
const target = new URL('src/format/generated/validators.ts', root);
const names = { validateStreamConfig: 'stream-config', validateConsumerConfig: 'consumer-config' };

const texts = Object.values(names).map((name) =>
  readFileSync(new URL(`schemas/${name}.schema.json`, root), 'utf8'),
);
const stamp = `// schemas ${createHash('sha256').update(texts.join('')).digest('hex')}\n`;
if (!isUpToDate()) build();

function isUpToDate() {
  try {
    return readFileSync(target, 'utf8').startsWith(stamp);
  } catch {
    return false;
  }
}

function build() {
  const schemas = texts.map((text) => JSON.parse(text));
  const ajv = new Ajv({
    allErrors: true,
    allowUnionTypes: true,
    strictTypes: false,
    schemas,
    code: { source: true, esm: true },
  });
  const ids = Object.fromEntries(
    Object.entries(names).map(([fn, name]) => [fn, `https://natsarc.dev/schemas/${name}.schema.json`]),
  );
  const code = standaloneCode
    .default(ajv, ids)
    .replace(/require\("ajv\/dist\/runtime\/ucs2length"\)\.default/g, '((text) => Array.from(text).length)');
  if (code.includes('require(')) throw new Error('a validator needs ajv at run time');
  mkdirSync(new URL('.', target), { recursive: true });
  writeFileSync(target, `${stamp}// @ts-nocheck\n${code}\n`);
}
