/** One client at work on one payment: it draws what to do next from what it was last told. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { ClientAnswer } from '../../client-answer.ts'
import { newConsoleKey } from '../../console/console-key.ts'
import type { Random } from '../../random.ts'
import type { AskedBy, CallBody } from '../auditor/facts.ts'
import type { Call, Client } from './client.ts'
import { drawPart, weighted } from './draws.ts'

/** The payment as its client knows it. Others may work on it at the same time. */
export interface KnownPayment {
  paymentId: string
  merchantId: string
  amount: number
  capturable: number
  refundable: number
}

/** The names of those who are signed in to the console. */
export interface ConsoleNames {
  /** At least two. */
  operators: readonly string[]
  /** May look only. */
  viewer: string
}

export interface VisitOptions {
  client: Client
  console: ConsoleNames
  random: Random
  /** Counts each act by its name. */
  did: (act: Act) => void
  /** Begins every key of this visit: no other visit may use it. */
  name: string
  /** Then it ends with the call that is under way: the system is to heal. */
  isOver: () => boolean
}

const actWeights = {
  'capture a part': 24,
  'capture the last part': 14,
  'capture all': 12,
  'capture all without a key': 6,
  'capture too much': 5,
  'refund a part': 26,
  'refund all': 8,
  'refund all without a key': 5,
  'refund too much': 4,
  void: 4,
  'void without a key': 3,
  'repeat an earlier call': 14,
  'send two copies at once': 12,
  'misuse a key': 6,
  'misuse a key on another route': 4,
  'use the key of another operator': 3,
  'ask without the role': 2,
  'ask of no payment': 2,
  'use a console key as a merchant': 2,
  'capture, and inquire meanwhile': 6,
  'read the payment': 8,
}
/** Of the captures, refunds and voids that have a key: as an operator in the console. */
const OPERATOR_SHARE = 0.3
const BETWEEN_INQUIRIES_MS_MAX = 60
const NO_PAYMENT = 'pay_01M80000000000000000000000'
export type Act = keyof typeof actWeights | 'authorize' | 'authorize and capture' | 'authorize, two copies'

/** Acts that end a payment for all who work on it. */
const endingActs: Act[] = [
  'capture the last part',
  'capture all',
  'capture all without a key',
  'void',
  'void without a key',
  'refund all',
  'refund all without a key',
]

export class Visit {
  readonly #options: VisitOptions
  readonly #payment: KnownPayment
  /** Keyed calls with a stored answer. */
  readonly #answered: Call[] = []
  #keys = 0

  constructor(options: VisitOptions, payment: KnownPayment, begunWith?: Call) {
    this.#options = options
    this.#payment = payment
    if (begunWith) this.#answered.push(begunWith)
  }

