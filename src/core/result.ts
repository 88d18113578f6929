/** A value, or why there is none. Parsers return it: damage is data, never an exception. */
export type Result<T, F> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: F };

export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

export function failed<F>(fault: F): { readonly ok: false; readonly fault: F } {
  return { ok: false, fault };
}
