/**
 * Refuses a request of a class that is full before anything of it is read. On this machine, where one process serves all requests:
 * the runner alone costs half of a small answer, and an overload must not be spent on refusals.
 */
import { errorBodyOf, errorCatalogue } from '../contracts/errors.ts'
import type { RouteClass } from '../contracts/limits.ts'
import { JSON_TYPE } from '../payments/answer.ts'
import type { Admission } from './admission.ts'
import { preferredLanguage } from './language.ts'
import { overloaded } from './places.ts'
import { quietly } from './quietly.ts'
import type { RequestObserver } from './route.ts'

/** As Node's server hands it over. Header names are in lower case. */
export interface ArrivingRequest {
  method?: string | undefined
  url?: string | undefined
  headers: Record<string, string | string[] | undefined>
}

export interface GateAnswer {
  statusCode: number
  headers: Record<string, string>
  body: string
}

export interface GatePorts {
  admission: Record<RouteClass, Pick<Admission, 'isFull'>>
  requestIds: { next(): string }
  requests: Pick<RequestObserver, 'refused'>
}

/** The answer to a request that finds no place; undefined: let it through. Its place is taken later (`places.ts`). */
export function refusalAtGate(
  ports: GatePorts,
  { method, url = '', headers }: ArrivingRequest,
): GateAnswer | undefined {
  const routeClass = classOf(method, url)
  if (routeClass === undefined || !ports.admission[routeClass].isFull) return undefined
  quietly(() => ports.requests.refused(routeClass))
  const requestId = ports.requestIds.next()
  const language = preferredLanguage(String(headers['accept-language'] ?? ''))
  const body = errorBodyOf('SERVICE_UNAVAILABLE', language, { requestId, details: overloaded.details })
  return {
    statusCode: errorCatalogue.SERVICE_UNAVAILABLE.statusCode,
    headers: {
      'content-type': JSON_TYPE,
      'cache-control': 'no-store',
      'x-request-id': requestId,
      ...overloaded.headers,
    },
    body: JSON.stringify(body),
  }
}

/** By method and beginning of the path: whoever is wrong about the rest is refused later. */
function classOf(method: string | undefined, url: string): RouteClass | undefined {
  if (method === 'POST' && url.startsWith('/payments/')) return 'mutations'
  if (method === 'GET' && /^\/(?:payments|idempotency|invariants)\b/.test(url)) return 'reads'
}
