/** The flow of requests that contradict each other: of a key that is used twice, of too much, and of two captures at once. */
import { check } from 'k6'
import { type Answer, authorize, change, detailsOf, finish, newOrder, type Order, readPayment } from '../api.ts'
import { authorizeOnce } from './authorize.ts'

/** The same key for another amount is refused, and the difference is named. */
async function reuseKey(order: Order): Promise<boolean> {
  const answer = await authorize({ ...order, amount: order.amount + 1 }, [422])
  return check(answer, {
    'key of another request: 422': () => answer.status === 422 && answer.json.code === 'DUPLICATE_REQUEST',
    'key of another request: names the difference': () =>
      detailsOf(answer).reason === 'different_request' &&
      JSON.stringify(detailsOf(answer).differences) === '["/amount"]',
  })
}

async function captureTooMuch(paymentId: string, { key, amount }: Order): Promise<boolean> {
  const answer = await change('capture', paymentId, { amount: amount + 1 }, `${key}-much`, [409])
  return check(answer, {
    'too much: 409': () => answer.status === 409 && answer.json.code === 'CAPTURE_CONFLICT',
    'too much: says what remains': () => detailsOf(answer).remaining === amount,
  })
}

/** Two whole captures at once with keys of their own: one is made. */
async function captureTwice(paymentId: string, { key, amount }: Order): Promise<boolean> {
  const answers = await Promise.all(
    ['left', 'right'].map(side => change('capture', paymentId, {}, `${key}-${side}`, [200, 409])),
  )
  const made = answers.filter(answer => answer.status === 200)
  const isRefused = (answer: Answer): boolean => answer.status === 409 && answer.json.code === 'CAPTURE_CONFLICT'
  return check(answers, {
    'two captures: one is made': () => made.length === 1 && made[0]?.json.capturedAmount === amount,
    'two captures: the other is a conflict': () => answers.filter(isRefused).length === 1,
  })
}

export async function conflictsFlow(seed: string): Promise<void> {
  const order = newOrder(seed)
  const paymentId = await authorizeOnce(order, [])
  if (paymentId === null) return
  const refusalsAreRight = (await reuseKey(order)) && (await captureTooMuch(paymentId, order))
  const oneIsMade = await captureTwice(paymentId, order)
  const payment = await readPayment(paymentId)
  const isRight = check(payment, {
    'after conflicts: captured once': () =>
      payment.json.status === 'COMPLETED' && payment.json.capturedAmount === order.amount,
  })
  finish(refusalsAreRight && oneIsMade && isRight)
}
