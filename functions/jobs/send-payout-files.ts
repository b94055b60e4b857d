/** Each minute: sends approved payout files to the bank, and asks about those that it has not answered. */
import { printingMetrics } from '../../shared/runtime/invocation.ts'
import { type Logger, portsFromEnv } from '../../shared/runtime/wiring.ts'
import { type SendPorts, sendFiles } from '../../shared/settlement/send-files.ts'

/** Begins nothing later than this. The next run goes on. */
const WORK_MS = 45_000

export const createHandler = (ports: SendPorts & { log: Pick<Logger, 'info'> }) => async () => {
  const summary = await sendFiles(ports, ports.clock.nowMs() + WORK_MS)
  if (Object.values(summary).some(count => count > 0)) ports.log.info({ ...summary }, 'sent payout files')
  return summary
}

const ports = portsFromEnv().forSettlement
export const handler = printingMetrics(ports, createHandler(ports))
