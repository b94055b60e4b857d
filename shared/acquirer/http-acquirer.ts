/** The acquirer as a service: its protocol over HTTP, with a bounded pool, time-outs, retries and a circuit. */
import { ExponentialBackoff, handleType, retry } from 'cockatiel'
import { type AcquirerDecision, type AcquirerOrderBody, acquirerDecision } from '../contracts/acquirer.ts'
import type { Acquirer, AcquirerOrder, Span, Tracer, Verdict } from '../payments/ports.ts'
import { type Circuit, CircuitOpenError } from './circuit.ts'
import { type IncomingAnswer, NoAnswerError, type OutgoingRequest, PooledRequests } from './pooled-requests.ts'

export type AcquirerCall = 'submit' | 'inquire' | 'cancel'

/** What came of a call: what the acquirer said, or why that is not known. */
export type CallOutcome =
  | 'approved'
  | 'declined'
  | 'canceled'
  | 'not_found'
  /** It says that the request is wrong, or that it had another one with this operation id: a bug of ours. */
  | 'refused'
  | 'circuit_open'
  | 'connection'
  | 'timeout'
  | 'server_error'
  | 'unreadable'

export interface CallReport {
  call: AcquirerCall
  operationId: string
  outcome: CallOutcome
  /** Of all tries together. */
  durationMs: number
  /** What went wrong, for the log. */
  detail?: string
  traceparent?: string
}

export interface HttpAcquirerOptions {
  url: string
  connectionsMax: number
  /** Bounds all tries of a call together. Shorter than the handler's time-out. */
  timeoutMs: number
  circuit: Circuit
  /** Never set back. */
  nowMs: () => number
  tracer: Pick<Tracer, 'begin'>
  onCalled(report: CallReport): void
  onRetried(): void
}

type Decided = Exclude<Verdict, { kind: 'unknown' }> | { kind: 'canceled' }
type Reply = Decided | { kind: 'not_found' } | { kind: 'refused'; detail: string }

/** A call that failed at the acquirer, or on the way. It counts for the circuit. */
class CallFailure extends Error {
  override name = 'CallFailure'
  readonly outcome: 'connection' | 'timeout' | 'server_error' | 'unreadable'
  mayRetry = false

  constructor(outcome: CallFailure['outcome'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.outcome = outcome
  }
}

/** A connection that was closed while it was idle shows when it is used again, and an acquirer that restarts is back soon. */
const RETRIES_MAX = 2
const RETRY_PAUSE_MS = 50
const RETRY_PAUSE_MS_MAX = 250
const HEALTH_TIMEOUT_MS = 1_000
const DETAIL_CHARACTERS_MAX = 200
const REASON = /^[a-z0-9_]{1,64}$/
const UNSPECIFIED_REASON = 'unspecified'

export class HttpAcquirer implements Acquirer {
  readonly #options: HttpAcquirerOptions
  readonly #requests: PooledRequests
  readonly #retries = retry(
    handleType(CallFailure, ({ mayRetry }) => mayRetry),
    {
      maxAttempts: RETRIES_MAX,
      backoff: new ExponentialBackoff({ initialDelay: RETRY_PAUSE_MS, maxDelay: RETRY_PAUSE_MS_MAX }),
    },
  )

  constructor(options: HttpAcquirerOptions) {
    this.#options = options
    this.#requests = new PooledRequests(options)
    this.#retries.onRetry(() => options.onRetried())
  }

  mayTry(): boolean {
    return this.#options.circuit.mayTry()
  }

