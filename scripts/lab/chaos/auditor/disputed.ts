/** What card holders have taken back of a payment, and when: which amounts an answer of a moment may have been given by. */
import type { DisputeFact } from './facts.ts'

/** Epoch, virtual time; both ends may be infinite. */
export interface Span {
  fromMs: number
  toMs: number
}

/** The clock moves by half a day at once: also while a transaction that has looked at it is under way. */
const UNSURE_MS = 12 * 60 * 60_000

/** Each amount that was taken back, and not won again, at some time then: minor units. */
export function disputedDuring(disputes: readonly DisputeFact[], { fromMs, toMs }: Span): ReadonlySet<number> {
  const [first, last] = [fromMs - UNSURE_MS, toMs + UNSURE_MS]
  const steps = disputes.flatMap(stepsOf)
  const changes = steps.map(({ atMs }) => atMs).filter(atMs => atMs > first && atMs <= last)
  const disputedAt = (atMs: number) => steps.reduce((sum, step) => sum + (step.atMs <= atMs ? step.amount : 0), 0)
  return new Set([first, ...changes].map(disputedAt))
}

/** A dispute that was given up stays with the card holder. */
function stepsOf({ amount, state, openedAt, closedAt }: DisputeFact): { atMs: number; amount: number }[] {
  const opened = { atMs: openedAt.getTime(), amount }
  return state === 'WON' ? [opened, { atMs: closedAt?.getTime() ?? opened.atMs, amount: -amount }] : [opened]
}

/** What is taken back in the end. */
export const disputedInTheEnd = (disputes: readonly DisputeFact[]): number =>
  disputes.reduce((sum, { amount, state }) => sum + (state === 'WON' ? 0 : amount), 0)

/** `possible`: what may have been taken back then. */
export const disputedProblems = (told: unknown, possible: ReadonlySet<number>): string[] =>
  possible.has(told as number) ? [] : [`told disputedAmount ${told}, by the disputes ${[...possible].join(' or ')}`]