  /** Draws and does so many acts. `gentle`: those that end the payment are drawn only now and then. */
  async act(times: number, gentle = false): Promise<void> {
    for (let step = 0; step < times && !this.#options.isOver(); step++) {
      let act = weighted(this.#options.random, actWeights)
      if (gentle && endingActs.includes(act) && this.#options.random.fraction() < 0.8) act = 'capture a part'
      this.#options.did(act)
      await this.#acts[act]()
    }
  }

  readonly #acts: Record<keyof typeof actWeights, () => Promise<unknown>> = {
    'capture a part': () => this.#keyed('capture', { amount: this.#part('capturable'), finalCapture: false }),
    'capture the last part': () => this.#keyed('capture', { amount: this.#part('capturable'), finalCapture: true }),
    'capture all': () => this.#keyed('capture', {}),
    'capture all without a key': () => this.#keyless('capture'),
    'capture too much': () => this.#keyed('capture', { amount: this.#payment.amount + 1 }),
    'refund a part': () => this.#keyed('refund', { amount: this.#part('refundable') }),
    'refund all': () => this.#keyed('refund', {}),
    'refund all without a key': () => this.#keyless('refund'),
    'refund too much': () => this.#keyed('refund', { amount: this.#payment.amount + 1 }),
    void: () => this.#keyed('void', { reason: 'chaos' }),
    'void without a key': () => this.#keyless('void'),
    'repeat an earlier call': () => this.#repeat(),
    'send two copies at once': () => this.#copies(),
    'misuse a key': () => this.#misuse(this.#answered, differing),
    'misuse a key on another route': () =>
      this.#misuse(this.#answered, ({ kind }) => ({ kind: kind === 'void' ? 'refund' : 'void', request: {} })),
    'use the key of another operator': () =>
      this.#misuse(
        this.#answered.filter(({ operator }) => operator !== null),
        ({ operator }) => ({ operator: { ...operator!, name: this.#otherThan(operator!) } }),
      ),
    'ask without the role': () => this.#refused({ name: this.#options.console.viewer }, { refusal: 'role' }),
    'ask of no payment': () => this.#refused({}, { refusal: 'no payment', paymentId: NO_PAYMENT }),
    'use a console key as a merchant': () => this.#refused({}, { refusal: 'console key', operator: null }),
    'capture, and inquire meanwhile': () => this.#inquireMeanwhile(),
    'read the payment': () => this.#options.client.readPayment(this.#payment.paymentId),
  }

  #part(of: 'capturable' | 'refundable'): number {
    return drawPart(this.#options.random, this.#payment[of] || this.#payment.amount)
  }

  async #keyed(kind: Call['kind'], request: CallBody): Promise<void> {
    const call = this.#call(kind, request)
    this.#learn(call, await this.#options.client.keyed(call))
  }

  async #copies(): Promise<void> {
    const call = this.#call('refund', { amount: this.#part('refundable') })
    const capture = this.#call('capture', { amount: this.#part('capturable'), finalCapture: false })
    const chosen = this.#payment.refundable > 0 ? call : capture
    const [first] = await Promise.all([this.#options.client.keyed(chosen), this.#options.client.keyed(chosen)])
    this.#learn(chosen, first)
  }

  async #keyless(kind: Exclude<Call['kind'], 'authorize'>): Promise<void> {
    const call = { ...this.#merchantCall(kind, {}), key: null, paymentId: this.#payment.paymentId }
    this.#learn(call, await this.#options.client.keyless(call))
  }

  async #repeat(): Promise<void> {
    if (this.#answered.length > 0) await this.#options.client.keyed(this.#options.random.pick(this.#answered))
  }

  /** Another request under the key of one of the calls. */
  async #misuse(calls: readonly Call[], change: (call: Call) => Partial<Call>): Promise<void> {
    if (calls.length === 0) return
    const call = this.#options.random.pick(calls)
    const changed = { ...call, ...change(call) }
    const paymentId = changed.kind === 'authorize' ? null : this.#payment.paymentId
    await this.#options.client.keyed({ ...changed, paymentId, refusal: 'different request' })
  }

  /** A refund with a new key of the console, which nobody may do. */
  async #refused(by: Partial<AskedBy>, change: Partial<Call>): Promise<void> {
    const call = this.#consoleCall('refund', { amount: 1 })
    await this.#options.client.keyed({ ...call, operator: { ...call.operator, ...by }, ...change })
  }

  /** While something is asked of the payment, and with the same key again: most of the time no outcome is unknown. */
  async #inquireMeanwhile(): Promise<void> {
    const { client, random } = this.#options
    const { who, key, operator } = this.#consoleCall('capture', {})
    const asked = this.#keyed('capture', { amount: this.#part('capturable'), finalCapture: false })
    for (let times = random.integer(2, 4); times > 0; times--) {
      await sleep(random.integer(0, BETWEEN_INQUIRIES_MS_MAX))
      await client.inquire({ who, key, operator, paymentId: this.#payment.paymentId })
    }
    await asked
  }

  #otherThan({ name }: AskedBy): string {
    return this.#options.random.pick(this.#options.console.operators.filter(each => each !== name))
  }

  #call(kind: Call['kind'], request: CallBody): Call {
    if (this.#options.random.fraction() >= OPERATOR_SHARE) return this.#merchantCall(kind, request)
    // The reason of a void is the operator's own there.
    return this.#consoleCall(kind, kind === 'void' ? {} : request)
  }

  #merchantCall(kind: Call['kind'], request: CallBody): Call {
    const { merchantId, paymentId } = this.#payment
    const key = this.#nextName(kind)
    return { who: key, kind, merchantId, paymentId, key, operator: null, request, refusal: null }
  }

  #consoleCall(kind: Call['kind'], request: CallBody) {
    const { random, console } = this.#options
    const who = this.#nextName(kind)
    const operator: AskedBy = { name: random.pick(console.operators), reason: `${who}: 탭을 닫았다 📞` }
    return { ...this.#merchantCall(kind, request), who, key: newConsoleKey(), operator }
  }

  #nextName(kind: Call['kind']): string {
    return `${this.#options.name}-${++this.#keys}-${kind}`
  }

  #learn(call: Call, answer: ClientAnswer | null): void {
    if (answer === null) return
    if (call.key !== null && isStored(answer)) this.#answered.push(call)
    if (answer.statusCode >= 300) return
    const { capturableAmount, refundableAmount } = answer.json as Record<string, number>
    this.#payment.capturable = capturableAmount ?? 0
    this.#payment.refundable = refundableAmount ?? 0
  }
}

const isStored = ({ statusCode }: ClientAnswer): boolean => statusCode < 300 || statusCode === 402 || statusCode === 409

/** Another request of the same kind. */
function differing({ kind, request, operator }: Call): Partial<Call> {
  if (kind !== 'void') return { request: { ...request, amount: (request.amount ?? 0) + 1 } }
  return operator === null ? { request: { reason: 'another' } } : { operator: { ...operator, reason: 'another' } }
}
