/** Each minute: closes the settlement batches of periods that have ended, once it has released reserves and invoiced negative balances. */
import { printingMetrics } from '../../shared/runtime/invocation.ts'
import { type Logger, portsFromEnv } from '../../shared/runtime/wiring.ts'
import { type ClosePorts, closeBatches } from '../../shared/settlement/close-batches.ts'

/** Begins nothing later than this. The next run goes on. */
const WORK_MS = 45_000

export const createHandler = (ports: ClosePorts & { log: Pick<Logger, 'info'> }) => async () => {
  const summary = await closeBatches(ports, ports.clock.nowMs() + WORK_MS)
  if (Object.values(summary).some(count => count > 0)) ports.log.info({ ...summary }, 'closed settlement batches')
  return summary
}

const ports = portsFromEnv().forSettlement
export const handler = printingMetrics(ports, createHandler(ports))
