const KEY_FILE_BYTES = { chacha: 72, aes: 64 } as const;

/** Which cipher a `meta.key` or `N.key` belongs to, by its length; null where none fits. */
export function cipherOfKeyFile(bytes: Uint8Array): 'chacha' | 'aes' | null {
  if (bytes.length === KEY_FILE_BYTES.chacha) return 'chacha';
  return bytes.length === KEY_FILE_BYTES.aes ? 'aes' : null;
}
