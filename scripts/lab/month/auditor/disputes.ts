/** Which chargebacks of the acquirer the books must have taken as disputes, by the auditor's own account of each payment. Minor units. */
import type { EventFact, MonthFacts, SettledLine } from './facts.ts'

/** A chargeback that fits, and what became of it. */
export interface JudgedDispute {
  reference: string
  paymentId: string
  merchantId: string
  currency: string
  amount: number
  /** What the merchant pays for it. */
  fee: number
  state: 'OPEN' | 'WON' | 'LOST'
}

export interface JudgedDisputes {
  disputes: JudgedDispute[]
  /** Lines that no dispute explains: a second one, one of more than was left, a win of what was given up. */
  unexplained: ReadonlySet<SettledLine>
}

export const isDisputeLine = ({ kind }: SettledLine): boolean => kind === 'chargeback' || kind === 'chargeback_won'

/** The first moment after a day in Seoul. */
const endOf = (day: string): number => Date.parse(`${day}T24:00:00+09:00`)

export function judgeDisputes(facts: MonthFacts): JudgedDisputes {
  const events = new Map(facts.events.map(event => [event.operationId, event]))
  const taken = new Map<string, JudgedDispute>()
  const unexplained = new Set<SettledLine>()
  const lines = facts.settled.filter(line => isDisputeLine(line) && line.revision === 1)
  for (const line of lines.toSorted((a, b) => (a.soldOn < b.soldOn ? -1 : a.soldOn > b.soldOn ? 1 : 0))) {
    const capture = events.get(line.reference)
    const isRight = line.kind === 'chargeback' ? opens(facts, taken, line, capture) : wins(facts, taken, line)
    if (!isRight) unexplained.add(line)
  }
  for (const { reference, state } of facts.disputes)
    if (state === 'LOST' && taken.get(reference)?.state === 'OPEN') taken.get(reference)!.state = 'LOST'
  return { disputes: [...taken.values()], unexplained }
}

function opens(
  facts: MonthFacts,
  taken: Map<string, JudgedDispute>,
  { reference, amount, currency, soldOn }: SettledLine,
  capture: EventFact | undefined,
): boolean {
  if (capture === undefined || taken.has(reference)) return false
  const { paymentId, merchantId } = capture.payment
  const left = leftOf(facts, taken, paymentId, endOf(soldOn))
  if (-amount > left || isCrossed(facts, { reference, paymentId, spare: left + amount }, endOf(soldOn))) return false
  const fee = disputeFeeOf(facts, { merchantId, currency }, endOf(soldOn))
  taken.set(reference, { reference, paymentId, merchantId, currency, amount: -amount, fee, state: 'OPEN' })
  return true
}

/**
 * Whether the books had more asked back than the chargeback leaves when its line came: by a refund that came to nothing later, since
 * nothing was left of it at the acquirer. Then the line is a break.
 */
function isCrossed(
  { breaks, refusedRefunds }: MonthFacts,
  { reference, paymentId, spare }: { reference: string; paymentId: string; spare: number },
  atMs: number,
): boolean {
  const isBreak = breaks.some(each => each.class === 'OVER_DISPUTED' && each.matchKey === reference)
  const wasUnderWay = (refund: MonthFacts['refusedRefunds'][number]) =>
    refund.paymentId === paymentId && refund.amount > spare && refund.finishedAt.getTime() >= atMs
  return isBreak && refusedRefunds.some(wasUnderWay)
}

/** A dispute that was given up before is not won. */
function wins(facts: MonthFacts, taken: Map<string, JudgedDispute>, { reference, soldOn }: SettledLine): boolean {
  const own = facts.disputes.find(dispute => dispute.reference === reference)
  const isGivenUp = own?.state === 'LOST' && own.closedAt !== null && own.closedAt.getTime() < endOf(soldOn)
  const dispute = taken.get(reference)
  if (dispute?.state !== 'OPEN' || isGivenUp) return false
  dispute.state = 'WON'
  return true
}

/** Captured, and neither refunded nor taken back by this moment. */
function leftOf(
  { events }: MonthFacts,
  taken: ReadonlyMap<string, JudgedDispute>,
  paymentId: string,
  atMs: number,
): number {
  const own = events.filter(event => event.payment.paymentId === paymentId && Date.parse(event.occurredAt) < atMs)
  const moved = own.reduce(
    (sum, { eventType, amount }) => sum + (eventType === 'payment.captured' ? amount : -amount),
    0,
  )
  const disputed = [...taken.values()].filter(each => each.paymentId === paymentId && each.state !== 'WON')
  return moved - disputed.reduce((sum, { amount }) => sum + amount, 0)
}

function disputeFeeOf({ terms }: MonthFacts, of: { merchantId: string; currency: string }, atMs: number): number {
  const inForce = terms.findLast(
    row => row.merchantId === of.merchantId && row.currency === of.currency && row.validFrom.getTime() <= atMs,
  )
  return inForce?.disputeFee ?? 0
}

/** Each chargeback that fits is a dispute of the same amount, fee and state, and every dispute is one of them. */
export function disputeProblems({ disputes }: MonthFacts, judged: readonly JudgedDispute[]): (string | null)[] {
  const textOf = ({ amount, fee, state }: { amount: number; fee: number; state: string }) =>
    `${state} of ${amount}, fee ${fee}`
  const found = new Map(disputes.map(dispute => [dispute.reference, textOf(dispute)]))
  const wanted = new Map(judged.map(dispute => [dispute.reference, textOf(dispute)]))
  return [...new Set([...found.keys(), ...wanted.keys()])].map(reference =>
    found.get(reference) === wanted.get(reference)
      ? null
      : `dispute of ${reference}: ${found.get(reference)}, and it should be ${wanted.get(reference)}`,
  )
}
