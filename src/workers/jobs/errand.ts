/** Work of rooms that may not be imported here, each with what comes of it: they add theirs, and know how to do it (`RunJob`). */
export interface Errands {}

/** Do what another room asks for. */
export interface ErrandJob {
  readonly kind: 'errand';
  readonly errand: Errands[keyof Errands]['asked'];
}

export interface ErrandResult {
  readonly kind: 'errand';
  readonly outcome: Errands[keyof Errands]['outcome'];
}
