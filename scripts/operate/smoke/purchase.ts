/** The whole purchase of the smoke test, step by step, and what each step has to show. */
import type { EventType } from '../../../shared/contracts/lists.ts'
import { keyView } from '../../../shared/contracts/routes/get-idempotency.ts'
import { until } from '../../../shared/runtime/until.ts'
import { bodyOf, type HttpAnswer, mustHave, shown } from './api.ts'
import {
  type Buyer,
  CURRENCY,
  changedPayment,
  type Entry,
  mustHaveEntries,
  refusal,
  type Seen,
  type SmokeStep,
} from './buyer.ts'

const AMOUNT_MINOR = 1_550_000

const feeOf = (buyer: Buyer): number => buyer.feeMinor(0, AMOUNT_MINOR)

/** The entries that the books have to hold after these steps. */
const entriesOf = (buyer: Buyer, ...steps: ('capture' | 'fee' | 'refund')[]): Entry[] =>
  steps.flatMap(step => (step === 'fee' ? buyer.feeEntries([feeOf(buyer)]) : buyer.entry(step, AMOUNT_MINOR)))

const authorizeAll = (buyer: Buyer): Promise<HttpAnswer> =>
  buyer.authorize({ amount: AMOUNT_MINOR, idempotencyKey: buyer.keys.authorize })
const captureAll = (buyer: Buyer): Promise<HttpAnswer> => buyer.change('capture', buyer.keys.capture)
const refundAll = (buyer: Buyer): Promise<HttpAnswer> =>
  buyer.change('refund', buyer.keys.refund, { reason: 'smoke test' })

/** The same answer once more, byte for byte, and said to be a replay. */
function mustBeReplay(again: HttpAnswer, first: HttpAnswer | undefined): void {
  if (first === undefined) throw new Error('there is no first answer to compare with')
  if (again.status !== first.status || !again.bytes.equals(first.bytes))
    throw new Error(`the replay differs from the first answer (${shown(first)}); seen: ${shown(again)}`)
  const header = again.headers.get('idempotent-replayed')
  if (header !== 'true') throw new Error(`Idempotent-Replayed should be true; seen: ${header}`)
}

/** Unauthenticated and forbidden. Checked before anything else. */
const refusalStatuses = new Set([401, 403])

const isUp = (body: Record<string, unknown>): boolean =>
  body.status === 'ok' && Object.values(body.dependencies ?? {}).every(state => state === 'up')

async function ready({ api, settings }: Buyer): Promise<string> {
  let last = 'no answer'
  const answer = await until(
    async () => {
      const seen = await api.get('/health/ready')
      last = shown(seen)
      return refusalStatuses.has(seen.status) || isUp(bodyOf(seen, 200)) ? seen : undefined
    },
    { what: 'readiness', deadlineMs: settings.deadlineMs, intervalMs: 200 },
  ).catch(error => {
    if (last !== 'no answer') throw new Error(`not ready after ${settings.deadlineMs} ms; seen: ${last}`)
    throw new NoAnswer(api.url, error)
  })
  if (refusalStatuses.has(answer.status))
    throw new Error(
      `${api.url} lets in only whom it knows, and smoke signs no request (deployed routes are behind aws_iam: docs/deploy.md); seen: ${last}`,
    )
  return Object.keys(bodyOf(answer, 200).dependencies as object).join(', ')
}

/** Nothing answers at that address. This is not a failed payment: no system was started there. */
export class NoAnswer extends Error {
  override name = 'NoAnswer'

  constructor(url: string, cause: unknown) {
    super(
      `nothing answers at ${url}\n  fix: \`npm start\` (or \`docker compose up -d --wait\`) starts a system; --api names another one`,
      { cause },
    )
  }
}

async function authorize(buyer: Buyer): Promise<string> {
  const answer = await authorizeAll(buyer)
  const payment = changedPayment(answer, 201)
  mustHave(payment, buyer.totals('AUTHORIZED', AMOUNT_MINOR, 0, 0))
  mustHaveEntries(payment, [])
  buyer.paymentId = payment.paymentId
  buyer.first.authorize = answer
  return payment.paymentId
}

async function decline(buyer: Buyer): Promise<string> {
  const order = { amount: AMOUNT_MINOR, idempotencyKey: buyer.keys.decline, paymentMethod: 'tok_decline' }
  const { code, paymentId, details } = refusal(await buyer.authorize(order), 402)
  mustHave({ code }, { code: 'PAYMENT_DECLINED' })
  const payment = await buyer.payment(paymentId)
  mustHave(payment, buyer.totals('DECLINED', AMOUNT_MINOR, 0, 0))
  mustHaveEntries(payment, [])
  return String(details.reason)
}

