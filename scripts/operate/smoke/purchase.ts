/** The purchase of the smoke test, step by step, and what each step has to show. Nothing but HTTP. */
import { randomUUID } from 'node:crypto'
import type { EntryType, EventType, PaymentStatus, RequestedKind } from '../../../shared/contracts/lists.ts'
import type { LedgerEntryView } from '../../../shared/contracts/payment.ts'
import { mutationView } from '../../../shared/contracts/payment.ts'
import { type PaymentDetailView, paymentDetailView } from '../../../shared/contracts/routes/get-payment.ts'
import { operationListView } from '../../../shared/contracts/routes/list-operations.ts'
import { type FeePolicy, feeMinor, scheduleFor } from '../../../shared/domain/fee.ts'
import { until } from '../../../shared/runtime/until.ts'
import { type Api, bodyOf, type HttpAnswer, mustHave, shown } from './api.ts'

export interface SmokeStep {
  name: string
  /** What it found, in a few words. Rejects with what it saw instead of what it should have seen. */
  run(purchase: Purchase): Promise<string>
}

export interface Settings {
  /** How the API under test is configured: the defaults unless FEE_BASIS_POINTS and FEE_FIXED say otherwise. */
  fees: FeePolicy
  /** How long readiness, the fee and the events are waited for, each. */
  deadlineMs: number
}

const AMOUNT_MINOR = 1_550_000
const CURRENCY = 'KRW'

type Entry = Pick<LedgerEntryView, 'type' | 'debitAccount' | 'creditAccount' | 'amount' | 'currency'>

export class Purchase {
  readonly api: Api
  readonly settings: Settings
  readonly merchantId = `smoke-${randomUUID().slice(0, 18)}`
  readonly keys = { authorize: randomUUID(), decline: randomUUID(), capture: randomUUID(), refund: randomUUID() }
  /** The first answers, for comparison with their replays. */
  readonly first: Partial<Record<RequestedKind, HttpAnswer>> = {}
  paymentId = ''

  constructor(api: Api, settings: Settings) {
    this.api = api
    this.settings = settings
  }

  /** The entries that the books have to hold after a capture, its fee and a refund. */
  get entries(): Record<EntryType, Entry> {
    const merchant = `merchant_payable:${this.merchantId}`
    const entry = (type: EntryType, debitAccount: string, creditAccount: string, amount: number): Entry => ({
      type,
      debitAccount,
      creditAccount,
      amount,
      currency: CURRENCY,
    })
    return {
      capture: entry('capture', 'acquirer_receivable', merchant, AMOUNT_MINOR),
      fee: entry('fee', merchant, 'fee_revenue', this.feeMinor),
      refund: entry('refund', merchant, 'acquirer_receivable', AMOUNT_MINOR),
    }
  }

  get feeMinor(): number {
    return feeMinor(scheduleFor(this.settings.fees, CURRENCY), 0, AMOUNT_MINOR)
  }

  /** The rows that `types` should have written. An amount of 0 writes none. */
  expectedEntries(...types: EntryType[]): Entry[] {
    return types.map(type => this.entries[type]).filter(({ amount }) => amount > 0)
  }

  /** What a payment of this merchant looks like in a given state. */
  totals(status: PaymentStatus, capturedAmount: number, refundedAmount: number) {
    const { merchantId } = this
    return {
      merchantId,
      status,
      amount: AMOUNT_MINOR,
      currency: CURRENCY,
      capturedAmount,
      refundedAmount,
      pendingOperation: null,
    }
  }

  authorize(key: string, more: object = {}): Promise<HttpAnswer> {
    const { merchantId } = this
    return this.api.post('/payments/authorize', {
      merchantId,
      amount: AMOUNT_MINOR,
      currency: CURRENCY,
      idempotencyKey: key,
      ...more,
    })
  }

  capture(): Promise<HttpAnswer> {
    return this.api.post(`/payments/capture/${this.paymentId}`, { merchantId: this.merchantId }, this.keys.capture)
  }

  refund(): Promise<HttpAnswer> {
    const body = { merchantId: this.merchantId, reason: 'smoke test' }
    return this.api.post(`/payments/refund/${this.paymentId}`, body, this.keys.refund)
  }

  async payment(paymentId = this.paymentId): Promise<PaymentDetailView> {
    return paymentDetailView.parse(bodyOf(await this.api.get(`/payments/${paymentId}`), 200))
  }

  /** Waits for a state of the payment; the failure shows the part of it that `seen` picks. */
  async untilPayment(what: string, isThere: (payment: PaymentDetailView) => boolean, seen: Seen): Promise<void> {
    let last: PaymentDetailView | undefined
    await until(
      async () => {
        last = await this.payment()
        return isThere(last)
      },
      { what, deadlineMs: this.settings.deadlineMs, intervalMs: 100 },
    ).catch(error => {
      throw last === undefined ? error : new Error(`${what} did not come; seen: ${JSON.stringify(seen(last))}`)
    })
  }
}

type Seen = (payment: PaymentDetailView) => unknown

/** Without the ids and times that the system chose, in an order that does not depend on who wrote first. */
const rowsOf = (entries: Entry[]): string[] =>
  entries
    .map(({ type, debitAccount, creditAccount, amount, currency }) =>
      [type, `${debitAccount} → ${creditAccount}`, amount, currency].join(' '),
    )
    .sort()

