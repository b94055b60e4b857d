/** The clients of a run: new payments all the time, and a few hot ones that many work on at once. */
import { setTimeout as sleep } from 'node:timers/promises'
import { APPROVING_TOKEN } from '../../../../shared/contracts/test-tokens.ts'
import type { ClientAnswer } from '../../client-answer.ts'
import type { Random } from '../../random.ts'
import type { CallBody } from '../auditor/facts.ts'
import type { Call, Client } from './client.ts'
import { drawAmount, drawCurrency, drawToken } from './draws.ts'
import { type Act, type ConsoleNames, type KnownPayment, Visit } from './visit.ts'

export interface LoadOptions {
  client: Client
  console: ConsoleNames
  random: Random
  /** Begins all keys. */
  name: string
  /** Between two visits that begin, on the average. */
  intervalMs: number
  isOver: () => boolean
}

export interface LoadResult {
  acts: Map<Act, number>
  visits: number
}

const VISITS_AT_ONCE_MAX = 64
const HOT_SHARE = 0.2
/** Of new payments: authorized and captured in one call. */
const CAPTURED_SHARE = 0.2
const HOT_AMOUNT = 5_000_000
/** A hot payment is worked on by so many visits, then another takes its place. */
const HOT_VISITS = 40
const MERCHANTS = 3

/** Who sells, counted from 1. */
export const merchantNamed = (number: number): string => `chaos-${number}`

/** Begins visits until it is over, and resolves when all of them have ended. */
export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const load = new Load(options)
  const underWay = new Set<Promise<void>>()
  let visits = 0
  while (!options.isOver()) {
    if (underWay.size >= VISITS_AT_ONCE_MAX) await Promise.race(underWay)
    const visit = load.visit(visits++, options.random.fork()).finally(() => underWay.delete(visit))
    underWay.add(visit)
    await sleep(options.random.integer(0, 2 * options.intervalMs))
  }
  await Promise.all(underWay)
  return { acts: load.acts, visits }
}

class Load {
  readonly acts = new Map<Act, number>()
  readonly #options: LoadOptions
  #hot: Promise<KnownPayment | undefined> | undefined
  #hotVisits = 0

  constructor(options: LoadOptions) {
    this.#options = options
  }

  async visit(index: number, random: Random): Promise<void> {
    const name = `${this.#options.name}-${index}`
    if (random.fraction() < HOT_SHARE) return this.#visitHot(name, random)
    const capture = random.fraction() < CAPTURED_SHARE
    const begun = await this.#begin(name, random, {
      paymentMethod: drawToken(random),
      amount: drawAmount(random),
      capture,
    })
    if (!begun) return
    await this.#visitOf(name, random, begun.payment, begun.call).act(random.integer(1, 6))
  }

  async #visitHot(name: string, random: Random): Promise<void> {
    if (this.#hot === undefined || ++this.#hotVisits > HOT_VISITS) {
      this.#hotVisits = 0
      const order = { paymentMethod: APPROVING_TOKEN, amount: HOT_AMOUNT, capture: false }
      this.#hot = this.#begin(`${name}-hot`, random, order).then(begun => begun?.payment)
    }
    const payment = await this.#hot
    if (payment) await this.#visitOf(name, random, payment).act(random.integer(1, 3), true)
    else this.#hot = undefined
  }

  #visitOf(name: string, random: Random, payment: KnownPayment, begunWith?: Call): Visit {
    const { client, console, isOver } = this.#options
    return new Visit({ client, console, isOver, random, did: this.#did, name }, payment, begunWith)
  }

  readonly #did = (act: Act): void => void this.acts.set(act, (this.acts.get(act) ?? 0) + 1)

  /** Undefined when there is no payment. */
  async #begin(
    name: string,
    random: Random,
    { paymentMethod, amount, capture }: { paymentMethod: string; amount: number; capture: boolean },
  ): Promise<{ payment: KnownPayment; call: Call } | undefined> {
    const merchantId = merchantNamed(random.integer(1, MERCHANTS))
    const request: CallBody = { merchantId, amount, currency: drawCurrency(random), paymentMethod }
    if (capture) request.capture = true
    if (random.fraction() < 0.5) request.orderId = `order-${name}`
    const key = `${name}-authorize`
    const rest = { operator: null, request, refusal: null }
    const call: Call = { who: name, kind: 'authorize', merchantId, paymentId: null, key, ...rest }
    const isTwice = random.fraction() < 0.1
    this.#did(capture ? 'authorize and capture' : isTwice ? 'authorize, two copies' : 'authorize')
    const copies = Array.from({ length: isTwice ? 2 : 1 }, () => this.#options.client.keyed(call))
    const [answer] = await Promise.all(copies)
    const payment = answer && knownFrom(answer, merchantId, amount)
    return payment ? { payment, call } : undefined
  }
}

function knownFrom({ statusCode, json }: ClientAnswer, merchantId: string, amount: number): KnownPayment | undefined {
  if (typeof json.paymentId !== 'string') return undefined
  // A hold may stand although the capture of the same call was declined.
  const {
    paymentId,
    capturableAmount = amount,
    refundableAmount = 0,
  } = json as Record<string, number> & { paymentId: string }
  const isHeld = statusCode < 300
  return {
    paymentId,
    merchantId,
    amount,
    capturable: isHeld ? capturableAmount : 0,
    refundable: isHeld ? refundableAmount : 0,
  }
}
