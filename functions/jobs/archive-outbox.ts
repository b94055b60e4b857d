/** Each minute: moves events that were published long ago to the archive. */
import { type ArchivePorts, archiveOutbox } from '../../shared/payments/archive-outbox.ts'
import { printingMetrics } from '../../shared/runtime/invocation.ts'
import { type Logger, portsFromEnv } from '../../shared/runtime/wiring.ts'

/** Begins no batch later than this. The next run goes on. */
const WORK_MS = 45_000

export const createHandler =
  (ports: ArchivePorts & { retention: { outboxMs: number }; log: Pick<Logger, 'info'> }) => async () => {
    const archived = await archiveOutbox(ports, ports.retention.outboxMs, ports.clock.nowMs() + WORK_MS)
    if (archived > 0) ports.log.info({ archived }, 'archived published events')
    return { archived }
  }

const ports = portsFromEnv().forBatches
export const handler = printingMetrics(ports, createHandler(ports))
