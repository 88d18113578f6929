import type { CatalogEntry } from '../catalog-entry.ts';

export const DECL_SUITE = {
  DECL_MESSAGES_FEWER: {
    severity: 'critical',
    title: 'Fewer messages than declared',
  },
  DECL_MESSAGES_FEWER_EXPLAINED: {
    severity: 'warning',
    title: 'Fewer messages than declared, as limits or acknowledgements may explain',
  },
  DECL_MESSAGES_MORE: {
    severity: 'info',
    title: 'More messages than declared, behind the declared end',
  },
  DECL_MESSAGES_UNEXPECTED: {
    severity: 'warning',
    title: 'More messages than declared, inside the declared range',
  },
  DECL_BYTES_DIFFER: {
    severity: 'warning',
    title: 'The same messages, but another number of bytes than declared',
  },
  DECL_CONSUMERS_FEWER: {
    severity: 'info',
    title: 'Fewer consumers than declared',
  },
} as const satisfies Record<string, CatalogEntry>;
