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
const TOLD = `function told(errors, instancePath, keyword, message, additionalProperty) {
  const error = { instancePath, keyword, message, params: { additionalProperty } };
  if (errors === null) return [error];
  errors.push(error);
  return errors;
}
`;
const stamp = `// schemas ${createHash('sha256')
  .update(texts.join(''))
  .update(readFileSync(import.meta.filename))
  .digest('hex')}\n`;
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
  const code = shortened(standaloneCode.default(ajv, ids), schemas).replace(
    /require\("ajv\/dist\/runtime\/ucs2length"\)\.default/g,
    '((text) => Array.from(text).length)',
  );
  if (code.includes('require(')) throw new Error('a validator needs ajv at run time');
  mkdirSync(new URL('.', target), { recursive: true });
  writeFileSync(target, `${stamp}// @ts-nocheck\n${code}\n`);
}

/**
 * The code with every error told by a call, and schemas as the names they know: it is loaded whenever a configuration is
 * checked, and nearly all are sound.
 */
function shortened(code, schemas) {
  const errors =
    /const (err\d+) = \{(instancePath(?::[^{}]*?)?),schemaPath:"[^"]*",keyword:("[^"]*"),params:\{(.*?)\},message:(.*?)\};if\(vErrors === null\)\{vErrors = \[\1\];\}else \{vErrors\.push\(\1\);\}errors\+\+;/g;
  let short = code.replaceAll(errors, (_, name, path, keyword, params, message) => {
    const at = path.replace(/^instancePath:/, '');
    const unknown = /^additionalProperty: (.*)$/.exec(params)?.[1] ?? 'undefined';
    return `vErrors = told(vErrors,${at},${keyword},${message},${unknown});errors++;`;
  });
  for (const schema of schemas) {
    const names = Object.fromEntries(Object.keys(schema.properties).map((name) => [name, 1]));
    short = short.replace(JSON.stringify(schema), JSON.stringify({ properties: names }));
  }
  if (/schemaPath|\$id/.test(short)) throw new Error('the code of a validator is not as it was');
  return `${TOLD}${short}`;
}
