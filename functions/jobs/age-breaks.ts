/** Each minute: opens breaks for what is due and has not come. */
import { type AgePorts, ageBreaks } from '../../shared/reconciliation/age-breaks.ts'
import { printingMetrics } from '../../shared/runtime/invocation.ts'
import { type Logger, portsFromEnv } from '../../shared/runtime/wiring.ts'

/** Begins nothing later than this. The next run goes on. */
const WORK_MS = 45_000

export const createHandler = (ports: AgePorts & { log: Pick<Logger, 'info'> }) => async () => {
  const summary = await ageBreaks(ports, ports.clock.nowMs() + WORK_MS)
  if (Object.values(summary).some(count => count > 0)) ports.log.info({ ...summary }, 'aged what is expected')
  return summary
}

const ports = portsFromEnv().forSettlement
export const handler = printingMetrics(ports, createHandler(ports))
