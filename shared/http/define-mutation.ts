/**
 * A route that moves money, made from its contract: as `defineRoute`, and with the body and the idempotency key.
 * In a file of its own, so that the bundles of the other routes contain neither.
 */
import type { MutationContract } from '../contracts/route-contract.ts'
import type { Outcome } from '../payments/operation.ts'
import type { Claim, Clock } from '../payments/ports.ts'
import { type RequestOf, type RouteHandler, type RouteOptions, routeOf } from './define-route.ts'
import { type IdempotencyPorts, idempotency } from './idempotency.ts'
import { parseBody } from './parse-body.ts'
import { respond } from './respond.ts'
import type { RoutePorts } from './route.ts'

export type MutationPorts = RoutePorts & IdempotencyPorts & { clock: Pick<Clock, 'catchUp'> }

/** There is a claim when there is a key. */
type MutationOf<Contract> = RequestOf<Contract> & {
  claim: Contract extends { needsKey: 'always' } ? Claim : Claim | undefined
}

/** The handler gives back the outcome of its use case: answers are stored with it, and the rest are refusals of every mutation. */
export const defineMutation =
  <const Contract extends MutationContract>(contract: Contract) =>
  (
    ports: MutationPorts,
    handler: (request: MutationOf<Contract>) => Promise<Outcome>,
    { middlewares = [] }: RouteOptions = {},
  ): RouteHandler => {
    const { body, check, needsKey, mutation } = contract
    const parse = parseBody({ schema: body, check, needsKey: needsKey === 'always' ? () => true : needsKey })
    // Before anything is judged by virtual time: how long answers are kept, and until when a hold may be captured.
    const catchUp = { before: () => ports.clock.catchUp() }
    return routeOf(contract, ports, [parse, catchUp, idempotency(ports, contract), ...middlewares], async request =>
      respond(await handler(request as never), mutation, ports.duplicates),
    )
  }
