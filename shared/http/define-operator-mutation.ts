/**
 * A route of the console that moves money: as `defineOperatorRoute`, with the answers of mutations. The key of its body is the idempotency key
 * of the payment's merchant, so that the database arbitrates as everywhere. A finished repeat is always answered, whatever the policy.
 */
import type { RequestedKind } from '../contracts/lists.ts'
import type { OperatorContract } from '../contracts/route-contract.ts'
import type { Outcome } from '../payments/operation.ts'
import type { Clock } from '../payments/ports.ts'
import { type ConsoleRequestOf, type OperatorRoutePorts, operatorRouteOf } from './define-operator-route.ts'
import type { RouteHandler } from './define-route.ts'
import { respond } from './respond.ts'

export type OperatorMutationContract = OperatorContract & {
  writes: true
  routeClass: 'mutations'
  onTimeout: 'OUTCOME_UNKNOWN'
}

export type OperatorMutationPorts = OperatorRoutePorts & { clock: Pick<Clock, 'catchUp'> }

export const defineOperatorMutation =
  <const Contract extends OperatorMutationContract>(contract: Contract, kind: Exclude<RequestedKind, 'authorize'>) =>
  (ports: OperatorMutationPorts, handler: (request: ConsoleRequestOf<Contract>) => Promise<Outcome>): RouteHandler =>
    operatorRouteOf(contract, ports, async request => {
      // Before anything is judged by virtual time, as in `defineMutation`.
      await ports.clock.catchUp()
      return respond(await handler(request as never), kind, 'replay')
    })
