/** Whether a name fits a pattern in which `*` stands for any run of characters. */
export function matchesName(pattern: string, name: string): boolean {
  const source = pattern.replace(/[\\^$.|?+()[\]{}]/g, '\\$&').replaceAll('*', '.*');
  return new RegExp(`^${source}$`, 'su').test(name);
}
