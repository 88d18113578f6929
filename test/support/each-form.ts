import { describe, it } from 'vitest';
import { archiveForms, type ArchiveForm } from './archive-forms.ts';
import { captures, type Capture } from './captures.ts';

/** A test for each form, in each capture, of the streams whose name is wanted. */
export function testEachForm(
  isWanted: (name: string) => boolean,
  run: (form: ArchiveForm, capture: Capture) => Promise<void>,
): void {
  for (const capture of captures()) {
    const forms = archiveForms(capture, isWanted);
    if (forms.length === 0) continue;
    describe(capture.id, () => {
      for (const form of forms) it(form.label, async () => run(form, capture));
    });
  }
}
