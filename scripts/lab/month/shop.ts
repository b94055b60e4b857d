/** Buys and gives back over HTTP, as customers do: repeated with the same key until the answer is final. */
import {
  answerOf,
  type ClientAnswer,
  noRetries,
  REQUEST_TIMEOUT_MS,
  type RetryReason,
  repeatUntilFinal,
} from '../client-answer.ts'
import type { Purchase } from './plan.ts'

/** A call may wait so long for a limit or a busy machine. */
const CALL_MS_MAX = 60_000
const CONCURRENCY = 16

export interface Sales {
  payments: number
  declined: number
  voided: number
  captures: number
  refunds: number
}

export class Shop {
  readonly sales: Sales = { payments: 0, declined: 0, voided: 0, captures: 0, refunds: 0 }
  /** Payments whose disputes are given up. */
  readonly givenUp = new Set<string>()
  readonly retries: Record<RetryReason, number> = noRetries()
  readonly #apiUrl: string
  readonly #name: string
  /** By day, counted from 0. */
  readonly #refunds = new Map<number, { purchase: Purchase; paymentId: string; amountMinor: number; place: number }[]>()

  /** `name` keeps the keys of this month apart from others. */
  constructor(apiUrl: string, name: string) {
    this.#apiUrl = apiUrl
    this.#name = name
  }

  /** Throws when a call got no final answer, or another than it should. */
  async openDay(day: number, purchases: readonly Purchase[]): Promise<void> {
    await eachOf(purchases, purchase => this.#buy(day, purchase))
    await eachOf(this.#refunds.get(day) ?? [], refund => this.#giveBack(refund))
  }

  async #buy(day: number, purchase: Purchase): Promise<void> {
    const { number, merchant, amountMinor, paymentMethod, captures } = purchase
    const { merchantId, currency } = merchant
    const key = `${this.#name}-${number}`
    const isDeclined = paymentMethod === 'tok_decline'
    // Most shops sell in one step; a sale in parts holds the money first.
    const capture = captures.length === 1 && number % 2 === 0
    const order = {
      merchantId,
      currency,
      amount: amountMinor,
      paymentMethod,
      idempotencyKey: key,
      orderId: key,
      capture,
    }
    const { paymentId } = await this.#call('/payments/authorize', order, key, isDeclined ? 402 : 201)
    this.sales.payments++
    if (purchase.isGivenUp) this.givenUp.add(String(paymentId))
    if (isDeclined) this.sales.declined++
    else if (captures.length === 0) await this.#giveUp(String(paymentId), merchantId, key)
    else if (capture) this.sales.captures++
    else await this.#capture(String(paymentId), purchase, key)
    for (const [place, { afterDays, amountMinor: back }] of purchase.refunds.entries())
      this.#plan(day + afterDays, { purchase, paymentId: String(paymentId), amountMinor: back, place })
  }

  async #capture(paymentId: string, { merchant, captures }: Purchase, key: string): Promise<void> {
    for (const [part, amount] of captures.entries()) {
      const finalCapture = part === captures.length - 1
      const body = { merchantId: merchant.merchantId, amount, finalCapture }
      await this.#call(`/payments/capture/${paymentId}`, body, `${key}-c${part}`, 200)
      this.sales.captures++
    }
  }

  async #giveUp(paymentId: string, merchantId: string, key: string): Promise<void> {
    await this.#call(`/payments/void/${paymentId}`, { merchantId }, `${key}-v`, 200)
    this.sales.voided++
  }

  #plan(day: number, refund: { purchase: Purchase; paymentId: string; amountMinor: number; place: number }): void {
    this.#refunds.set(day, [...(this.#refunds.get(day) ?? []), refund])
  }

  async #giveBack(refund: {
    purchase: Purchase
    paymentId: string
    amountMinor: number
    place: number
  }): Promise<void> {
    const { purchase, paymentId, amountMinor, place } = refund
    const { merchantId } = purchase.merchant
    const key = `${this.#name}-${purchase.number}-r${place}`
    await this.#call(`/payments/refund/${paymentId}`, { merchantId, amount: amountMinor }, key, 200)
    this.sales.refunds++
  }

  async #call(path: string, body: object, key: string, wanted: number): Promise<Record<string, unknown>> {
    const repeating = { deadlineMs: CALL_MS_MAX, retries: this.retries }
    const { answer } = await repeatUntilFinal(() => this.#send(path, body, key), repeating)
    if (answer?.statusCode !== wanted)
      throw new Error(
        `${path} with the key ${key}: ${answer ? `${answer.statusCode} ${answer.body}` : 'no final answer'}`,
      )
    return answer.json
  }

  async #send(path: string, body: object, key: string): Promise<ClientAnswer> {
    const response = await fetch(`${this.#apiUrl}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    })
    const bytes = Buffer.from(await response.arrayBuffer())
    return answerOf(response.status, bytes, response.headers.get('retry-after'))
  }
}

/** Some at a time. */
async function eachOf<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const left = [...all]
  const worker = async () => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) await work(one)
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, worker))
}
