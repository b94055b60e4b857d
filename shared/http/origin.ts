/** The address that a caller reached us at. */
import { header } from './route.ts'

const HOST = /^(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/

/** Such as `https://pay.example`; undefined when the Host header is not a valid host. */
export function originOf(event: { headers?: Record<string, string | undefined> }): string | undefined {
  const host = header(event, 'host')
  if (host === undefined || !HOST.test(host)) return undefined
  return `${header(event, 'x-forwarded-proto') === 'https' ? 'https' : 'http'}://${host}`
}
