/** What a part of reconciliation costs: run in a process of its own, so that its memory is its own. */
import type { SeparateTransactions } from '../../../../shared/payments/ports.ts'
import { configFrom } from '../../../../shared/runtime/config.ts'
import { type BatchPorts, Ports } from '../../../../shared/runtime/wiring.ts'
import { percentilesOf } from '../percentiles.ts'

/** Does the work with transactions that are timed, and prints what it returns with what it took. The environment says DATABASE_URL. */
export async function printMeasured(
  work: (ports: BatchPorts, transactions: SeparateTransactions) => Promise<object>,
): Promise<void> {
  const ports = new Ports(() => configFrom(process.env)).forBatches
  const lastedMs: number[] = []
  const beganMs = performance.now()
  const done = await work(ports, timed(ports.transactions, lastedMs))
  const seconds = (performance.now() - beganMs) / 1_000
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage()
  const cpuSeconds = (userCPUTime + systemCPUTime) / 1e6
  const transactionsMs = { count: lastedMs.length, max: Math.max(...lastedMs), ...percentilesOf(lastedMs) }
  console.log(JSON.stringify({ ...done, seconds, cpuSeconds, peakRssMiB: maxRSS / 1_024, transactionsMs }))
  await ports.database.close()
}

const timed = (transactions: SeparateTransactions, lastedMs: number[]): SeparateTransactions => ({
  areSeparate: true,
  async run(subject, work) {
    const beganMs = performance.now()
    try {
      return await transactions.run(subject, work)
    } finally {
      lastedMs.push(performance.now() - beganMs)
    }
  },
})
