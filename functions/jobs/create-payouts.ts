/** Each minute: makes the payouts of batches that are due, and the files that wait for an approval. */
import { printingMetrics } from '../../shared/runtime/invocation.ts'
import { type Logger, portsFromEnv } from '../../shared/runtime/wiring.ts'
import { type CreatePorts, createPayouts } from '../../shared/settlement/create-payouts.ts'

/** Begins nothing later than this. The next run goes on. */
const WORK_MS = 45_000

export const createHandler = (ports: CreatePorts & { log: Pick<Logger, 'info'> }) => async () => {
  const summary = await createPayouts(ports, ports.clock.nowMs() + WORK_MS)
  if (Object.values(summary).some(count => count > 0)) ports.log.info({ ...summary }, 'made payouts')
  return summary
}

const ports = portsFromEnv().forSettlement
export const handler = printingMetrics(ports, createHandler(ports))
