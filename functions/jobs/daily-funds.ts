/** Each minute: writes what has to be kept apart for merchants at the end of each day that has ended, and what is. */
import { type DailyFundsPorts, dailyFunds } from '../../shared/books/daily-funds.ts'
import { printingMetrics } from '../../shared/runtime/invocation.ts'
import { type Logger, portsFromEnv } from '../../shared/runtime/wiring.ts'

/** Begins nothing later than this. The next run goes on. */
const WORK_MS = 45_000

export const createHandler = (ports: DailyFundsPorts & { log: Pick<Logger, 'info'> }) => async () => {
  const summary = await dailyFunds(ports, ports.clock.nowMs() + WORK_MS)
  if (Object.values(summary).some(count => count > 0)) ports.log.info({ ...summary }, 'calculated the funds of days')
  return summary
}

const ports = portsFromEnv().forSettlement
export const handler = printingMetrics(ports, createHandler(ports))
