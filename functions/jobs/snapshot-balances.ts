/** Each minute: writes what the accounts held that have moved since, so that reading a balance stays quick. */
import { printingMetrics } from '../../shared/runtime/invocation.ts'
import { type Logger, portsFromEnv } from '../../shared/runtime/wiring.ts'
import { type SnapshotPorts, snapshotBalances } from '../../shared/settlement/snapshot-balances.ts'

/** Begins nothing later than this. The next run goes on. */
const WORK_MS = 45_000

export const createHandler = (ports: SnapshotPorts & { log: Pick<Logger, 'info'> }) => async () => {
  const snapshots = await snapshotBalances(ports, ports.clock.nowMs() + WORK_MS)
  if (snapshots > 0) ports.log.info({ snapshots }, 'wrote snapshots of balances')
  return { snapshots }
}

const ports = portsFromEnv().forBatches
export const handler = printingMetrics(ports, createHandler(ports))