async function capture(buyer: Buyer): Promise<string> {
  const answer = await captureAll(buyer)
  const payment = changedPayment(answer, 200)
  mustHave(payment, buyer.totals('COMPLETED', AMOUNT_MINOR, AMOUNT_MINOR, 0))
  mustHaveEntries(payment, entriesOf(buyer, 'capture'))
  buyer.first.capture = answer
  return `${payment.capturedAmount} ${payment.currency}`
}

/** The one entry that the API does not write itself: the event went through the outbox, Kafka and the ledger consumer. */
async function fee(buyer: Buyer): Promise<string> {
  await buyer.untilEntries(entriesOf(buyer, 'capture', 'fee'))
  return `${feeOf(buyer)} ${CURRENCY}`
}

async function refund(buyer: Buyer): Promise<string> {
  const answer = await refundAll(buyer)
  const payment = changedPayment(answer, 200)
  mustHave(payment, buyer.totals('REFUNDED', AMOUNT_MINOR, AMOUNT_MINOR, AMOUNT_MINOR))
  mustHaveEntries(payment, entriesOf(buyer, 'capture', 'fee', 'refund'))
  buyer.first.refund = answer
  return `${payment.refundedAmount} ${payment.currency}`
}

async function replay(buyer: Buyer): Promise<string> {
  mustBeReplay(await authorizeAll(buyer), buyer.first.authorize)
  mustBeReplay(await captureAll(buyer), buyer.first.capture)
  mustBeReplay(await refundAll(buyer), buyer.first.refund)
  return 'authorize, capture, refund: byte for byte'
}

/** Until when the capture's answer is kept: its header and the state of its key say the same. */
async function key(buyer: Buyer): Promise<string> {
  const expiresAt = buyer.first.capture?.headers.get('idempotency-expires') ?? null
  const query = new URLSearchParams({ merchantId: buyer.merchantId, key: buyer.keys.capture })
  const used = keyView.parse(bodyOf(await buyer.api.get(`/idempotency?${query}`), 200))
  const { paymentId } = buyer
  mustHave(used, { state: 'finished', operation: 'capture', paymentId, statusCode: 200, expiresAt })
  if (expiresAt === null || Date.parse(expiresAt) <= Date.parse(used.createdAt))
    throw new Error(`Idempotency-Expires should be a time after ${used.createdAt}; seen: ${expiresAt}`)
  return `${used.state}, kept until ${expiresAt}`
}

const purchaseEventTypes: readonly EventType[] = ['payment.authorized', 'payment.captured', 'payment.refunded']

async function events(buyer: Buyer): Promise<string> {
  const seen: Seen = ({ events }) => events.map(({ type, publishedAt }) => ({ type, publishedAt }))
  await buyer.untilPayment(
    'the publication of every event',
    payment => payment.events.every(event => event.publishedAt !== null),
    seen,
  )
  const { events } = await buyer.payment()
  mustHave(
    { types: events.map(event => event.type), sequences: events.map(event => event.sequence) },
    { types: purchaseEventTypes, sequences: purchaseEventTypes.map((_, index) => index + 1) },
  )
  return `${events.length} published`
}

/** After the replays, too: none of them may have moved anything. */
async function books(buyer: Buyer): Promise<string> {
  const payment = await buyer.payment()
  mustHave(payment, buyer.totals('REFUNDED', AMOUNT_MINOR, AMOUNT_MINOR, AMOUNT_MINOR))
  const returned = buyer.returnedEntries([feeOf(buyer)], [AMOUNT_MINOR])
  await buyer.untilEntries([...entriesOf(buyer, 'capture', 'fee', 'refund'), ...returned])
  const operations = await buyer.operations()
  mustHave(
    { operations },
    { operations: ['authorize', 'capture', 'refund'].map(kind => `${kind} SUCCEEDED ${AMOUNT_MINOR}`) },
  )
  return `${payment.ledgerEntries.length} entries, ${operations.length} operations`
}

export const purchaseSteps: SmokeStep[] = [
  { name: 'ready', run: ready },
  { name: 'authorize', run: authorize },
  { name: 'decline', run: decline },
  { name: 'capture', run: capture },
  { name: 'fee', run: fee },
  { name: 'refund', run: refund },
  { name: 'replay', run: replay },
  { name: 'key', run: key },
  { name: 'events', run: events },
  { name: 'books', run: books },
]
