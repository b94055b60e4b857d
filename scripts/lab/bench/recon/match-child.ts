/** Matches the files that wait, and prints how long it took and how much memory: DATABASE_URL. */
import { matchFiles } from '../../../../shared/reconciliation/match-files.ts'
import { configFrom } from '../../../../shared/runtime/config.ts'
import { Ports } from '../../../../shared/runtime/wiring.ts'
import { percentilesOf } from '../percentiles.ts'

const ports = new Ports(() => configFrom(process.env)).forBatches
const lastedMs: number[] = []
const { transactions } = ports
const timed = {
  areSeparate: true,
  async run<T>(subject: string, work: Parameters<typeof transactions.run<T>>[1]): Promise<T> {
    const beganMs = performance.now()
    try {
      return await transactions.run(subject, work)
    } finally {
      lastedMs.push(performance.now() - beganMs)
    }
  },
} as const
const { reconSources, reconFiles, reconLines, matchers, latePasses, clock } = ports
const doorbell = { ring: async () => undefined }
const beganMs = performance.now()
const matched = await matchFiles(
  { reconSources, reconFiles, reconLines, matchers, latePasses, doorbell, clock, transactions: timed },
  Number.POSITIVE_INFINITY,
)
const seconds = (performance.now() - beganMs) / 1_000
const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage()
const cpuSeconds = (userCPUTime + systemCPUTime) / 1e6
const transactionsMs = { count: lastedMs.length, max: Math.max(...lastedMs), ...percentilesOf(lastedMs) }
console.log(JSON.stringify({ ...matched, seconds, cpuSeconds, peakRssMiB: maxRSS / 1_024, transactionsMs }))
await ports.database.close()
