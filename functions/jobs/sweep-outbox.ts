/** Each minute: rings for outbox rows that nobody published, every 5 s. */
import { type SweepPorts, sweepOutbox } from '../../shared/payments/sweep-outbox.ts'
import { portsFromEnv } from '../../shared/runtime/ports.ts'

/** Ends before the next run begins. */
const SWEEP_MS = 55_000

export const createHandler = (ports: SweepPorts) => () => sweepOutbox(ports, SWEEP_MS)

export const handler = createHandler(portsFromEnv())
