/** Takes back what card holders dispute, by the tokens of their captures, and gives back what is won. */
import { settlementFaultOf } from '../../shared/contracts/test-tokens.ts'
import { dayOf, endOf, nextDay } from '../service/days.ts'
import { businessDaysAfter } from './business-days.ts'
import type { DisputedCapture, DisputeStep } from './disputes.ts'
import type { ChargedMove } from './fees.ts'
import type { Journal } from './journal.ts'

const CHARGEBACK_BUSINESS_DAYS = 3
const WIN_BUSINESS_DAYS = 3

/**
 * Writes down all that was taken back by this virtual time. Whoever decides about captured money or settles a day does this first, so that
 * it does not matter how late somebody looks: nothing has moved since. In a transaction.
 */
export function takeBack(journal: Journal, virtualMs: number): void {
  for (let next = nextToTakeBack(journal); next !== undefined; next = nextToTakeBack(journal)) {
    if (virtualMs < endOf(next.day)) return
    for (const step of stepsOf(journal, next)) journal.disputes.add(step)
  }
}

/** On which day a batch will have the next line of a dispute, of those that are no row yet. */
export const nextDayToTakeBack = (journal: Journal): string | undefined => nextToTakeBack(journal)?.day

interface DueCapture {
  capture: DisputedCapture
  day: string
}

function nextToTakeBack(journal: Journal): DueCapture | undefined {
  const capture = journal.disputes.nextCapture()
  if (capture === undefined) return undefined
  const day = businessDaysAfter(dayOf(capture.decidedAtMs), CHARGEBACK_BUSINESS_DAYS)
  // Decided on a day that was settled long ago, because a clock was set back.
  const last = journal.settlements.lastDay()
  return { capture, day: last !== undefined && day <= last.day ? nextDay(last.day) : day }
}

/** The chargeback, and its win, which counts only from its own day on. */
function stepsOf(journal: Journal, { capture, day }: DueCapture): DisputeStep[] {
  const { sequence, hold, method } = capture
  const amountMinor = amountOf(journal, capture, endOf(day))
  const step = { capture: sequence, hold, amountMinor }
  const chargeback: DisputeStep = { kind: 'chargeback', ...step, day }
  if (settlementFaultOf(method) !== 'chargeback_won' || amountMinor === 0n) return [chargeback]
  return [chargeback, { kind: 'chargeback_won', ...step, day: businessDaysAfter(day, WIN_BUSINESS_DAYS) }]
}

/** As much of the capture as the hold has left; what is over-disputed is taken whole. */
function amountOf(journal: Journal, { hold, method, amountMinor }: DisputedCapture, atMs: number): bigint {
  if (settlementFaultOf(method) === 'over_disputed') return amountMinor
  const moves = journal.movesOfHold(hold, Number.MAX_SAFE_INTEGER)
  const leftMinor = leftOf(moves) - BigInt(journal.disputes.amountOfHold(hold, atMs))
  if (leftMinor <= 0n) return 0n
  return leftMinor < amountMinor ? leftMinor : amountMinor
}

const leftOf = (moves: readonly ChargedMove[]): bigint =>
  moves.reduce((sum, { kind, amountMinor }) => (kind === 'capture' ? sum + amountMinor : sum - amountMinor), 0n)
