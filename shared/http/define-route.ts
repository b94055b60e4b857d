/**
 * A route made from its contract: every middleware that the contract implies, in its right order, around the handler.
 * The contract says what the handler is given and what it may answer. Routes that move money: see `define-mutation.ts`.
 */
import type { MiddlewareObj } from '@middy/core'
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda'
import type * as z from 'zod'
import type { RefusalName, Refusals } from '../contracts/refusals.ts'
import type { ReadContract, RouteContract, SentAnswerOf } from '../contracts/route-contract.ts'
import type { Caller } from '../payments/answer.ts'
import { ApiError } from './api-error.ts'
import { errors } from './errors.ts'
import { parsePath } from './parse-path.ts'
import { parseQuery } from './parse-query.ts'
import { Places } from './places.ts'
import { chargeRefused, rateLimit } from './rate-limit.ts'
import { json } from './respond.ts'
import { type HttpResult, type RoutePorts, route } from './route.ts'

type Parsed<Contract, Part extends 'path' | 'query' | 'body'> = Contract extends {
  [Name in Part]: infer Schema extends z.ZodType
}
  ? { [Name in Part]: z.output<Schema> }
  : unknown

/** What every handler is given: who asks, and what was read by the schemas of the contract. */
export type RequestOf<Contract> = { caller: Caller; headers: APIGatewayProxyEventV2['headers'] } & Parsed<
  Contract,
  'path'
> &
  Parsed<Contract, 'query'> &
  Parsed<Contract, 'body'>

type CodeOf<Name extends RefusalName> = z.output<Refusals[Name]['body']>['code']

/** What a handler may give back: an answer or a refusal that the contract names. */
export type ResultOf<Contract extends RouteContract> =
  | SentAnswerOf<Contract>
  | ApiError<CodeOf<Contract['refusals'][number]>>

export interface AnyAnswer {
  status: number
  body: unknown
  headers?: Record<string, string>
}

export type RouteHandler = (event: APIGatewayProxyEventV2, context: Context) => Promise<HttpResult>

export interface RouteOptions {
  /** Further middlewares. They run after those of the contract. What they throw is answered like any other error. */
  middlewares?: readonly MiddlewareObj[]
}

/** `defineRoute(contract)(ports, handler)` is what Lambda calls. Two calls, so that the type of the contract is known when the handler is checked. */
export const defineRoute =
  <const Contract extends ReadContract>(contract: Contract) =>
  (
    ports: RoutePorts,
    handler: (request: RequestOf<Contract>) => Promise<ResultOf<Contract>>,
    { middlewares = [] }: RouteOptions = {},
  ): RouteHandler =>
    routeOf(contract, ports, [...limitsOf(contract, ports), ...middlewares], async request =>
      answerOf(contract, (await handler(request as never)) as AnyAnswer | ApiError),
    )

const limitsOf = ({ routeClass }: ReadContract, ports: RoutePorts): MiddlewareObj[] =>
  routeClass === undefined ? [] : [rateLimit(ports, routeClass)]

/** The chain of any route. `first` come before anything else, `middlewares` follow those of path and query. */
export function routeOf(
  { path, query, refusals, onTimeout, routeClass }: RouteContract,
  ports: RoutePorts,
  middlewares: readonly MiddlewareObj[],
  handler: (request: unknown) => Promise<HttpResult>,
  { first = [] }: { first?: readonly MiddlewareObj[] } = {},
): RouteHandler {
  const chain = route(ports, onTimeout)
  for (const middleware of first) chain.use(middleware)
  const places = routeClass && new Places(ports, routeClass)
  if (places) chain.use(places.middleware)
  if (path) chain.use(parsePath(path))
  if (query) chain.use(parseQuery(query, { refuses: refusals.includes('VALIDATION_FAILED') }))
  // middy runs `onError` hooks in reverse order: `errors` is registered last, so that it answers before any other hook runs.
  for (const middleware of [...middlewares, errors(ports)]) chain.use(middleware)
  // What may turn an error into another one comes even before.
  if (routeClass) chain.use(chargeRefused(ports, routeClass))
  const handle = chain.handler(places ? places.worksIn(handler) : handler) as RouteHandler
  const guarded = places ? places.guard(handle) : handle
  return (event, context) => ports.tracer.during(() => guarded(event, context))
}

/** What a handler gave back, as its contract says it; throws a refusal. */
export function answerOf(contract: RouteContract, result: AnyAnswer | ApiError): HttpResult {
  if (result instanceof ApiError) throw result
  const { status, body, headers } = result
  const kind = contract.answers[status]
  const answer =
    kind !== undefined && 'mediaType' in kind
      ? { statusCode: status, headers: { 'content-type': kind.mediaType }, body: body as string }
      : json(status, body)
  return { ...answer, headers: { ...answer.headers, ...headers } }
}
