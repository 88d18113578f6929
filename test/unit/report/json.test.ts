import fc from 'fast-check';
import { expect, it } from 'vitest';
import { jsonChunks } from '../../../src/report/json.ts';

it('reports are written as JSON.stringify would', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse([...jsonChunks(value)].join(''))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});
