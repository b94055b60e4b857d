/**
 * A route of the console, made from its contract: as `defineRoute`, for operators of the role that the contract names. Where a request
 * comes from is judged before anything else of it, then who it is from, then its body.
 */
import type { MiddlewareObj } from '@middy/core'
import type { OperatorContract } from '../contracts/route-contract.ts'
import type { Claim } from '../payments/ports.ts'
import type { ApiError } from './api-error.ts'
import { claimOf } from './claim.ts'
import { type AnyAnswer, answerOf, type RequestOf, type ResultOf, type RouteHandler, routeOf } from './define-route.ts'
import { type AccessPorts, fromConsole, type OperatorRequest, signedInAs } from './operator-access.ts'
import { parseBody } from './parse-body.ts'
import { rateLimit } from './rate-limit.ts'
import type { HttpResult, RoutePorts } from './route.ts'

export type OperatorRoutePorts = RoutePorts & AccessPorts

/** Nobody is known where anyone may call. `address`: of the caller, as the gateway saw it. A write has the claim of its key. */
export type ConsoleRequestOf<Contract extends OperatorContract> = RequestOf<Contract> &
  (Contract['operator'] extends 'anyone' ? { requestContext: { http: { sourceIp: string } } } : OperatorRequest) &
  (Contract extends { writes: true } ? { claim: Claim } : unknown)

export const defineOperatorRoute =
  <const Contract extends OperatorContract>(contract: Contract) =>
  (
    ports: OperatorRoutePorts,
    handler: (request: ConsoleRequestOf<Contract>) => Promise<ResultOf<Contract>>,
  ): RouteHandler =>
    operatorRouteOf(contract, ports, async request =>
      answerOf(contract, (await handler(request as never)) as AnyAnswer | ApiError),
    )

/** The chain of any route of the console. */
export function operatorRouteOf(
  contract: OperatorContract,
  ports: OperatorRoutePorts,
  handler: (request: unknown) => Promise<HttpResult>,
): RouteHandler {
  const { operator, body, routeClass, writes } = contract
  const middlewares = [
    ...(routeClass === undefined ? [] : [rateLimit(ports, routeClass)]),
    ...(operator === 'anyone' ? [] : [signedInAs(ports, operator)]),
    ...(body === undefined ? [] : [parseBody({ schema: body, needsKey: () => false })]),
    ...(writes ? [claimed(contract.route)] : []),
  ]
  return routeOf(contract, ports, middlewares, handler, { first: [fromConsole(ports)] })
}

interface WriteEvent {
  sentBody: Record<string, unknown> & { key: string }
  pathParameters?: Record<string, string | undefined>
  claim?: Claim
}

/** Adds `claim` to the event. Needs `parseBody` before it. */
function claimed(route: string): MiddlewareObj {
  const claimedBefore = (request: { event: unknown }): void => {
    const event = request.event as WriteEvent
    const { key, ...body } = event.sentBody
    event.claim = claimOf({ key, operation: route, route, pathParameters: event.pathParameters, body })
  }
  return { before: claimedBefore } as MiddlewareObj
}
