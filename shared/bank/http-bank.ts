/** The bank as a service: its protocol over HTTP, with time-outs. What is not clear is unknown. */
import { type BankPayout, bankPayout, type PayoutFileAnswer, payoutFileAnswer } from '../contracts/bank.ts'
import type { Bank, FileVerdict, Payout, PayoutVerdict } from '../settlement/ports.ts'

/** What `PooledRequests` does. */
export interface Requests {
  send(
    request: { method: 'GET' | 'PUT'; path: string; body?: string; contentType?: string },
    timeoutMs: number,
    options?: { ownConnection?: boolean },
  ): Promise<{ statusCode: number; text: string }>
}

export type BankCall = 'submit_file' | 'inquire_file' | 'inquire_payout'

export interface HttpBankOptions {
  requests: Requests
  /** Of each call. */
  timeoutMs: number
  /** Told when an answer is not clear. */
  onUnclear(call: BankCall, subjectId: string, detail: string): void
}

/** A file has thousands of payouts. */
const FILE_TIMEOUT_FACTOR = 4
const HEALTH_TIMEOUT_MS = 1_000
const DETAIL_CHARACTERS_MAX = 200

class UnclearAnswer extends Error {
  override name = 'UnclearAnswer'
}

export class HttpBank implements Bank {
  readonly #options: HttpBankOptions

  constructor(options: HttpBankOptions) {
    this.#options = options
  }

  async submitFile(fileId: string, xml: string): Promise<FileVerdict> {
    const request = { method: 'PUT', path: filePath(fileId), body: xml, contentType: 'application/xml' } as const
    const asked = this.#ask('submit_file', fileId, async () => fileVerdictIn(fileId, await this.#json(request)))
    return (await asked) ?? { kind: 'unknown' }
  }

  async inquireFile(fileId: string): Promise<FileVerdict | { kind: 'not_found' }> {
    const asked = this.#ask('inquire_file', fileId, async () => {
      const answer = await this.#json({ method: 'GET', path: filePath(fileId) })
      return answer === NOT_FOUND ? ({ kind: 'not_found' } as const) : fileVerdictIn(fileId, answer)
    })
    return (await asked) ?? { kind: 'unknown' }
  }

  async inquirePayout(payout: Pick<Payout, 'payoutId' | 'amountMinor' | 'currency'>): Promise<PayoutVerdict> {
    const { payoutId } = payout
    const asked = this.#ask('inquire_payout', payoutId, async () => {
      const answer = await this.#json({ method: 'GET', path: `/payouts/${encodeURIComponent(payoutId)}` })
      return answer === NOT_FOUND ? ({ kind: 'not_found' } as const) : payoutVerdictIn(payout, answer)
    })
    return (await asked) ?? { kind: 'unknown' }
  }

  /** Throws when the bank does not answer or cannot work. */
  async ping(): Promise<void> {
    const request = { method: 'GET', path: '/health' } as const
    const { statusCode } = await this.#options.requests.send(request, HEALTH_TIMEOUT_MS, { ownConnection: true })
    if (statusCode !== 200) throw new Error(`the bank's health is ${statusCode}`)
  }

  /** Undefined when the answer is not clear. */
  async #ask<T>(call: BankCall, subjectId: string, ask: () => Promise<T>): Promise<T | undefined> {
    try {
      return await ask()
    } catch (error) {
      this.#options.onUnclear(call, subjectId, error instanceof Error ? error.message : String(error))
      return undefined
    }
  }

  async #json(request: Parameters<Requests['send']>[0]): Promise<unknown> {
    const { requests, timeoutMs } = this.#options
    const { statusCode, text } = await requests.send(request, timeoutMs * (request.body ? FILE_TIMEOUT_FACTOR : 1))
    if (statusCode === 404 && request.method === 'GET') return NOT_FOUND
    // A 400 or 409 says that the file is wrong, not what became of one that came before: a person has to look.
    if (statusCode !== 200) throw new UnclearAnswer(`${statusCode} ${shortened(text)}`)
    try {
      return JSON.parse(text)
    } catch {
      throw new UnclearAnswer(`no JSON: ${shortened(text)}`)
    }
  }
}

const NOT_FOUND = Symbol('not found')

const filePath = (fileId: string): string => `/payout-files/${encodeURIComponent(fileId)}`

const shortened = (text: string): string => text.slice(0, DETAIL_CHARACTERS_MAX)

const UNSPECIFIED_REASON = 'unspecified'

const fileVerdicts: Record<PayoutFileAnswer['state'], (answer: PayoutFileAnswer) => FileVerdict> = {
  ACCEPTED: () => ({ kind: 'accepted' }),
  REJECTED: ({ reason }) => ({ kind: 'rejected', reason: reason || UNSPECIFIED_REASON }),
}

function fileVerdictIn(fileId: string, answer: unknown): FileVerdict {
  const parsed = payoutFileAnswer.safeParse(answer)
  if (!parsed.success) throw new UnclearAnswer('no answer about a file')
  if (parsed.data.messageId !== fileId) throw new UnclearAnswer(`an answer about ${parsed.data.messageId}`)
  return fileVerdicts[parsed.data.state](parsed.data)
}

const confirmed = ({ bankReference }: BankPayout): PayoutVerdict => ({ kind: 'confirmed', bankRef: bankReference })

const payoutVerdicts: Record<BankPayout['state'], (answer: BankPayout) => PayoutVerdict> = {
  PENDING: () => ({ kind: 'pending' }),
  CONFIRMED: confirmed,
  FAILED: ({ reason }) => ({ kind: 'failed', reason: reason || UNSPECIFIED_REASON }),
  // The money went out first. That it came back is for a statement to say.
  RETURNED: confirmed,
}

function payoutVerdictIn(
  payout: Pick<Payout, 'payoutId' | 'amountMinor' | 'currency'>,
  answer: unknown,
): PayoutVerdict {
  const parsed = bankPayout.safeParse(answer)
  if (!parsed.success) throw new UnclearAnswer('no answer about a payout')
  const { endToEndId, amount, currency } = parsed.data
  const isOurs = endToEndId === payout.payoutId && amount === payout.amountMinor && currency === payout.currency
  if (!isOurs) throw new UnclearAnswer(`an answer about ${endToEndId}, ${amount} ${currency}`)
  return payoutVerdicts[parsed.data.state](parsed.data)
}
