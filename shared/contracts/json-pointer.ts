/** JSON pointers (RFC 6901) into a request body. */

/** `['a/b', 0]` → `/a~1b/0`; the whole document is the empty text. */
export const jsonPointer = (path: readonly PropertyKey[]): string =>
  path.map(key => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
