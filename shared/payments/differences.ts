/** Names what two requests with the same key do not share. */

/** JSON pointers that differ between two canonical requests {operation, path, body}: `/operation` alone, else `/paymentId` and pointers into the body. */
export function differencesOf(storedRequest: string, sentRequest: string): string[] {
  const stored = JSON.parse(storedRequest)
  const sent = JSON.parse(sentRequest)
  if (stored.operation !== sent.operation) return ['/operation']
  return [...(stored.path === sent.path ? [] : ['/paymentId']), ...pointers(stored.body, sent.body, '')]
}

function pointers(a: unknown, b: unknown, at: string): string[] {
  if (!isObject(a) || !isObject(b)) return JSON.stringify(a) === JSON.stringify(b) ? [] : [at]
  const keys = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...keys].sort().flatMap(key => pointers(a[key], b[key], `${at}/${escapePointer(key)}`))
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** RFC 6901: `~` and `/` are written `~0` and `~1`. */
const escapePointer = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1')
