/**
 * Each minute: checks that Redis knows no more than the database, records how far events have come, and rings every 5 s for outbox
 * rows that no relay has published.
 */
import { type ObservePorts, observeDelivery } from '../../shared/payments/observe-delivery.ts'
import { type SweepPorts, sweepOutbox } from '../../shared/payments/sweep-outbox.ts'
import { type DeliveryReportPorts, reportDelivery } from '../../shared/runtime/delivery-report.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'

/** Ends before the next run begins. */
const SWEEP_MS = 55_000

type SweepJobPorts = SweepPorts &
  ObservePorts &
  DeliveryReportPorts & {
    /** Never throws. */
    incarnationCheck: { renew(): Promise<void> }
  }

export const createHandler = (ports: SweepJobPorts) => async () => {
  const [ringCount] = await Promise.all([sweepOutbox(ports, SWEEP_MS), observe(ports), ports.incarnationCheck.renew()])
  return ringCount
}

/** Never throws: when the observation fails, the sweep must ring all the same. */
async function observe(ports: SweepJobPorts): Promise<void> {
  const nowMs = ports.clock.nowMs()
  try {
    reportDelivery(ports, await observeDelivery(ports), nowMs)
  } catch (error) {
    ports.log.warn({ err: error }, 'could not observe how far events have come')
  }
}

export const handler = createHandler(portsFromEnv())
