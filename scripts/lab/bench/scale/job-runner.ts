/** Runs the jobs of the product, and the reads of lists, one at a time when it is told to: a process of its own, with the functions' own wiring. */
import { createHandler as createArchive } from '../../../../functions/jobs/archive-outbox.ts'
import { createHandler as createCheck } from '../../../../functions/jobs/check-invariants.ts'
import { createHandler as createExpire } from '../../../../functions/jobs/expire-authorizations.ts'
import { createHandler as createObserve } from '../../../../functions/jobs/observe-state.ts'
import { createHandler as createPrune } from '../../../../functions/jobs/prune-answers.ts'
import { createHandler as createResolve } from '../../../../functions/jobs/resolve-unknown.ts'
import { sweepOutbox } from '../../../../shared/payments/sweep-outbox.ts'
import { portsFromEnv } from '../../../../shared/runtime/wiring.ts'
import type { JobOrder, JobReport, MeasuredJob } from './measured-jobs.ts'

const ports = portsFromEnv()
const batches = ports.forBatches

const works: Record<MeasuredJob, (order: JobOrder) => Promise<unknown>> = {
  'sweep-outbox: look': () => sweepOutbox(ports, 0),
  'observe-state': () => createObserve(ports)(),
  'resolve-unknown': () => createResolve(ports)(),
  'expire-authorizations': () => createExpire(ports)(),
  'archive-outbox': ({ archivedAfterMs }) => {
    const { transactions, outbox, clock, log } = batches
    return createArchive({ transactions, outbox, clock, log, retention: { outboxMs: archivedAfterMs } })()
  },
  'prune-answers': () => createPrune(ports)(),
  'check-invariants': () => createCheck(ports)(),
}

async function run(order: JobOrder): Promise<JobReport> {
  // A connection is there already, as in a process that has run for a while.
  await ports.database.select('SELECT 1', [])
  const startedMs = performance.now()
  const result = await works[order.job](order)
  return { ms: performance.now() - startedMs, result }
}

process.on('message', (order: JobOrder) => {
  run(order).then(
    report => process.send?.({ report }),
    error => process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  )
})
process.on('disconnect', () => process.exit())