  async submit(order: AcquirerOrder, traceparent?: string): Promise<Decided | { kind: 'unknown' }> {
    const body = JSON.stringify(bodyOf(order))
    return decidedIn(await this.#ask('submit', order, { method: 'PUT', path: pathOf(order), body, traceparent }))
  }

  async inquire(
    order: AcquirerOrder,
    traceparent?: string,
  ): Promise<Decided | { kind: 'unknown' } | { kind: 'not_found' }> {
    const reply = await this.#ask('inquire', order, { method: 'GET', path: pathOf(order), traceparent })
    return reply.kind === 'not_found' ? reply : decidedIn(reply)
  }

  async cancel(order: AcquirerOrder, traceparent?: string): Promise<Decided | { kind: 'unknown' }> {
    const request = { method: 'POST', path: `${pathOf(order)}/cancel`, traceparent } as const
    return decidedIn(await this.#ask('cancel', order, request))
  }

  /** Throws when the acquirer does not answer, cannot work, or is not asked. Uses no connection of the pool, counts for nothing. */
  async ping(): Promise<void> {
    if (this.#options.circuit.openForMs !== undefined) throw new CircuitOpenError('the circuit is open')
    const request = { method: 'GET', path: '/health' } as const
    const { statusCode } = await this.#requests.send(request, HEALTH_TIMEOUT_MS, { ownConnection: true })
    if (statusCode !== 200) throw new Error(`the acquirer's health is ${statusCode}`)
  }

  /** How many connections are open now, and how many calls wait for one. */
  get use() {
    return this.#requests.use
  }

  /** Ends all connections. Calls under way are unknown. */
  close(): void {
    this.#requests.close()
  }

  async #ask(call: AcquirerCall, order: AcquirerOrder, request: OutgoingRequest): Promise<Reply | { kind: 'unknown' }> {
    const { circuit, nowMs, timeoutMs, onCalled } = this.#options
    const startedAtMs = nowMs()
    const span = this.#spanOf(call, order, request)
    const traced = { ...request, traceparent: span.traceparent }
    const report = (outcome: CallOutcome, detail?: string) => {
      endCall(span, outcome)
      const { traceparent } = request
      onCalled({
        call,
        operationId: order.operationId,
        outcome,
        durationMs: nowMs() - startedAtMs,
        detail,
        traceparent,
      })
    }
    try {
      const reply = await circuit.run(() =>
        this.#retries.execute(() => this.#tryOnce(call, order, traced, startedAtMs + timeoutMs)),
      )
      report(reply.kind, reply.kind === 'refused' ? reply.detail : undefined)
      return reply
    } catch (error) {
      report(...unclear(error))
      return { kind: 'unknown' }
    }
  }

  /** One span for all tries. */
  #spanOf(call: AcquirerCall, { kind, operationId }: AcquirerOrder, { method, traceparent }: OutgoingRequest): Span {
    const span = this.#options.tracer.begin({ name: spanNames[call], kind: 'client' }, traceparent)
    if (span.isRecorded)
      span.set({
        'http.request.method': method,
        'server.address': this.#requests.hostname,
        'server.port': this.#requests.port,
        'payment.acquirer.call': call,
        'payment.operation.id': operationId,
        'payment.operation.kind': kind,
      })
    return span
  }

  async #tryOnce(
    call: AcquirerCall,
    order: AcquirerOrder,
    request: OutgoingRequest,
    deadlineMs: number,
  ): Promise<Reply> {
    const { nowMs } = this.#options
    try {
      return replyOf(call, order, await this.#requests.send(request, deadlineMs - nowMs()))
    } catch (error) {
      const failure = failureOf(error)
      // The acquirer knows an operation by its id, so that a second try is never a second execution.
      const isPassing = failure.outcome === 'connection' || failure.outcome === 'server_error'
      failure.mayRetry = isPassing && deadlineMs - nowMs() > RETRY_PAUSE_MS_MAX
      throw failure
    }
  }
}

const spanNames: Record<AcquirerCall, string> = {
  submit: 'PUT /operations/{operationId}',
  inquire: 'GET /operations/{operationId}',
  cancel: 'POST /operations/{operationId}/cancel',
}

/** A refusal by the acquirer's own rules is an answer; what leaves the outcome open is an error. */
const clear: ReadonlySet<CallOutcome> = new Set(['approved', 'declined', 'canceled', 'not_found'])

function endCall(span: Span, outcome: CallOutcome): void {
  if (span.isRecorded) span.set({ 'payment.acquirer.outcome': outcome })
  span.end(clear.has(outcome) ? undefined : outcome)
}

const pathOf = (order: AcquirerOrder): string => `/operations/${encodeURIComponent(order.operationId)}`

const bodyOf = (order: AcquirerOrder): AcquirerOrderBody => ({
  kind: order.kind,
  amount: order.amountMinor,
  currency: order.currency,
  method: order.paymentMethod,
  authorizationId: order.authorizationId,
  finalCapture: order.finalCapture,
})

const decidedIn = (reply: Reply | { kind: 'unknown' }): Decided | { kind: 'unknown' } =>
  reply.kind === 'refused' || reply.kind === 'not_found' ? { kind: 'unknown' } : reply

/** Throws CallFailure for an answer that the protocol does not know. */
function replyOf(call: AcquirerCall, order: AcquirerOrder, { statusCode, text }: IncomingAnswer): Reply {
  if (statusCode === 200) return decisionIn(order, text)
  if (statusCode === 404 && call === 'inquire') return { kind: 'not_found' }
  const detail = `${statusCode} ${text.slice(0, DETAIL_CHARACTERS_MAX)}`
  if (statusCode === 400 || statusCode === 409) return { kind: 'refused', detail }
  throw new CallFailure(statusCode >= 500 ? 'server_error' : 'unreadable', detail)
}

const states: Record<AcquirerDecision['state'], (decision: AcquirerDecision) => Decided> = {
  APPROVED: () => ({ kind: 'approved' }),
  // A reason that the database would refuse must not keep a clear refusal from being recorded.
  DECLINED: ({ reason }) => ({ kind: 'declined', reason: reason?.match(REASON)?.[0] ?? UNSPECIFIED_REASON }),
  CANCELED: () => ({ kind: 'canceled' }),
}

function decisionIn(order: AcquirerOrder, text: string): Decided {
  const parsed = acquirerDecision.safeParse(parseJson(text))
  if (!parsed.success) throw new CallFailure('unreadable', `not a decision: ${text.slice(0, DETAIL_CHARACTERS_MAX)}`)
  if (parsed.data.operationId !== order.operationId)
    throw new CallFailure('unreadable', `a decision about ${parsed.data.operationId}`)
  return states[parsed.data.state](parsed.data)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const outcomes: Record<NoAnswerError['reason'], CallFailure['outcome']> = {
  connection: 'connection',
  timeout: 'timeout',
  too_large: 'unreadable',
}

function failureOf(error: unknown): CallFailure {
  if (error instanceof CallFailure) return error
  if (error instanceof NoAnswerError) return new CallFailure(outcomes[error.reason], error.message, { cause: error })
  return new CallFailure('unreadable', String(error), { cause: error })
}

function unclear(error: unknown): [CallOutcome, string] {
  if (error instanceof CircuitOpenError) return ['circuit_open', error.message]
  const { outcome, message } = failureOf(error)
  return [outcome, message]
}
