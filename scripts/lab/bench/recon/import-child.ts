/** Imports one file, and prints how long it took and how much memory: DATABASE_URL, IMPORT_PATH, IMPORT_NAME. */
import { importFile } from '../../../../shared/reconciliation/import-file.ts'
import { configFrom } from '../../../../shared/runtime/config.ts'
import { Ports } from '../../../../shared/runtime/wiring.ts'
import { percentilesOf } from '../percentiles.ts'

const { IMPORT_PATH: path, IMPORT_NAME: name } = process.env
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
const request = { sourceId: 'acquirer', path: path!, name: name!, again: false, deadlineMs: Number.POSITIVE_INFINITY }
const { reconSources, reconFiles, reconFileTotals, reconLines, acquirerTerms, calendars } = ports
const { readers, diskFiles, outbox, auditLog, clock, ids } = ports
const beganMs = performance.now()
const imported = await importFile(
  {
    ...{ reconSources, reconFiles, reconFileTotals, reconLines, acquirerTerms, calendars },
    ...{ readers, diskFiles, outbox, auditLog, clock, ids, transactions: timed },
  },
  request,
)
const seconds = (performance.now() - beganMs) / 1_000
const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage()
const cpuSeconds = (userCPUTime + systemCPUTime) / 1e6
const transactionsMs = { count: lastedMs.length, max: Math.max(...lastedMs), ...percentilesOf(lastedMs) }
console.log(JSON.stringify({ kind: imported.kind, seconds, cpuSeconds, peakRssMiB: maxRSS / 1_024, transactionsMs }))
await ports.database.close()