const mustHaveEntries = (payment: { ledgerEntries: Entry[] }, expected: Entry[]): void =>
  mustHave({ ledgerEntries: rowsOf(payment.ledgerEntries) }, { ledgerEntries: rowsOf(expected) })

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

async function ready({ api, settings }: Purchase): Promise<string> {
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

async function authorize(purchase: Purchase): Promise<string> {
  const answer = await purchase.authorize(purchase.keys.authorize)
  const payment = mutationView.parse(bodyOf(answer, 201))
  mustHave(payment, purchase.totals('AUTHORIZED', 0, 0))
  mustHaveEntries(payment, [])
  purchase.paymentId = payment.paymentId
  purchase.first.authorize = answer
  return payment.paymentId
}

async function decline(purchase: Purchase): Promise<string> {
  const answer = await purchase.authorize(purchase.keys.decline, { paymentMethod: 'tok_decline' })
  const refusal = bodyOf(answer, 402)
  mustHave(refusal, { code: 'PAYMENT_DECLINED' })
  const payment = await purchase.payment(String(refusal.paymentId))
  mustHave(payment, purchase.totals('DECLINED', 0, 0))
  mustHaveEntries(payment, [])
  return String((refusal.details as { reason?: string } | undefined)?.reason ?? '')
}

async function capture(purchase: Purchase): Promise<string> {
  const answer = await purchase.capture()
  const payment = mutationView.parse(bodyOf(answer, 200))
  mustHave(payment, purchase.totals('COMPLETED', AMOUNT_MINOR, 0))
  mustHaveEntries(payment, purchase.expectedEntries('capture'))
  purchase.first.capture = answer
  return `${payment.capturedAmount} ${payment.currency}`
}

/** The one entry that the API does not write itself: the event went through the outbox, Kafka and the ledger consumer. */
async function fee(purchase: Purchase): Promise<string> {
  const expected = purchase.expectedEntries('capture', 'fee')
  await purchase.untilPayment(
    'the fee entry, which the ledger consumer writes',
    payment => payment.ledgerEntries.length >= expected.length,
    payment => rowsOf(payment.ledgerEntries),
  )
  mustHaveEntries(await purchase.payment(), expected)
  return `${purchase.feeMinor} ${CURRENCY}`
}

async function refund(purchase: Purchase): Promise<string> {
  const answer = await purchase.refund()
  const payment = mutationView.parse(bodyOf(answer, 200))
  mustHave(payment, purchase.totals('REFUNDED', AMOUNT_MINOR, AMOUNT_MINOR))
  mustHaveEntries(payment, purchase.expectedEntries('capture', 'fee', 'refund'))
  purchase.first.refund = answer
  return `${payment.refundedAmount} ${payment.currency}`
}

async function replay(purchase: Purchase): Promise<string> {
  mustBeReplay(await purchase.authorize(purchase.keys.authorize), purchase.first.authorize)
  mustBeReplay(await purchase.capture(), purchase.first.capture)
  mustBeReplay(await purchase.refund(), purchase.first.refund)
  return 'authorize, capture, refund: byte for byte'
}

const purchaseEventTypes: readonly EventType[] = ['payment.authorized', 'payment.captured', 'payment.refunded']

async function events(purchase: Purchase): Promise<string> {
  const seen: Seen = ({ events }) => events.map(({ type, publishedAt }) => ({ type, publishedAt }))
  await purchase.untilPayment(
    'the publication of every event',
    payment => payment.events.every(event => event.publishedAt !== null),
    seen,
  )
  const { events } = await purchase.payment()
  mustHave(
    { types: events.map(event => event.type), sequences: events.map(event => event.sequence) },
    { types: purchaseEventTypes, sequences: purchaseEventTypes.map((_, index) => index + 1) },
  )
  return `${events.length} published`
}

/** After the replays, too: none of them may have moved anything. */
async function books(purchase: Purchase): Promise<string> {
  const payment = await purchase.payment()
  mustHave(payment, purchase.totals('REFUNDED', AMOUNT_MINOR, AMOUNT_MINOR))
  mustHaveEntries(payment, purchase.expectedEntries('capture', 'fee', 'refund'))
  const answer = await purchase.api.get(`/payments/${purchase.paymentId}/operations`)
  const { operations } = operationListView.parse(bodyOf(answer, 200))
  mustHave(
    { operations: operations.map(({ kind, state, amount }) => `${kind} ${state} ${amount}`) },
    { operations: ['authorize', 'capture', 'refund'].map(kind => `${kind} SUCCEEDED ${AMOUNT_MINOR}`) },
  )
  return `${payment.ledgerEntries.length} entries, ${operations.length} operations`
}

export const smokeSteps: SmokeStep[] = [
  { name: 'ready', run: ready },
  { name: 'authorize', run: authorize },
  { name: 'decline', run: decline },
  { name: 'capture', run: capture },
  { name: 'fee', run: fee },
  { name: 'refund', run: refund },
  { name: 'replay', run: replay },
  { name: 'events', run: events },
  { name: 'books', run: books },
]
