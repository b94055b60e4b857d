/** Names what two requests with the same key do not share. */
import { jsonPointer } from '../contracts/json-pointer.ts'

/** JSON pointers that differ between two canonical requests {operation, path, body}: `/operation` alone, else `/paymentId` and pointers into the body. */
export function differencesOf(storedRequest: string, sentRequest: string): string[] {
  const stored = JSON.parse(storedRequest)
  const sent = JSON.parse(sentRequest)
  if (stored.operation !== sent.operation) return ['/operation']
  return [...(stored.path === sent.path ? [] : ['/paymentId']), ...pointers(stored.body, sent.body, [])]
}

function pointers(a: unknown, b: unknown, at: readonly string[]): string[] {
  if (!isObject(a) || !isObject(b)) return JSON.stringify(a) === JSON.stringify(b) ? [] : [jsonPointer(at)]
  const keys = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...keys].sort().flatMap(key => pointers(a[key], b[key], [...at, key]))
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
