/** What a part of reconciliation costs: run in a process of its own, so that its memory is its own. */
import type { SeparateTransactions } from '../../../../shared/payments/ports.ts'
import { pacedTransactions } from '../../../../shared/reconciliation/paced-transactions.ts'
import { configFrom } from '../../../../shared/runtime/config.ts'
import { type BatchPorts, Ports } from '../../../../shared/runtime/wiring.ts'

/** What it prints, with what the work returned. */
export interface Measured {
  seconds: number
  /** Of the process, its start included. */
  cpuSeconds: number
  /** Before the work begins. */
  startRssMiB: number
  peakRssMiB: number
  /** Without the rests between them. */
  transactionsMs: { count: number; max: number }
}

/**
 * Does the work with transactions that are timed, and paced as the jobs' are, and prints what it returns with what it took. The
 * environment says DATABASE_URL and RECON_WORK_PERCENT.
 */
export async function printMeasured(
  work: (ports: BatchPorts, transactions: SeparateTransactions) => Promise<object>,
): Promise<void> {
  const ports = new Ports(() => configFrom(process.env)).forBatches
  const startRssMiB = process.memoryUsage.rss() / 2 ** 20
  const transactionsMs = { count: 0, max: 0 }
  const beganMs = performance.now()
  const { reconWorkPercent: workPercent } = ports.config
  const timedOnes = timed(ports.transactions, transactionsMs)
  const done = await work(ports, pacedTransactions(timedOnes, { clock: ports.clock, workPercent }))
  const seconds = (performance.now() - beganMs) / 1_000
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage()
  const cpuSeconds = (userCPUTime + systemCPUTime) / 1e6
  const measured: Measured = { seconds, cpuSeconds, startRssMiB, peakRssMiB: maxRSS / 1_024, transactionsMs }
  console.log(JSON.stringify({ ...done, ...measured }))
  await ports.database.close()
}

const timed = (transactions: SeparateTransactions, times: Measured['transactionsMs']): SeparateTransactions => ({
  areSeparate: true,
  async run(subject, work) {
    const beganMs = performance.now()
    try {
      return await transactions.run(subject, work)
    } finally {
      times.count++
      times.max = Math.max(times.max, performance.now() - beganMs)
    }
  },
})
