import type { FindingCode } from '../../findings/catalog/index.ts';

/** The names that servers write into a snapshot (container/README.md). */
const KNOWN = [
  /^(meta\.inf|meta\.sum|errors\.txt|msgs\/index\.db)$/,
  /^msgs\/(0|[1-9][0-9]*)\.(blk|idx|fss)$/,
  /^obs\/[^/]+\/(meta\.inf|meta\.sum|o\.dat)$/,
];

/** A Windows server joins consumer paths with backslashes; `./` in front means nothing. */
export function normalName(name: string): string {
  const forward = /^\.?\\?obs\\/.test(name) ? name.replaceAll('\\', '/') : name;
  return forward.replace(/^(\.\/)+/, '');
}

/** What is wrong with an entry's name, null where a server would have written it. */
export function nameFault(
  path: string,
): Extract<FindingCode, 'TAR_PATH_UNSAFE' | 'TAR_ENTRY_UNKNOWN'> | null {
  const isUnsafe =
    path === '' ||
    path.startsWith('/') ||
    /^[A-Za-z]:/.test(path) ||
    path.includes('\\') ||
    path.includes('\0');
  if (isUnsafe || path.split('/').some((part) => part === '..' || part === '.' || part === ''))
    return 'TAR_PATH_UNSAFE';
  return KNOWN.some((pattern) => pattern.test(path)) ? null : 'TAR_ENTRY_UNKNOWN';
}
