/** The demo panel's traffic: payments at a rate, for a time, through the public routes of the shop. One at a time, and it ends by itself. */
import type { Traffic, TrafficAnswer, TrafficFailure, TrafficStep } from '../../../shared/contracts/demo-panel.ts'
import { drawFlow, type Flow } from './flow.ts'

export interface TrafficRequest {
  path: string
  headers: Record<string, string>
  body: Record<string, unknown>
}

export interface TrafficReply {
  status: number
  body: Record<string, unknown>
}

export interface TrafficPorts {
  /** Sends to the API of this very system. Rejects when no whole answer comes. */
  send(request: TrafficRequest): Promise<TrafficReply>
  nowMs(): number
  /** Calls `work` each so many milliseconds. Returns how to call it off. */
  every(intervalMs: number, work: () => void): () => void
  /** Told when it ends. */
  ended(traffic: Traffic): void
}

export interface TrafficWish {
  seed: number
  ratePerSecond: number
  lengthSeconds: number
}

/** A system that is slow, or away, is not asked for more. */
const UNDER_WAY_MAX = 100
const FAILURES_MAX = 10

interface Run extends TrafficWish {
  askedBy: string
  startedMs: number
  endsMs: number
  isOn: boolean
  begun: number
  underWay: number
  leftOut: number
  answers: Map<TrafficAnswer, number>
  failures: TrafficFailure[]
  callOff: () => void
}

export class TrafficGenerator {
  readonly #ports: TrafficPorts
  #run: Run | undefined

  constructor(ports: TrafficPorts) {
    this.#ports = ports
  }

  get isOn(): boolean {
    return this.#run?.isOn ?? false
  }

  /** The last one; null: there was none. */
  view(): Traffic | null {
    return this.#run === undefined ? null : viewOf(this.#run)
  }

  /** False when one is on. */
  begin(wish: TrafficWish, askedBy: string): boolean {
    if (this.isOn) return false
    const startedMs = this.#ports.nowMs()
    const run: Run = {
      ...wish,
      askedBy,
      startedMs,
      endsMs: startedMs + wish.lengthSeconds * 1_000,
      isOn: true,
      begun: 0,
      underWay: 0,
      leftOut: 0,
      answers: new Map(),
      failures: [],
      callOff: this.#ports.every(1_000 / wish.ratePerSecond, () => this.#tick(run)),
    }
    this.#run = run
    return true
  }

  /** Begins no payment and no step any more. False when none is on. */
  stop(): boolean {
    const run = this.#run
    if (run === undefined || !run.isOn) return false
    run.isOn = false
    run.callOff()
    this.#ports.ended(viewOf(run))
    return true
  }

  #tick(run: Run): void {
    if (!run.isOn) return
    if (this.#ports.nowMs() >= run.endsMs) return void this.stop()
    if (run.underWay >= UNDER_WAY_MAX) {
      run.leftOut++
      return
    }
    const number = run.begun++
    run.underWay++
    void this.#pay(run, number).finally(() => run.underWay--)
  }

  /** Ends with the first step that does not succeed. */
  async #pay(run: Run, number: number): Promise<void> {
    const flow = drawFlow(run.seed, number)
    const key = `demo-${run.startedMs.toString(36)}-${run.seed}-${number}`
    const held = await this.#step(run, 'authorize', authorizeOf(flow, key, run.seed), null)
    const paymentId = held?.body.paymentId
    if (held?.status !== 201 || typeof paymentId !== 'string') return
    for (const { step, part } of flow.steps) {
      if (!run.isOn) return
      const reply = await this.#step(run, step, changeOf(step, paymentId, `${key}-${step}`, part), paymentId)
      if (reply?.status !== 200) return
    }
  }

  async #step(
    run: Run,
    step: TrafficStep,
    request: TrafficRequest,
    paymentId: string | null,
  ): Promise<TrafficReply | undefined> {
    const reply = await this.#ports.send(request).catch(() => undefined)
    const answer = reply?.status ?? 'unreachable'
    run.answers.set(answer, (run.answers.get(answer) ?? 0) + 1)
    if (answer === 'unreachable' || isFailure(answer)) {
      const of = (name: string) => (typeof reply?.body[name] === 'string' ? (reply.body[name] as string) : null)
      const at = new Date(this.#ports.nowMs()).toISOString()
      run.failures.unshift({
        at,
        step,
        key: keyOf(request),
        answer,
        code: of('code'),
        paymentId: paymentId ?? of('paymentId'),
      })
      run.failures.length = Math.min(run.failures.length, FAILURES_MAX)
    }
    return reply
  }
}

/** A decline is what a part of the cards is for. */
const isFailure = (status: number): boolean => status >= 400 && status !== 402

function authorizeOf({ merchantId, amount, currency, paymentMethod, capture }: Flow, key: string, seed: number) {
  const body = { merchantId, amount, currency, paymentMethod, orderId: `demo-${seed}`, idempotencyKey: key }
  return { path: '/payments/authorize', headers: {}, body: capture ? { ...body, capture } : body }
}

const changeOf = (step: TrafficStep, paymentId: string, key: string, part: number | undefined): TrafficRequest => ({
  path: `/payments/${step}/${paymentId}`,
  headers: { 'idempotency-key': key },
  body: part === undefined ? {} : { amount: part },
})

/** An authorization has it in its body, as the contract says. */
const keyOf = ({ headers, body }: TrafficRequest): string => headers['idempotency-key'] ?? String(body.idempotencyKey)

function viewOf({ startedMs, endsMs, answers, callOff: _, ...run }: Run): Traffic {
  return {
    ...run,
    startedAt: new Date(startedMs).toISOString(),
    endsAt: new Date(endsMs).toISOString(),
    answers: [...answers]
      .map(([answer, count]) => ({ answer, count }))
      .sort((one, other) => String(one.answer).localeCompare(String(other.answer))),
    failures: [...run.failures],
  }
}
