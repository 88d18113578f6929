export { sumSubjectTable } from '../kernels/index.ts';
export type { SubjectTable } from '../kernels/types.ts';
