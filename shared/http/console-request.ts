/** What is judged of a request of the console before it is known who asks: where it comes from, and which session it names. */
import { SESSION_COOKIE } from '../contracts/console.ts'

export interface RequestOrigin {
  method: string
  host: string | undefined
  origin: string | undefined
  /** Of `Sec-Fetch-Site`. */
  site: string | undefined
}

/** A name that was rebound to this machine is no `Host` of the list; another site or port is told by `Origin` and `Sec-Fetch-Site`. */
export function isFromConsole({ method, host, origin, site }: RequestOrigin, origins: readonly string[]): boolean {
  const own = origins.find(each => new URL(each).host === host)
  if (own === undefined) return false
  if (site !== undefined && site !== 'same-origin') return false
  // Browsers leave it out of reads of the same origin, and of nothing else.
  return origin === own || (origin === undefined && method === 'GET')
}

/** The value of the one cookie of the name. Of two, one was put there by somebody else. */
export function sessionCookieIn(pairs: readonly string[]): string | undefined {
  const values = pairs.flatMap(pair => {
    const [name, ...rest] = pair.trim().split('=')
    return name === SESSION_COOKIE ? [rest.join('=')] : []
  })
  return values.length === 1 ? values[0] : undefined
}

/** The pairs of a `Cookie` header. */
export const cookiePairsOf = (header: string): string[] => header.split(/[;,]/)
