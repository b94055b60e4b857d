/** Each minute: holds the invariants against the next payments, and keeps what was covered and found. */
import type { InvariantRun } from '../../shared/contracts/invariant-runs.ts'
import { checkSlice, pruneRuns, type SlicePorts } from '../../shared/invariants/check-slice.ts'
import { printingMetrics } from '../../shared/runtime/invocation.ts'
import type { Metrics } from '../../shared/runtime/metrics.ts'
import { type Logger, portsFromEnv } from '../../shared/runtime/wiring.ts'

const PAYMENTS_MAX = 500

interface ReportPorts {
  metrics: Pick<Metrics, 'invariantFailures'>
  log: Pick<Logger, 'error'>
}

export const createHandler =
  (ports: SlicePorts & ReportPorts, paymentsMax = PAYMENTS_MAX) =>
  async () => {
    const run = await checkSlice(ports, paymentsMax)
    report(run, ports)
    await pruneRuns(ports, run)
    return { payments: run.payments, failed: run.failed }
  }

function report({ results }: InvariantRun, { metrics, log }: ReportPorts): void {
  for (const { name, failed, rows } of results)
    if (failed > 0) {
      metrics.invariantFailures.inc({ invariant: name }, failed)
      log.error({ invariant: name, failed, rows }, 'an invariant is broken; see GET /invariants')
    }
}

const ports = portsFromEnv()
export const handler = printingMetrics(ports, createHandler(ports))
