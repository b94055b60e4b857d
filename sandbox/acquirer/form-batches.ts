/** Makes the batches of the days that have ended, a day in one transaction, in the order of days. What was made is never made again. */
import { reached } from '../../shared/contracts/crash-points.ts'
import { DAY_MS, dayOf, nextDay, startOf } from '../service/days.ts'
import { paymentDayOf } from './business-days.ts'
import type { Journal, SettledEntry } from './journal.ts'
import { settlementHashOf } from './settlement-file.ts'
import { batchOf, faultOf, linesOf, netOf, paymentsOf, type SettledOperation } from './settlement-rules.ts'

const REVISION = 1

/** Writes the batches of the first day that has ended by this virtual time and is not settled. False when there is none. In a transaction. */
export function settleNextDay(journal: Journal, virtualMs: number): boolean {
  const day = nextDayToSettle(journal)
  if (day === undefined || virtualMs < endOf(day)) return false
  const after = journal.settlements.lastDay()?.lastSequence ?? 0
  const decided = journal.settledBetween(after, endOf(day))
  const [late, inTime] = partition(decided.map(entry => operationOf(journal, entry)))
  const held = journal.settlements.lateOf(day).map(sequence => operationOf(journal, journal.settledAt(sequence)))
  for (const [currency, operations] of Map.groupBy([...held, ...inTime], operation => operation.currency))
    writeBatch(journal, day, currency, operations)
  for (const { sequence } of late) journal.settlements.addLate(sequence, nextDay(day))
  journal.settlements.addDay(day, decided.at(-1)?.sequence ?? after)
  reached('batches:writing')
  return true
}

const endOf = (day: string): number => startOf(day) + DAY_MS

/**
 * The day of what comes next: of the first operation that is in no batch, or of a file that is to get late lines. What was decided on a
 * day that is settled, since a clock was set back, belongs to the day after the last one.
 */
function nextDayToSettle(journal: Journal): string | undefined {
  const last = journal.settlements.lastDay()
  const decidedMs = journal.nextSettledMs(last?.lastSequence ?? 0)
  const decidedOn = decidedMs === undefined ? undefined : dayOf(decidedMs)
  if (last === undefined) return decidedOn
  const open = decidedOn !== undefined && decidedOn <= last.day ? nextDay(last.day) : decidedOn
  const days = [open, journal.settlements.nextLateDay(last.day)].filter(day => day !== undefined)
  return days.toSorted()[0]
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

/** None when nothing would stand in it beside what is carried, which then waits. */
function writeBatch(journal: Journal, day: string, currency: string, operations: readonly SettledOperation[]): void {
  const { settlements } = journal
  if (linesOf(operations, undefined).length === 0) return
  const lines = linesOf(operations, settlements.carryOf(currency))
  const batch = batchOf(day, currency)
  const netMinor = netOf(lines)
  const sha256 = settlementHashOf({ batch, day, currency, lines })
  const payments = paymentsOf(batch, netMinor, operations)
  settlements.addBatch({
    ...{ batch, day, currency, revision: REVISION, netMinor, sha256, lines, payments },
    payOn: paymentDayOf(day),
  })
}
