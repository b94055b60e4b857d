/** A client that follows the rules of the API and writes down every final answer that it was told. */
import { until } from '../../../../shared/runtime/until.ts'
import {
  answerOf,
  type ClientAnswer,
  type FinalAnswer,
  isFinal,
  REQUEST_TIMEOUT_MS,
  type RetryReason,
  repeatUntilFinal,
} from '../../client-answer.ts'
import type { ReadOperation, ReadPayment, ToldAnswer, ToldInquiry, ToldRead } from '../auditor/facts.ts'

/** A call as it is sent. */
export type Call = Omit<ToldAnswer, 'answer' | 'internalErrors' | 'sentAtMs'>
export type InquiryCall = Omit<ToldInquiry, 'answer' | 'internalErrors'>

/** All that the clients of a run, operators among them, were told. */
export interface Memory {
  told: ToldAnswer[]
  inquiries: ToldInquiry[]
  reads: ToldRead[]
  /** Operations that somebody was told are unknown. */
  unknownIds: Set<string>
  retries: Record<RetryReason, number>
}

export interface ClientOptions {
  apiUrl: string
  memory: Memory
  /** The headers of each operator's session, by name. */
  sessions: ReadonlyMap<string, Record<string, string>>
  /** How long a client may still go on, on the clock of `performance`. */
  deadlineMs: () => number
}

export class Client {
  readonly #options: ClientOptions

  constructor(options: ClientOptions) {
    this.#options = options
  }

  /** Repeats a call with its key until the answer is final. Null when none came in time. */
  async keyed(call: Call): Promise<ClientAnswer | null> {
    let sentAtMs = Date.now()
    const { answer, internalErrors } = await this.#repeat(() => {
      sentAtMs = Date.now()
      return this.#send(call)
    })
    this.#note(call, answer, internalErrors, sentAtMs)
    return answer
  }

  /** An operator asks the acquirer about a payment, again with the same key until the answer is final. */
  async inquire(call: InquiryCall): Promise<void> {
    const { paymentId, key, operator } = call
    const asked = { kind: 'inquire', paymentId, key, operator, request: {} }
    const { answer, internalErrors } = await this.#repeat(() => this.#send(asked))
    this.#options.memory.inquiries.push({ ...call, answer: answer && toldOf(answer), internalErrors })
  }

  #repeat(send: () => Promise<ClientAnswer>): Promise<FinalAnswer> {
    const { memory, deadlineMs } = this.#options
    const repeating = { deadlineMs: deadlineMs() - performance.now(), retries: memory.retries }
    return repeatUntilFinal(send, repeating, this.#notFinal)
  }

  /**
   * Sends a call that has no key. It is repeated only while another operation is in the way; when its answer is lost or unknown,
   * the operations of the payment are read instead. Null when they had to be.
   */
  async keyless(call: Call & { paymentId: string }): Promise<ClientAnswer | null> {
    const { memory, deadlineMs } = this.#options
    let internalErrors = 0
    let sentAtMs = Date.now()
    const answer = await until(
      async () => {
        sentAtMs = Date.now()
        const once = await this.#send(call).catch(() => null)
        if (once?.statusCode === 409 && !isFinal(once)) {
          memory.retries['in progress']++
          return undefined
        }
        if (once?.statusCode === 500) internalErrors++
        if (once && !isFinal(once)) this.#notFinal(once)
        return { once }
      },
      { what: `${call.who} to get its turn`, deadlineMs: deadlineMs() - performance.now(), intervalMs: 500 },
    ).catch(() => null)
    const final = answer?.once && isFinal(answer.once) ? answer.once : null
    this.#note(call, final, internalErrors, sentAtMs)
    if (final === null) await this.#readUntilDecided(call.paymentId)
    return final
  }

  /** GET of a payment, once; a fault may be in the way. */
  async readPayment(paymentId: string): Promise<void> {
    const answer = await this.#get(`/payments/${paymentId}`).catch(() => null)
    if (answer?.statusCode !== 200) return
    const { status, capturedAmount, refundedAmount, disputedAmount } = answer.json as unknown as ReadPayment
    const payment = { status, capturedAmount, refundedAmount, disputedAmount }
    this.#options.memory.reads.push({ paymentId, payment })
  }

  async #readUntilDecided(paymentId: string): Promise<void> {
    const { memory, deadlineMs } = this.#options
    await until(
      async () => {
        const { statusCode, json } = await this.#get(`/payments/${paymentId}/operations`)
        if (statusCode !== 200) return false
        const operations = json.operations as ReadOperation[]
        memory.reads.push({ paymentId, operations })
        return operations.every(({ state }) => state !== 'PENDING')
      },
      { what: `${paymentId} to be decided`, deadlineMs: deadlineMs() - performance.now(), intervalMs: 1_000 },
    ).catch(() => {})
  }

  readonly #notFinal = (answer: ClientAnswer | null): void => {
    const details =
      answer?.json.code === 'OUTCOME_UNKNOWN' ? (answer.json.details as Record<string, unknown>) : undefined
    if (typeof details?.operationId === 'string') this.#options.memory.unknownIds.add(details.operationId)
  }

  #note(call: Call, answer: ClientAnswer | null, internalErrors: number, sentAtMs: number): void {
    this.#options.memory.told.push({ ...call, answer: answer && toldOf(answer), internalErrors, sentAtMs })
  }

  async #send(call: Sent): Promise<ClientAnswer> {
    const { path, headers, body } = call.operator === null ? merchantRequest(call) : this.#consoleRequest(call)
    return this.#fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
  }

  #consoleRequest({ kind, paymentId, key, operator, request }: Sent): SentRequest {
    return {
      path: `/operator/payments/${paymentId}/${kind}`,
      headers: this.#options.sessions.get(operator!.name)!,
      body: { ...request, key, reason: operator!.reason },
    }
  }

  #get(path: string): Promise<ClientAnswer> {
    return this.#fetch(path, { method: 'GET' })
  }

  async #fetch(path: string, init: RequestInit): Promise<ClientAnswer> {
    const signal = AbortSignal.timeout(REQUEST_TIMEOUT_MS)
    const response = await fetch(`${this.#options.apiUrl}${path}`, { ...init, signal })
    return answerOf(response.status, Buffer.from(await response.arrayBuffer()), response.headers.get('retry-after'))
  }
}

type Sent = Pick<Call, 'paymentId' | 'key' | 'operator' | 'request'> & { kind: string }

interface SentRequest {
  path: string
  headers: Record<string, string>
  body: object
}

function merchantRequest({ kind, paymentId, key, request }: Sent): SentRequest {
  const place = paymentId === null ? '' : `/${paymentId}`
  return {
    path: `/payments/${kind}${place}`,
    headers: key === null ? {} : { 'idempotency-key': key },
    body: request,
  }
}

const toldOf = ({ statusCode, body }: ClientAnswer) => ({ statusCode, body: body.toString('utf8') })
