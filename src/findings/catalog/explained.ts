import type { CatalogEntry } from '../catalog-entry.ts';
import { CATALOG, type FindingCode } from './index.ts';
import { NOTES, type NoteOnlyCode } from './notes.ts';

export type ExplainedCode = FindingCode | NoteOnlyCode;

/** All that `explain` knows: codes of findings, then those that notes and losses alone have. */
export const EXPLAINED: Readonly<Record<ExplainedCode, CatalogEntry>> = { ...CATALOG, ...NOTES };
