/** The flow of a new payment: the buyer's money is held, and no more. */
import { check } from 'k6'
import { authorize, CURRENCY, finish, isTurnedAway, newOrder, type Order } from '../api.ts'

/** The id of a payment that was authorized as asked; null when the system turned the request away or was wrong. */
export async function authorizeOnce(order: Order, tolerated: number[]): Promise<string | null> {
  const answer = await authorize(order, [201, ...tolerated])
  if (isTurnedAway(answer, tolerated)) return null
  const { json } = answer
  const isRight = check(answer, {
    'authorize: 201': () => answer.status === 201,
    'authorize: AUTHORIZED': () => json.status === 'AUTHORIZED',
    'authorize: the amount that was asked for, in its currency': () =>
      json.amount === order.amount && json.currency === CURRENCY,
    'authorize: all of it can be captured, nothing is': () =>
      json.capturableAmount === order.amount && json.capturedAmount === 0 && json.refundedAmount === 0,
    'authorize: for the merchant who asked': () => json.merchantId === order.merchantId,
    'authorize: not a replay': () => answer.header('Idempotent-Replayed') === undefined,
  })
  return isRight ? String(json.paymentId) : null
}

export async function authorizeFlow(seed: string, tolerated: number[] = []): Promise<void> {
  finish((await authorizeOnce(newOrder(seed), tolerated)) !== null)
}
