/** Each minute: brings operations whose outcome is unknown to a final state, and asks the acquirer about those settled by hand. */
import type { OperationPorts } from '../../shared/payments/operation.ts'
import { type ResolveObserver, resolveUnknown } from '../../shared/payments/resolve-unknown.ts'
import { type ConfirmPorts, confirmSettlements } from '../../shared/payments/settle-by-hand.ts'
import { printingMetrics } from '../../shared/runtime/invocation.ts'
import { type Logger, portsFromEnv } from '../../shared/runtime/wiring.ts'

/** Each waits for the acquirer most of its time. Fewer than the database's connections, so that payments get theirs. */
const CONCURRENCY = 16
/** Begins no operation later than this: inquiry and cancellation may each take the acquirer's time-out. The next run goes on. */
const WORK_MS = 45_000

/** People settle few. */
const SETTLEMENTS = { limit: 100, concurrency: 2 }

type ResolveJobPorts = OperationPorts & ConfirmPorts & { log: Pick<Logger, 'info' | 'error'> }

export const createHandler = (ports: ResolveJobPorts) => async () => {
  const deadlineMs = ports.clock.nowMs() + WORK_MS
  const work = () =>
    Promise.all([
      resolveUnknown(ports, { concurrency: CONCURRENCY, deadlineMs, observer: observerOf(ports) }),
      confirmSettlements(ports, { ...SETTLEMENTS, deadlineMs }),
    ])
  const [summary] = await ports.tracer.during(work)
  if (summary.resolved + summary.stillUnknown > 0) ports.log.info({ ...summary }, 'resolved unknown outcomes')
  return summary
}

const observerOf = ({ log }: ResolveJobPorts): ResolveObserver => ({
  resolved(operation) {
    log.info({ ...operation }, 'outcome found out')
  },
  failed(operationId, error) {
    log.error({ operationId, err: error }, 'an outcome could not be recorded')
  },
})

const ports = portsFromEnv()
export const handler = printingMetrics(ports, createHandler(ports))
