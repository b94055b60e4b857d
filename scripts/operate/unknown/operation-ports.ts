/** What the use cases need in a command: the ports of the functions, by the configuration of the system that is named. */
import type { SettlementPorts } from '../../../shared/payments/settle-by-hand.ts'
import { noTracer } from '../../../shared/payments/traced.ts'
import { Ports } from '../../../shared/runtime/wiring.ts'
import type { FoundSystem } from '../find-system.ts'

/** Opens nothing until a port is used. Reaches database and acquirer alone: the sweep rings for events that nobody rang for. */
export function operationPorts({ config, runFile }: FoundSystem): SettlementPorts {
  // A system of this machine is a sandbox, whose virtual clock counts here, too.
  const ports = new Ports(() => ({ ...config, offline: runFile !== null }))
  const { payments, operations, manualSettlements, answers, ledger, outbox, acquirer, clock, ids, policy, observer } =
    ports
  const doorbell = { ring: async () => {} }
  return {
    transactions: ports.database,
    payments,
    operations,
    manualSettlements,
    answers,
    ledger,
    outbox,
    acquirer,
    doorbell,
    clock,
    ids,
    tracer: noTracer,
    policy,
    observer,
  }
}
