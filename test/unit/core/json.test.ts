import { describe, expect, it } from 'vitest';
import { parseJson, stringifyJson } from '../../../src/core/json.ts';

describe('JSON', () => {
  it('keeps every digit', () => {
    const text = '{"a":9007199254753337,"b":[18446744073709551615,-1,0.5],"c":"[[[["}';
    const parsed = parseJson(text);
    expect(parsed).toMatchObject({
      ok: true,
      value: { a: 9007199254753337n, b: [18446744073709551615n, -1, 0.5] },
    });
    expect(parsed.ok && stringifyJson(parsed.value)).toBe(text);
  });

  it('refuses what is none, and what is too deep, without throwing', () => {
    for (const text of ['', '{', '{"a":}', '[1,]', '['.repeat(5000)]) expect(parseJson(text).ok).toBe(false);
    expect(parseJson(JSON.stringify({ text: '['.repeat(5000) })).ok).toBe(true);
  });
});
