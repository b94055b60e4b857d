/** Opens breaks for what is due and has not come, and gives due dates where the calendar has learned the year since. */
import { addBusinessDays, dayEndsAtMs } from '../domain/business-days.ts'
import type { Clock, Doorbell, SeparateTransactions, Transaction } from '../payments/ports.ts'
import type { AcquirerTermsReader, Calendars } from '../settlement/ports.ts'
import { lastMissed } from './age-bank.ts'
import { subjectOfExpectation } from './break-subjects.ts'
import { dayAt } from './business-day.ts'
import { dueDatesAt, dueDatesOf } from './due-dates.ts'
import { type OpenBreakPorts, openBreaks } from './open-breaks.ts'
import type { ExpectedLine, MissingLines, ReconFiles, ReconSource, ReconSources } from './ports.ts'
import { ringAll } from './ring-all.ts'

/** Another step of aging; begins nothing after `deadlineMs` (epoch, real time). Returns how many it did. */
export type AgingStep = (deadlineMs: number) => Promise<number>

export interface AgePorts extends OpenBreakPorts {
  transactions: SeparateTransactions
  reconSources: ReconSources
  reconFiles: Pick<ReconFiles, 'listByState'>
  missingLines: MissingLines
  acquirerTerms: AcquirerTermsReader
  calendars: Calendars
  /** Of batches and payouts that the bank did not move, of differences within the tolerance. */
  agingSteps: readonly AgingStep[]
  doorbell: Doorbell
  clock: Clock
}

export interface AgeSummary {
  /** Expectations that are OVERDUE now. */
  overdue: number
  /** Expectations and batches that have a due date now. */
  dated: number
  /** What the other steps did. */
  others: number
}

/** Expectations of one transaction. */
const CHUNK = 1_000
const COUNTED_MAX = 1_000

/** Begins nothing after `deadlineMs` (epoch, real time); the next run goes on. Throws DependencyUnavailableError. */
export async function ageBreaks(ports: AgePorts, deadlineMs: number): Promise<AgeSummary> {
  await ports.clock.catchUp()
  const summary: AgeSummary = { overdue: 0, dated: 0, others: 0 }
  for (const source of await acquirers(ports)) {
    summary.dated += await dateExpectations(ports, source, deadlineMs)
    summary.dated += await dateBatches(ports, source, deadlineMs)
    summary.overdue += await missExpectations(ports, source, deadlineMs)
  }
  for (const step of ports.agingSteps) summary.others += await step(deadlineMs)
  return summary
}

/** Expectations that are to become OVERDUE at this virtual time; counted up to a thousand a source. */
export async function countMissing(ports: AgePorts, virtualNowMs: number): Promise<number> {
  let count = 0
  for (const source of await acquirers(ports)) {
    const dueOnMax = await lastMissedDay(ports, source, virtualNowMs)
    if (dueOnMax !== undefined && !(await isWaiting(ports, source)))
      count += (await ports.missingLines.listDue(undefined, source.sourceId, dueOnMax, COUNTED_MAX)).length
  }
  return count
}

/** When the next ones do, in virtual time. */
export async function nextMissingMs(ports: AgePorts): Promise<number | undefined> {
  const times: number[] = []
  for (const source of await acquirers(ports)) {
    const dueOnMax = await lastMissedDay(ports, source, ports.clock.virtualNowMs())
    const dueOn = dueOnMax && (await ports.missingLines.nextDueOn(source.sourceId, dueOnMax))
    const lastDay = dueOn && addBusinessDays(await ports.calendars.calendar(source.calendar), dueOn, source.slaDays)
    if (lastDay) times.push(dayEndsAtMs(lastDay, { timezone: source.timezone, cutoff: '24:00' }))
  }
  return times.length === 0 ? undefined : Math.min(...times)
}

const acquirers = async ({ reconSources }: AgePorts): Promise<ReconSource[]> =>
  (await reconSources.list()).filter(({ kind }) => kind === 'acquirer')

/** What was due by this day is missed now; undefined: the calendar does not say. */
async function lastMissedDay(
  { calendars }: AgePorts,
  { calendar: name, ...source }: ReconSource,
  virtualNowMs: number,
  tx?: Transaction,
): Promise<string | undefined> {
  const calendar = await calendars.calendar(name, tx)
  const today = dayAt(source, virtualNowMs)
  return lastMissed(calendar, today, source.slaDays)
}

