/** Each minute: checks that Redis knows no more than the database, and rings every 5 s for outbox rows that no relay has published. */
import { type SweepPorts, sweepOutbox } from '../../shared/payments/sweep-outbox.ts'
import { printingMetrics } from '../../shared/runtime/invocation.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'

/** Ends before the next run begins. */
const SWEEP_MS = 55_000

type SweepJobPorts = SweepPorts & {
  /** Never throws. */
  incarnationCheck: { renew(): Promise<void> }
}

export const createHandler = (ports: SweepJobPorts) => async () => {
  const [ringCount] = await Promise.all([sweepOutbox(ports, SWEEP_MS), ports.incarnationCheck.renew()])
  return ringCount
}

const ports = portsFromEnv()
export const handler = printingMetrics(ports, createHandler(ports))
