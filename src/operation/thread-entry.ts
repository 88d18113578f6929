/** What a thread begins with; the bundle has one of its own. */
export const THREAD_ENTRY: URL = new URL('./thread-main.js', import.meta.url);
