/** What the bank's statements should have shown and have not: batches of acquirers that were not paid or carried, and payouts. */
import { addBusinessDays, addDays, type BusinessCalendar } from '../domain/business-days.ts'
import type { Doorbell, SeparateTransactions, Transaction } from '../payments/ports.ts'
import type { Calendars } from '../settlement/ports.ts'
import { type FactPorts, lockAll } from './bank-facts.ts'
import { subjectOfBatch, subjectOfPayout } from './break-subjects.ts'
import { dayAt } from './business-day.ts'
import { leftOf } from './decide-bank-line.ts'
import { type NewBreak, type OpenBreakPorts, openBreaks } from './open-breaks.ts'
import type { AcquirerBatch, AwaitedPayout, ReconFiles, ReconSource, ReconSources } from './ports.ts'
import { ringAll } from './ring-all.ts'
import { growingSources, sourcesWithFiles } from './sources-with-files.ts'
import { shortBreak } from './write-bank-lines.ts'

export interface AgeBankPorts extends OpenBreakPorts {
  /** Separate: a job. */
  transactions: SeparateTransactions
  acquirerBatches: FactPorts['acquirerBatches']
  bankPayouts: FactPorts['bankPayouts']
  bankBreaks: FactPorts['bankBreaks']
  reconSources: Pick<ReconSources, 'list' | 'lock'>
  reconFiles: Pick<ReconFiles, 'listByState'>
  calendars: Calendars
  doorbell: Doorbell
}

/** How many were missed. */
export interface AgeBankSummary {
  batches: number
  payouts: number
}

/** Breaks of one transaction. */
const CHUNK_BREAKS = 500
/** Business days that `sla_days` may be at most, and as many holidays. */
const BACK_DAYS_MAX = 400

/** By the rules of the account that acquirers pay into and payouts are paid from. */
const OPERATING = 'cash'

/**
 * Opens MISSING_THERE, which books nothing; and AMOUNT_UNDER over what is left of a batch that was missed and came. Begins
 * nothing after `deadlineMs` (epoch, real time). The caller has caught up with the clock. Throws DependencyUnavailableError.
 */
export async function ageBatchesAndPayouts(ports: AgeBankPorts, deadlineMs: number): Promise<AgeBankSummary> {
  const sources = await ports.reconSources.list()
  const banks = sources.filter(({ kind }) => kind === 'bank')
  const source = banks.find(({ account }) => account === OPERATING)
  const summary: AgeBankSummary = { batches: 0, payouts: 0 }
  if (source === undefined) return summary
  // What is in a statement that is not matched yet is not missed.
  if ((await sourcesWithFiles(ports, banks, ['PARSED', 'MATCHING'])).size > 0) return summary
  const today = dayAt(source, ports.clock.virtualNowMs())
  const dueOnMax = lastMissed(await ports.calendars.calendar(source.calendar), today, source.slaDays)
  if (dueOnMax === undefined) return summary
  const run = { ports, banks, source, today, dueOnMax, deadlineMs }
  summary.batches = await inChunks(run, missBatches)
  summary.payouts = await inChunks(run, missPayouts)
  return summary
}

interface Run {
  ports: AgeBankPorts
  banks: readonly ReconSource[]
  source: ReconSource
  today: string
  dueOnMax: string
  deadlineMs: number
}

/** The last day of which `slaDays` business days have passed. Undefined: the calendar does not say. */
export function lastMissed(calendar: BusinessCalendar, today: string, slaDays: number): string | undefined {
  for (let back = 1; back <= BACK_DAYS_MAX; back++) {
    const day = addDays(today, -back)
    const last = addBusinessDays(calendar, day, slaDays)
    if (last !== undefined && last < today) return day
  }
  return undefined
}

/** Until a chunk opens nothing: whoever else does the same meanwhile has opened the rest. */
async function inChunks(run: Run, chunk: (run: Run) => Promise<number>): Promise<number> {
  let opened = 0
  while (run.ports.clock.nowMs() < run.deadlineMs) {
    const count = await chunk(run)
    if (count === 0) break
    await ringAll(run.ports.doorbell)
    opened += count
  }
  return opened
}

async function missBatches(run: Run): Promise<number> {
  const { ports, source, dueOnMax } = run
  const seen = await ports.acquirerBatches.listMissing(dueOnMax, CHUNK_BREAKS)
  if (seen.length === 0) return 0
  const growing = await growingSources(ports, seen)
  return ports.transactions.run('missing batches', async tx => {
    await lockStatements(run, tx)
    const { missed, wereShort, openBreaks: open, batches } = await lockAll(ports, tx, [], seen)
    const left = [...batches.values()].flat().filter(batch => leftOf(batch) !== 0)
    const missing = left.filter(batch => !missed.has(subjectOfBatch(batch)))
    // It came, and not all of it: what is left of it now is missed by no break.
    const short = left
      .filter(batch => missed.has(subjectOfBatch(batch)) && !growing.has(batch.sourceId))
      .filter(batch => !wereShort.has(subjectOfBatch(batch)) && !open.has(subjectOfBatch(batch)))
    for (const batch of short) await ports.acquirerBatches.add(tx, batch, { movedMinor: leftOf(batch) })
    return (
      await openBreaks(ports, tx, [
        ...missing.map(batch => ofBatch(run, batch)),
        ...short.map(batch => shortBreak(ports, source, null, batch)),
      ])
    ).length
  })
}

async function missPayouts(run: Run): Promise<number> {
  const { ports, dueOnMax } = run
  const seen = await ports.bankPayouts.listMissing(dueOnMax, CHUNK_BREAKS)
  if (seen.length === 0) return 0
  return ports.transactions.run('missing payouts', async tx => {
    await lockStatements(run, tx)
    const { missed, payouts } = await lockAll(
      ports,
      tx,
      seen.map(({ payoutId }) => payoutId),
      [],
    )
    const isMissing = ({ payoutId }: AwaitedPayout) =>
      ['SENT', 'CONFIRMED'].includes(payouts.get(payoutId)!.state) && !missed.has(subjectOfPayout({ payoutId }))
    return (
      await openBreaks(
        ports,
        tx,
        seen.filter(isMissing).map(payout => ofPayout(run, payout)),
      )
    ).length
  })
}

/** No statement is matched meanwhile: what one brings at this moment is not missing. */
async function lockStatements({ ports, banks }: Run, tx: Transaction): Promise<void> {
  for (const { sourceId } of banks) await ports.reconSources.lock(tx, sourceId)
}

const ofBatch = ({ source, today: openedOn }: Run, batch: AcquirerBatch): NewBreak => ({
  ...{ subject: subjectOfBatch(batch), class: 'MISSING_THERE', sourceId: source.sourceId, currency: batch.currency },
  ...{ openedOn, batchRef: batch.batchRef, movements: [] },
  differences: { amount: { expected: leftOf(batch), found: 0 }, dueOn: batch.dueOn! },
})

const ofPayout = ({ source, today: openedOn }: Run, payout: AwaitedPayout): NewBreak => ({
  ...{ subject: subjectOfPayout(payout), class: 'MISSING_THERE', sourceId: source.sourceId, currency: payout.currency },
  ...{ openedOn, payoutId: payout.payoutId, movements: [] },
  differences: {
    ...{ amount: { expected: payout.amountMinor, found: 0 }, status: payout.state, dueOn: payout.executeOn },
  },
})
