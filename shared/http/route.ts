/** The outside of every HTTP handler: request id, trace, language, early time-out, one log line and one metric per answer. */
import middy from '@middy/core'
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda'
import type { LimitState, RouteClass } from '../contracts/limits.ts'
import { parseTraceparent } from '../contracts/traceparent.ts'
import type { Caller } from '../payments/answer.ts'
import type { Span, Tracer } from '../payments/ports.ts'
import { ApiError, notFound } from './api-error.ts'
import type { ErrorLog } from './errors.ts'
import { preferredLanguage } from './language.ts'
import { paymentIdOf } from './payment-id.ts'
import type { PlacePorts } from './places.ts'
import { quietly } from './quietly.ts'
import { type LimitPorts, limitHeaders } from './rate-limit.ts'
import { REPLAYED_HEADER } from './respond.ts'

/** API Gateway's event, and who asks. Further middlewares add to it. */
export type RouteEvent = APIGatewayProxyEventV2 & {
  caller: Caller
  /** Where the rate limits stand after this request. */
  limits?: readonly LimitState[]
  /** Where an answer was found that is given again; absent: in the database. */
  replayedFrom?: AnswerPlace
}

export type AnswerPlace = 'cache' | 'database'

export type HttpResult = APIGatewayProxyStructuredResultV2 & { headers: Record<string, string> }

export interface RoutePorts extends LimitPorts, PlacePorts {
  requestIds: { next(): string }
  monotonic: { nowMs(): number }
  requests: RequestObserver
  log: ErrorLog
  tracer: Pick<Tracer, 'enter' | 'during'>
}

/** Called with every answer. */
export interface RequestObserver {
  answered(request: {
    route: string
    statusCode: number
    durationMs: number
    requestId: string
    paymentId?: string
    traceparent?: string
    /** Of an answer of 400 or more. */
    error?: { code?: string; reason?: string }
    /** Of an answer that is given again under its key. */
    replayedFrom?: AnswerPlace
  }): void
  /** Called with every request that was refused because too many were in work. */
  refused(routeClass: RouteClass): void
  /** Called after `answered`; the invocation ends when it is done. Never throws. */
  ended?(): Promise<void> | undefined
}

/** Time kept back from the function's time-out for answering. */
const EARLY_TIMEOUT_MS = 500
const SANE_REQUEST_ID = /^[A-Za-z0-9._:/+=-]{1,64}$/

/** The middy chain that `defineRoute` fills. A caller whose request runs out of time is told `onTimeout`. */
export function route(ports: RoutePorts, onTimeout: 'OUTCOME_UNKNOWN' | 'SERVICE_UNAVAILABLE' = 'SERVICE_UNAVAILABLE') {
  return middy<RouteEvent, HttpResult, Error, Context>({
    timeoutEarlyInMillis: EARLY_TIMEOUT_MS,
    timeoutEarlyResponse: () => {
      throw new ApiError(onTimeout, { headers: { 'retry-after': '2' } })
    },
    requestStart: request => identify(request as ChainRequest, ports),
    requestEnd: request => finish(request as ChainRequest, ports),
  }).use({ before: request => refuseOtherRoutes(request.event) })
}

/**
 * A route is its method and its path as serverless.yml writes them. serverless-offline hands a HEAD to the route of GET, and API
 * Gateway is not relied on for a slash at the end.
 */
function refuseOtherRoutes({ routeKey, rawPath, requestContext }: RouteEvent): void {
  if (routeKey === '$default') return
  if (!routeKey.startsWith(`${requestContext.http.method} `) || (rawPath.endsWith('/') && rawPath !== '/'))
    throw notFound()
}

interface ChainRequest {
  event: RouteEvent
  response: HttpResult | undefined
  internal: { startedAtMs?: number; span?: Span }
}

function identify(request: ChainRequest, ports: RoutePorts): void {
  const { event } = request
  request.internal.startedAtMs = ports.monotonic.nowMs()
  const span = ports.tracer.enter({ name: event.routeKey, kind: 'server' }, traceparentOf(event))
  request.internal.span = span
  const sent = header(event, 'x-request-id')
  event.caller = {
    requestId: sent !== undefined && SANE_REQUEST_ID.test(sent) ? sent : ports.requestIds.next(),
    language: preferredLanguage(header(event, 'accept-language')),
    traceparent: span.traceparent,
  }
}

function traceparentOf(event: RouteEvent): string | undefined {
  const sent = header(event, 'traceparent')
  return parseTraceparent(sent) && sent
}

// Runs on every way out, also after a middleware answered early; middleware `after` hooks do not.
function finish(request: ChainRequest, ports: RoutePorts): Promise<void> | undefined {
  const { response, event } = request
  if (response == null) return undefined
  const limits = event.limits && limitHeaders(event.limits)
  response.headers = {
    ...response.headers,
    ...limits,
    'x-request-id': event.caller.requestId,
    'cache-control': 'no-store',
  }
  const paymentId = paymentIdOf(event, response.body)
  quietly(() =>
    ports.requests.answered({
      route: event.routeKey,
      statusCode: response.statusCode ?? 200,
      durationMs: ports.monotonic.nowMs() - (request.internal.startedAtMs ?? 0),
      requestId: event.caller.requestId,
      paymentId,
      traceparent: event.caller.traceparent,
      error: errorIn(response),
      replayedFrom: REPLAYED_HEADER in response.headers ? (event.replayedFrom ?? 'database') : undefined,
    }),
  )
  if (request.internal.span?.isRecorded) quietly(() => endSpan(request.internal.span!, event, response, paymentId))
  return ports.requests.ended?.()
}

function endSpan(span: Span, event: RouteEvent, { statusCode = 200 }: HttpResult, paymentId?: string): void {
  span.set({
    'http.request.method': event.requestContext.http.method,
    'http.route': event.routeKey.split(' ')[1],
    'http.response.status_code': statusCode,
    'payment.id': paymentId,
    'payment.operation.id': event.caller.operationId,
    'payment.request.id': event.caller.requestId,
  })
  span.end(statusCode >= 500 ? String(statusCode) : undefined)
}

/** From the body, because a refusal that was stored is no error of this request. */
function errorIn({ statusCode = 200, headers, body }: HttpResult): { code?: string; reason?: string } | undefined {
  if (statusCode < 400 || body === undefined || !headers['content-type']?.startsWith('application/json'))
    return undefined
  const { code, details } = JSON.parse(body) as { code?: string; details?: { reason?: string } }
  return { code, reason: details?.reason }
}

/** Several of one name are joined with commas, as API Gateway does, which sends names in lower case; other senders may not. */
export function header(event: { headers?: Record<string, string | undefined> }, name: string): string | undefined {
  const values = Object.entries(event.headers ?? {}).flatMap(([key, value]) =>
    key.length === name.length && key.toLowerCase() === name && value !== undefined ? [value] : [],
  )
  return values.length === 0 ? undefined : values.join(',')
}
