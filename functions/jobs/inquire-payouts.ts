/** Each minute: asks the bank what became of payouts. */
import { printingMetrics } from '../../shared/runtime/invocation.ts'
import { type Logger, portsFromEnv } from '../../shared/runtime/wiring.ts'
import { type InquirePorts, inquirePayouts } from '../../shared/settlement/inquire-payouts.ts'

/** Begins nothing later than this. The next run goes on. */
const WORK_MS = 45_000

export const createHandler = (ports: InquirePorts & { log: Pick<Logger, 'info'> }) => async () => {
  const summary = await inquirePayouts(ports, ports.clock.nowMs() + WORK_MS)
  if (Object.values(summary).some(count => count > 0)) ports.log.info({ ...summary }, 'asked about payouts')
  return summary
}

const ports = portsFromEnv().forSettlement
export const handler = printingMetrics(ports, createHandler(ports))
