/** Help is laid out for this many columns at most. */
export const HELP_COLUMNS = 100;
