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

/** `refusal`: the answer to a request that finds no place. Otherwise let it through, and call `ended` when it has been answered. */
export type Passage = { refusal: GateAnswer } | { ended(): void }

export interface GatePorts {
  admission: Record<RouteClass, Pick<Admission, 'arrive'>>
  requestIds: { next(): string }
  requests: Pick<RequestObserver, 'refused'>
}

/** Undefined: let the request through; it needs no place. The others take theirs later (`places.ts`). */
export function passageOf(ports: GatePorts, request: ArrivingRequest): Passage | undefined {
  const routeClass = classOf(request)
  if (routeClass === undefined) return undefined
  const ended = ports.admission[routeClass].arrive()
  if (ended !== undefined) return { ended }
  quietly(() => ports.requests.refused(routeClass))
  return { refusal: refusalOf(request, ports.requestIds.next()) }
}

function refusalOf({ headers }: ArrivingRequest, requestId: string): GateAnswer {
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
function classOf({ method, url = '' }: ArrivingRequest): RouteClass | undefined {
  if (method === 'POST' && url.startsWith('/payments/')) return 'mutations'
  if (method === 'GET' && /^\/(?:payments|idempotency|invariants)\b/.test(url)) return 'reads'
}
