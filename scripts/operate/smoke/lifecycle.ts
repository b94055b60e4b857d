/** The other roads of a payment in the smoke test: in parts, let go of, and in one call; and what each step has to show. */
import { randomUUID } from 'node:crypto'
import { paymentListView } from '../../../shared/contracts/routes/list-payments.ts'
import { bodyOf, mustHave } from './api.ts'
import {
  type Buyer,
  CURRENCY,
  changedPayment,
  type Entry,
  mustHaveEntries,
  refusal,
  type SmokeStep,
  withoutReturned,
} from './buyer.ts'

/** At the default 250 basis points each half alone has a fee of 75.4, and both have one of 150.8. */
const HALF_MINOR = 3_016
const AMOUNT_MINOR = 2 * HALF_MINOR
const FIRST_REFUND_MINOR = 1_000

async function order(buyer: Buyer): Promise<string> {
  const orderId = `order-${randomUUID()}`
  const answer = await buyer.authorize({ amount: AMOUNT_MINOR, idempotencyKey: randomUUID(), orderId })
  const payment = changedPayment(answer, 201)
  mustHave(payment, { ...buyer.totals('AUTHORIZED', AMOUNT_MINOR, 0, 0), orderId, capturableAmount: AMOUNT_MINOR })
  buyer.paymentId = payment.paymentId
  const { merchantId } = buyer
  const found = await buyer.api.get(`/payments?${new URLSearchParams({ merchantId, orderId })}`)
  const { items } = paymentListView.parse(bodyOf(found, 200))
  mustHave({ paymentIds: items.map(item => item.paymentId) }, { paymentIds: [payment.paymentId] })
  return `${payment.paymentId}, found by its order`
}

async function part(buyer: Buyer): Promise<string> {
  const answer = await buyer.change('capture', randomUUID(), { amount: HALF_MINOR, finalCapture: false })
  const payment = changedPayment(answer, 200)
  mustHave(payment, {
    ...buyer.totals('PARTIALLY_CAPTURED', AMOUNT_MINOR, HALF_MINOR, 0),
    capturableAmount: HALF_MINOR,
    refundableAmount: 0,
  })
  return `${payment.capturedAmount} of ${payment.amount} ${CURRENCY}`
}

async function conflict(buyer: Buyer): Promise<string> {
  const answer = await buyer.change('capture', randomUUID(), { amount: HALF_MINOR + 1 })
  const { code, details } = refusal(answer, 409)
  mustHave(
    { code, ...details },
    { code: 'CAPTURE_CONFLICT', reason: 'amount', status: 'PARTIALLY_CAPTURED', remaining: HALF_MINOR },
  )
  return `${HALF_MINOR + 1} refused, ${details.remaining} remain`
}

async function rest(buyer: Buyer): Promise<string> {
  const payment = changedPayment(await buyer.change('capture', randomUUID()), 200)
  mustHave(payment, {
    ...buyer.totals('COMPLETED', AMOUNT_MINOR, AMOUNT_MINOR, 0),
    capturableAmount: 0,
    refundableAmount: AMOUNT_MINOR,
  })
  return `${payment.capturedAmount} ${CURRENCY}`
}

/** Of each capture. Together they are the fee of the whole. */
const feesOf = (buyer: Buyer): number[] => [0, HALF_MINOR].map(before => buyer.feeMinor(before, HALF_MINOR))

const capturedEntries = (buyer: Buyer): Entry[] => [
  ...[HALF_MINOR, HALF_MINOR].map(amount => buyer.entry('capture', amount)),
  ...buyer.feeEntries(feesOf(buyer)),
]

async function partFees(buyer: Buyer): Promise<string> {
  await buyer.untilEntries(capturedEntries(buyer))
  return `${feesOf(buyer).join(' + ')} = ${buyer.feeMinor(0, AMOUNT_MINOR)} ${CURRENCY}`
}

async function partRefunds(buyer: Buyer): Promise<string> {
  const amounts = [FIRST_REFUND_MINOR, AMOUNT_MINOR - FIRST_REFUND_MINOR]
  const first = changedPayment(await buyer.change('refund', randomUUID(), { amount: FIRST_REFUND_MINOR }), 200)
  mustHave(first, {
    ...buyer.totals('PARTIALLY_REFUNDED', AMOUNT_MINOR, AMOUNT_MINOR, FIRST_REFUND_MINOR),
    refundableAmount: AMOUNT_MINOR - FIRST_REFUND_MINOR,
  })
  const last = changedPayment(await buyer.change('refund', randomUUID()), 200)
  mustHave(last, buyer.totals('REFUNDED', AMOUNT_MINOR, AMOUNT_MINOR, AMOUNT_MINOR))
  const written = [...capturedEntries(buyer), ...amounts.map(amount => buyer.entry('refund', amount))]
  mustHaveEntries({ ledgerEntries: withoutReturned(last.ledgerEntries) }, written)
  await buyer.untilEntries([...written, ...buyer.returnedEntries(feesOf(buyer), amounts)])
  return `${amounts.join(' + ')} ${CURRENCY}`
}

async function voided(buyer: Buyer): Promise<string> {
  const hold = await buyer.authorize({ amount: AMOUNT_MINOR, idempotencyKey: randomUUID() })
  buyer.paymentId = changedPayment(hold, 201).paymentId
  const payment = changedPayment(await buyer.change('void', randomUUID(), { reason: 'smoke test' }), 200)
  mustHave(payment, { ...buyer.totals('VOIDED', AMOUNT_MINOR, 0, 0), capturableAmount: 0 })
  mustHaveEntries(payment, [])
  await mustHaveSucceeded(buyer, ['authorize', 'void'])
  return `${payment.amount} ${CURRENCY} let go`
}

async function oneCall(buyer: Buyer): Promise<string> {
  const answer = await buyer.authorize({ amount: AMOUNT_MINOR, idempotencyKey: randomUUID(), capture: true })
  const payment = changedPayment(answer, 201)
  mustHave(payment, buyer.totals('COMPLETED', AMOUNT_MINOR, AMOUNT_MINOR, 0))
  mustHaveEntries(payment, [buyer.entry('capture', AMOUNT_MINOR)])
  buyer.paymentId = payment.paymentId
  await mustHaveSucceeded(buyer, ['authorize', 'capture'])
  return `${payment.capturedAmount} ${CURRENCY} authorized and captured`
}

/** These operations over the whole amount, and no other. */
async function mustHaveSucceeded(buyer: Buyer, kinds: readonly string[]): Promise<void> {
  const operations = kinds.map(kind => `${kind} SUCCEEDED ${AMOUNT_MINOR}`)
  mustHave({ operations: await buyer.operations() }, { operations })
}

export const lifecycleSteps: SmokeStep[] = [
  { name: 'order', run: order },
  { name: 'part', run: part },
  { name: 'conflict', run: conflict },
  { name: 'rest', run: rest },
  { name: 'part fees', run: partFees },
  { name: 'part refunds', run: partRefunds },
  { name: 'void', run: voided },
  { name: 'one call', run: oneCall },
]
