/** Each minute: brings operations whose lease ran out to a final state. */
import type { OperationPorts } from '../../shared/payments/operation.ts'
import { type ResolvedOperation, resolveUnknown } from '../../shared/payments/resolve-unknown.ts'
import type { Metrics } from '../../shared/runtime/metrics.ts'
import { type Logger, portsFromEnv } from '../../shared/runtime/wiring.ts'

const OPERATIONS_MAX = 200
/** Begins no operation later than this. The next run goes on. */
const WORK_MS = 40_000

export const createHandler =
  (ports: OperationPorts & { metrics: Pick<Metrics, 'operationsResolved'>; log: Pick<Logger, 'info'> }) => async () => {
    const tell = (operation: ResolvedOperation) => ports.log.info({ ...operation }, 'outcome found out')
    const summary = await resolveUnknown(ports, OPERATIONS_MAX, ports.clock.nowMs() + WORK_MS, tell)
    ports.metrics.operationsResolved.inc(summary.resolved)
    if (summary.resolved + summary.stillUnknown > 0) ports.log.info({ ...summary }, 'resolved unknown outcomes')
    return summary
  }

export const handler = createHandler(portsFromEnv())
