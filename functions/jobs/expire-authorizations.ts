/** Each minute: lets go of holds that were not captured in time. */
import { expirePayments } from '../../shared/payments/expire-payments.ts'
import type { OperationPorts } from '../../shared/payments/operation.ts'
import { printingMetrics } from '../../shared/runtime/invocation.ts'
import { type Logger, portsFromEnv } from '../../shared/runtime/wiring.ts'

const PAYMENTS_MAX = 1_000
const CONCURRENCY = 8
/** Begins no expiry later than this. The next run goes on. */
const WORK_MS = 40_000

export const createHandler = (ports: OperationPorts & { log: Pick<Logger, 'info'> }) => async () => {
  const deadlineMs = ports.clock.nowMs() + WORK_MS
  const bounds = { limit: PAYMENTS_MAX, concurrency: CONCURRENCY, deadlineMs }
  const summary = await ports.tracer.during(() => expirePayments(ports, bounds))
  if (summary.expired + summary.unknown > 0) ports.log.info({ ...summary }, 'expired authorizations')
  return summary
}

const ports = portsFromEnv()
export const handler = printingMetrics(ports, createHandler(ports))