/** What is in a file that is not matched yet is not missed. */
const isWaiting = async ({ reconFiles }: AgePorts, { sourceId }: ReconSource): Promise<boolean> =>
  (await reconFiles.listByState(['PARSED', 'MATCHING'], 1, sourceId)).length > 0

async function missExpectations(ports: AgePorts, source: ReconSource, deadlineMs: number): Promise<number> {
  let count = 0
  while (ports.clock.nowMs() < deadlineMs) {
    if (await isWaiting(ports, source)) break
    const missed = await ports.transactions.run(source.sourceId, tx => missChunk(ports, tx, source.sourceId))
    if (missed > 0) await ringAll(ports.doorbell)
    count += missed
    if (missed < CHUNK) break
  }
  return count
}

/** Under the lock of the source: who matches its lines waits. */
async function missChunk(ports: AgePorts, tx: Transaction, sourceId: string): Promise<number> {
  const source = await ports.reconSources.lock(tx, sourceId)
  const virtualNowMs = ports.clock.virtualNowMs()
  const dueOnMax = source && (await lastMissedDay(ports, source, virtualNowMs, tx))
  if (source === undefined || dueOnMax === undefined) return 0
  const missed = await ports.missingLines.listDue(tx, sourceId, dueOnMax, CHUNK)
  if (missed.length === 0) return 0
  const ids = missed.map(({ expectationId }) => expectationId)
  await ports.missingLines.markOverdue(tx, ids)
  const openedOn = dayAt(source, virtualNowMs)
  await openBreaks(
    ports,
    tx,
    missed.map(expectation => ({
      ...{ subject: subjectOfExpectation(expectation), class: 'MISSING_THERE', sourceId },
      ...{ expectationId: expectation.expectationId, currency: expectation.currency, openedOn },
      ...{ differences: missingOf(expectation), movements: [] },
    })),
  )
  return missed.length
}

const missingOf = ({ amountMinor, feeMinor, vatMinor }: ExpectedLine) => ({
  amount: { expected: amountMinor, found: 0 },
  ...(feeMinor !== 0 && { fee: { expected: feeMinor, found: 0 } }),
  ...(vatMinor !== 0 && { vat: { expected: vatMinor, found: 0 } }),
})

/** The oldest first: when the calendar does not say of a page, it does not of later ones. */
async function dateExpectations(ports: AgePorts, { sourceId }: ReconSource, deadlineMs: number): Promise<number> {
  let count = 0
  let after: string | undefined
  while (ports.clock.nowMs() < deadlineMs) {
    const page = await ports.missingLines.listUndated(sourceId, CHUNK, after)
    if (page.length === 0) break
    const dated = await ports.transactions.run(sourceId, tx => dateTogether(ports, tx, sourceId, page))
    count += dated
    if (dated === 0) break
    after = page.at(-1)!.expectationId
  }
  return count
}

async function dateTogether(
  ports: AgePorts,
  tx: Transaction,
  sourceId: string,
  undated: readonly { expectationId: string; occurredAtMs: number }[],
): Promise<number> {
  const dueAt = await dueDatesAt(ports, tx, sourceId)
  const dated = undated.flatMap(({ expectationId, occurredAtMs }) => {
    const dueOn = dueAt(occurredAtMs)
    return dueOn === undefined ? [] : [{ expectationId, dueOn }]
  })
  await ports.missingLines.setDueDates(tx, dated)
  return dated.length
}

/** As their files would say it, had the year been loaded when they were read: without a day nothing of them is ever missed. */
async function dateBatches(ports: AgePorts, source: ReconSource, deadlineMs: number): Promise<number> {
  if (ports.clock.nowMs() >= deadlineMs) return 0
  const undated = await ports.missingLines.listUndatedBatches(source.sourceId, CHUNK)
  if (undated.length === 0) return 0
  const dueOf = await dueDatesOf(ports, source)
  const dated = undated.flatMap(({ day, ...key }) => {
    const dueOn = dueOf(day)
    return dueOn === null ? [] : [{ ...key, dueOn }]
  })
  if (dated.length > 0)
    await ports.transactions.run(source.sourceId, tx => ports.missingLines.setBatchDueDates(tx, dated))
  return dated.length
}
