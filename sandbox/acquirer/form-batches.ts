/** Makes the batches of the days that have ended, a day in one transaction, in the order of days. What was made is never made again. */
import { reached } from '../../shared/contracts/crash-points.ts'
import { settlementFaultOf } from '../../shared/contracts/test-tokens.ts'
import { dayOf, endOf, nextDay } from '../service/days.ts'
import { paymentDayOf } from './business-days.ts'
import type { Journal, SettledEntry } from './journal.ts'
import { settlementHashOf } from './settlement-file.ts'
import {
  amendedLine,
  type BatchContent,
  batchOf,
  faultOf,
  linesOf,
  netOf,
  paymentsOf,
  type SettledOperation,
  type SettlementLine,
} from './settlement-rules.ts'
import type { Batch } from './settlements.ts'
import { nextDayToTakeBack, takeBack } from './take-back.ts'

/** Writes the batches of the first day that has ended by this virtual time and is not settled. False when there is none. In a transaction. */
export function settleNextDay(journal: Journal, virtualMs: number): boolean {
  const day = nextDayToSettle(journal)
  if (day === undefined || virtualMs < endOf(day)) return false
  takeBack(journal, endOf(day))
  // First, since what they leave over is carried.
  for (const batch of journal.settlements.amendedOn(day)) amendBatch(journal, batch)
  writeBatches(journal, day)
  reached('batches:writing')
  return true
}

/**
 * The day of what comes next: of the first operation that is in no batch, of a dispute, of a file that is to get late lines, or of the
 * next revision of another. What was decided on a day that is settled, since a clock was set back, belongs to the day after the last one.
 */
function nextDayToSettle(journal: Journal): string | undefined {
  const { settlements, disputes } = journal
  const last = settlements.lastDay()
  const decidedMs = journal.nextSettledMs(last?.lastSequence ?? 0)
  const decidedOn = decidedMs === undefined ? undefined : dayOf(decidedMs)
  if (last === undefined) return decidedOn
  const open = decidedOn !== undefined && decidedOn <= last.day ? nextDay(last.day) : decidedOn
  const days = [
    ...[open, settlements.nextLateDay(last.day), settlements.nextAmendedDay(last.day)],
    ...[disputes.nextDay(last.day), nextDayToTakeBack(journal)],
  ]
  return days.filter(day => day !== undefined).toSorted()[0]
}

function writeBatches(journal: Journal, day: string): void {
  const { settlements } = journal
  const after = settlements.lastDay()?.lastSequence ?? 0
  const decided = journal.settledBetween(after, endOf(day))
  const [late, inTime] = partition(decided.map(entry => operationOf(journal, entry)))
  const held = settlements.lateOf(day).map(sequence => operationOf(journal, journal.settledAt(sequence)))
  const operations = Map.groupBy([...held, ...inTime], ({ currency }) => currency)
  const disputes = Map.groupBy(journal.disputes.ofDay(day), ({ currency }) => currency)
  for (const currency of new Set([...operations.keys(), ...disputes.keys()])) {
    const content = { operations: operations.get(currency) ?? [], disputes: disputes.get(currency) ?? [] }
    writeBatch(journal, day, currency, content)
  }
  for (const { sequence } of late) settlements.addLate(sequence, nextDay(day))
  settlements.addDay(day, decided.at(-1)?.sequence ?? after)
}

function partition(operations: readonly SettledOperation[]): [late: SettledOperation[], inTime: SettledOperation[]] {
  const isLate = (operation: SettledOperation) => faultOf(operation) === 'late'
  return [operations.filter(isLate), operations.filter(operation => !isLate(operation))]
}

function operationOf(journal: Journal, { sequence, operationId, order, decidedAtMs }: SettledEntry): SettledOperation {
  const kind = order.kind === 'refund' ? 'refund' : 'capture'
  const amountMinor = BigInt(order.amount)
  return {
    ...{ sequence, operationId, kind, amountMinor, currency: order.currency, method: order.method },
    soldOn: dayOf(decidedAtMs),
    // A capture is charged by itself.
    movesOfHold: kind === 'capture' ? [{ kind, amountMinor }] : journal.movesOfHold(order.authorizationId!, sequence),
  }
}

/** None when nothing would stand in it beside what is carried, which then waits. What is paid is what its last revision says. */
function writeBatch(journal: Journal, day: string, currency: string, content: BatchContent): void {
  const { settlements } = journal
  if (linesOf(content, undefined).length === 0) return
  const lines = linesOf(content, settlements.carryOf(currency))
  const isAmended = content.operations.some(operation => faultOf(operation) === 'amended')
  const paidMinor = netOf(isAmended ? amended(journal, lines) : lines)
  const batch = batchOf(day, currency)
  const payments = paymentsOf(batch, paidMinor, content.operations)
  const written = { batch, day, currency, revision: 1, payments, payOn: paymentDayOf(day) }
  const sequence = settlements.addBatch({ ...written, ...contentOf(written, lines) })
  if (isAmended) settlements.addAmended(sequence, nextDay(day))
}

/** Its payments stand with the first revision. */
function amendBatch(journal: Journal, { batch, day, currency, revision, ...of }: Batch): void {
  const { settlements } = journal
  const lines = amended(journal, settlements.linesOf(of))
  const written = { batch, day, currency, revision: revision + 1, payments: [], payOn: paymentDayOf(day) }
  settlements.addBatch({ ...written, ...contentOf(written, lines) })
}

const amended = (journal: Journal, lines: readonly SettlementLine[]): SettlementLine[] =>
  lines.map(line => {
    const isWrong = line.kind === 'capture' && settlementFaultOf(journal.methodOf(line.reference)) === 'amended'
    return isWrong ? amendedLine(line) : line
  })

const contentOf = (batch: { batch: string; day: string; currency: string }, lines: readonly SettlementLine[]) => ({
  ...{ lines, netMinor: netOf(lines) },
  sha256: settlementHashOf({ ...batch, lines }),
})
