import type { SelectOptions } from '../types.ts';

/** The one stream that is asked for by its name; undefined where several are, or a pattern. */
export function onlyName({ streams }: Pick<SelectOptions, 'streams'>): string | undefined {
  const [name, ...others] = streams ?? [];
  return name === undefined || others.length > 0 || name.includes('*') ? undefined : name;
}
