const told = new Set<string>();

/** Whether what some tests need is there. Those that do without it say so, loudly, once in each file of tests. */
export function isThere(found: boolean, whatIsSkipped: string): boolean {
  if (!found && !told.has(whatIsSkipped)) console.warn(`SKIPPED: ${whatIsSkipped}`);
  told.add(whatIsSkipped);
  return found;
}
