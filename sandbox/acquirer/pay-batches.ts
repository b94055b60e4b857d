/** Pays what is due into the bank: each deposit under its own reference, repeated with it until the bank has answered. */
import type { BankDeposit } from '../../shared/contracts/bank.ts'
import { startOf } from '../service/days.ts'
import type { OpenPayment, PaymentOutcome } from './settlements.ts'

/** A bank that is paused keeps nobody waiting for longer. */
const TIMEOUT_MS = 500
const ACCOUNT = 'operating'

export class BankAway extends Error {
  override name = 'BankAway'
}

export class DepositingBank {
  readonly #url: string
  readonly #nowMs: () => number
  readonly #closing = new AbortController()

  /** `nowMs` is the real time. */
  constructor(url: string, nowMs: () => number) {
    this.#url = url.replace(/\/$/, '')
    this.#nowMs = nowMs
  }

  /** Throws BankAway when nobody knows whether it was booked: it may be paid again. */
  async pay({ reference, amountMinor, currency, batch, payOn }: OpenPayment): Promise<PaymentOutcome> {
    await this.#moveClock(startOf(payOn) - this.#nowMs())
    const amount = Number(amountMinor)
    const deposit: BankDeposit = { account: ACCOUNT, amount, currency, from: 'acquirer', remittance: batch }
    const status = await this.#put(`/deposits/${reference}`, deposit)
    if (status !== 200 && status !== 409) throw new BankAway(`the bank answered ${status} to ${reference}`)
    return status === 200 ? 'PAID' : 'REFUSED'
  }

  /** What is under way fails. */
  close(): void {
    this.#closing.abort()
  }

  /**
   * The acquirer is told of a new time before the bank is: without this a deposit would be booked on the day at which a jump begins, not
   * on its own. A bank that is there already refuses, and stays as it is.
   */
  async #moveClock(offsetMs: number): Promise<void> {
    if (offsetMs > 0) await this.#put('/clock', { offsetMs })
  }

  async #put(path: string, body: unknown): Promise<number> {
    const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(TIMEOUT_MS)])
    try {
      const response = await fetch(`${this.#url}${path}`, { method: 'PUT', body: JSON.stringify(body), signal })
      // Read to its end, so that the connection can be used again.
      await response.arrayBuffer()
      return response.status
    } catch (error) {
      throw new BankAway('the bank does not answer', { cause: error })
    }
  }
}
