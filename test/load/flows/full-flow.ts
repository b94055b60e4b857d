/** The flow of a whole payment: authorize, capture all of it, refund all of it. */
import { check } from 'k6'
import { type Answer, change, finish, isTurnedAway, newOrder } from '../api.ts'
import { authorizeOnce } from './authorize.ts'

const hasEntry = ({ json }: Answer, type: string, amount: number): boolean =>
  Array.isArray(json.ledgerEntries) && json.ledgerEntries.some(entry => entry.type === type && entry.amount === amount)

interface Step {
  kind: 'capture' | 'refund'
  status: string
  captured: number
  refunded: number
}

async function changeOnce(
  paymentId: string,
  key: string,
  amount: number,
  step: Step,
  tolerated: number[],
): Promise<boolean> {
  const { kind, status, captured, refunded } = step
  const answer = await change(kind, paymentId, {}, `${key}-${kind}`, [200, ...tolerated])
  if (isTurnedAway(answer, tolerated)) return false
  const { json } = answer
  return check(answer, {
    [`${kind}: 200`]: () => answer.status === 200,
    [`${kind}: ${status}`]: () => json.status === status,
    [`${kind}: its totals`]: () => json.capturedAmount === captured && json.refundedAmount === refunded,
    [`${kind}: of the same payment`]: () => json.paymentId === paymentId && json.amount === amount,
    [`${kind}: its ledger entry`]: () => hasEntry(answer, kind, amount),
  })
}

export async function fullFlow(seed: string, tolerated: number[] = []): Promise<void> {
  const order = newOrder(seed)
  const { key, amount } = order
  const paymentId = await authorizeOnce(order, tolerated)
  const isRight =
    paymentId !== null &&
    (await changeOnce(
      paymentId,
      key,
      amount,
      { kind: 'capture', status: 'COMPLETED', captured: amount, refunded: 0 },
      tolerated,
    )) &&
    (await changeOnce(
      paymentId,
      key,
      amount,
      { kind: 'refund', status: 'REFUNDED', captured: amount, refunded: amount },
      tolerated,
    ))
  finish(isRight)
}
