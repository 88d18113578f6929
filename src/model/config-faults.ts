import type { StreamForm } from '../container/entry.ts';
import type { Fault } from '../findings/finding.ts';

/** What is wrong with a meta.inf, by where it lies: a restore leaves a field out that no server knows, a start does not serve the stream. */
export function inForm(fault: Fault, form: StreamForm | 'config'): Fault {
  return form === 'store' && fault.code === 'CFG_UNKNOWN_FIELD'
    ? { ...fault, code: 'CFG_FIELD_OFFLINE' }
    : fault;
}
