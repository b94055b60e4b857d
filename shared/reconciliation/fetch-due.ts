/** How many files are offered and not imported, and when the next may be: for the sandbox, whose clock stops there. */
import { addDays, dayEndsAtMs } from '../domain/business-days.ts'
import type { DueJob } from '../payments/ports.ts'
import { dayAt } from './business-day.ts'
import { type ImportFilesPorts, importFiles } from './import-files.ts'
import { nextDay, offeredFiles, statementName } from './offered-files.ts'
import type { AwaitedFiles, ReconSource } from './ports.ts'

export type ImportJobPorts = ImportFilesPorts & { awaitedFiles: AwaitedFiles }

/** A file that was rejected waits for a person, and the clock does not wait for it. */
export const importing = (ports: ImportJobPorts): DueJob => ({
  name: 'import-files',
  async left(virtualNowMs) {
    let count = 0
    for (const source of await ports.reconSources.list()) count += await offeredCount(ports, source, virtualNowMs)
    return count
  },
  async nextDueMs() {
    const nowMs = ports.clock.virtualNowMs()
    if (ports.settlementFiles === undefined && ports.statements === undefined) return undefined
    if (!(await ports.awaitedFiles.isAwaited(nowMs))) return undefined
    const ends = (await ports.reconSources.list()).map(source => dayEndMs(source, nowMs))
    return ends.length === 0 ? undefined : Math.min(...ends)
  },
  async run(deadlineMs) {
    const { imported, rejected } = await importFiles(ports, deadlineMs)
    return imported + rejected
  },
})

/** Files are made when a day has ended. */
const dayEndMs = (source: ReconSource, nowMs: number): number =>
  dayEndsAtMs(dayAt(source, nowMs), { timezone: source.timezone, cutoff: '24:00' })

async function offeredCount(ports: ImportJobPorts, source: ReconSource, virtualNowMs: number): Promise<number> {
  if (source.kind === 'bank') return statementCount(ports, source, virtualNowMs)
  let count = 0
  for await (const _ of offeredFiles(ports, source, virtualNowMs)) count++
  return count
}

/** The bank may not have them: it was reset alone, or is not that far. */
async function statementCount(ports: ImportJobPorts, source: ReconSource, virtualNowMs: number): Promise<number> {
  const { statements, reconFiles } = ports
  if (statements === undefined || source.profile !== 'camt-053') return 0
  const yesterday = addDays(dayAt(source, virtualNowMs), -1)
  const day = await nextDay(ports, statements, source, yesterday)
  if (day === undefined || day > yesterday) return 0
  const name = statementName(source.bankAccount!, day)
  const rejected = await reconFiles.listByState(['REJECTED'], REJECTED_MAX, source.sourceId)
  if (rejected.some(file => file.name === name)) return 0
  return (await statements.has(source.bankAccount!, day)) ? 1 : 0
}

const REJECTED_MAX = 1_000
