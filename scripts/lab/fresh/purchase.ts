/** One purchase as a caller of the HTTP API makes it, and what must be found of it afterwards. */
import type { EntryType, PaymentStatus } from '../../../shared/contracts/lists.ts'
import { until } from '../../../shared/runtime/until.ts'

interface Payment {
  paymentId: string
  status: string
  capturedAmount: number
  refundedAmount: number
  ledgerEntries: { type: string; amount: number }[]
  events: { type: string; publishedAt?: string | null }[]
}

const AMOUNT_MINOR = 1_550_000
const entryTypes: readonly EntryType[] = ['capture', 'fee', 'refund']
const ANSWER_DEADLINE_MS = 30_000
/** The relay and the ledger consumer need a moment; a sweep comes round each minute. */
const BOOKS_DEADLINE_MS = 90_000

async function call(url: string, body?: object): Promise<{ status: number; payment: Payment }> {
  const signal = AbortSignal.timeout(ANSWER_DEADLINE_MS)
  const sent = body && { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  const response = await fetch(url, { ...sent, signal })
  return { status: response.status, payment: (await response.json()) as Payment }
}

async function expectStatus(url: string, body: object, code: number, status: PaymentStatus): Promise<Payment> {
  const answer = await call(url, body)
  if (answer.status !== code || answer.payment.status !== status)
    throw new Error(`${url} answered ${answer.status} instead of ${code} ${status}: ${JSON.stringify(answer.payment)}`)
  return answer.payment
}

/** Authorize, capture, refund, and the books of it. Its payment id. Rejects with what was answered instead. */
export async function buy(apiUrl: string, key: string): Promise<string> {
  const order = { merchantId: 'fresh', amount: AMOUNT_MINOR, currency: 'KRW', idempotencyKey: key }
  const { paymentId } = await expectStatus(`${apiUrl}/payments/authorize`, order, 201, 'AUTHORIZED')
  await expectStatus(`${apiUrl}/payments/capture/${paymentId}`, {}, 200, 'COMPLETED')
  await expectStatus(`${apiUrl}/payments/refund/${paymentId}`, {}, 200, 'REFUNDED')
  await untilBooked(apiUrl, paymentId)
  return paymentId
}

/** Waits until a refunded purchase stands in the books: three ledger entries, every event published. */
export async function untilBooked(apiUrl: string, paymentId: string): Promise<void> {
  const path = `${apiUrl}/payments/${paymentId}`
  await until(
    async () => {
      const { payment } = await call(path)
      const problem = problemWith(payment)
      if (problem) throw new Error(problem)
      return true
    },
    { what: `the books of ${path}`, deadlineMs: BOOKS_DEADLINE_MS, intervalMs: 250 },
  )
}

/** What is not yet, or not, as it must be after the refund. */
export function problemWith(payment: Payment): string | undefined {
  const { status, capturedAmount, refundedAmount, ledgerEntries, events } = payment
  if (status !== 'REFUNDED') return `status ${status}`
  if (capturedAmount !== AMOUNT_MINOR || refundedAmount !== AMOUNT_MINOR)
    return `captured ${capturedAmount}, refunded ${refundedAmount} of ${AMOUNT_MINOR}`
  const types = ledgerEntries.map(entry => entry.type).sort()
  if (types.join() !== entryTypes.join()) return `ledger entries: ${types.join(', ') || 'none'}`
  const unpublished = events.filter(event => !event.publishedAt).map(event => event.type)
  if (events.length !== 3 || unpublished.length > 0)
    return `${events.length} events, unpublished: ${unpublished.join(', ') || 'none'}`
  return undefined
}
