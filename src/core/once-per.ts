/** Works something out once for each object, since each server generation asks for it. */
export function oncePer<K extends object, V>(work: (key: K) => V): (key: K) => V {
  const known = new WeakMap<K, { readonly value: V }>();
  return (key) => {
    const answer = known.get(key);
    if (answer !== undefined) return answer.value;
    const value = work(key);
    known.set(key, { value });
    return value;
  };
}
