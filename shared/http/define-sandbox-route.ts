/** A route that changes the sandbox, made from its contract: as `defineRoute`, and with the body. */
import type { SandboxContract } from '../contracts/route-contract.ts'
import type { ApiError } from './api-error.ts'
import { type AnyAnswer, answerOf, type RequestOf, type ResultOf, type RouteHandler, routeOf } from './define-route.ts'
import { parseBody } from './parse-body.ts'
import type { RoutePorts } from './route.ts'

export const defineSandboxRoute =
  <const Contract extends SandboxContract>(contract: Contract) =>
  (ports: RoutePorts, handler: (request: RequestOf<Contract>) => Promise<ResultOf<Contract>>): RouteHandler =>
    routeOf(contract, ports, [parseBody({ schema: contract.body, needsKey: () => false })], async request =>
      answerOf(contract, (await handler(request as RequestOf<Contract>)) as AnyAnswer | ApiError),
    )
