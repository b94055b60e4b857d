/** Settles as time goes by: makes batches and pays them, when the clock moves, at the start, when somebody asks, and each minute. */
import { setTimeout as sleep } from 'node:timers/promises'
import { reached } from '../../shared/contracts/crash-points.ts'
import { dayOf } from '../service/days.ts'
import { TurnCommits } from '../service/turn-commits.ts'
import { settleNextDay } from './form-batches.ts'
import type { Journal } from './journal.ts'
import type { OpenPayment, PaymentOutcome } from './settlements.ts'

/** Where batches are paid into. `pay` rejects when nobody knows whether it was booked. */
export interface Bank {
  pay(payment: OpenPayment): Promise<PaymentOutcome>
  close(): void
}

export interface SettlerOptions {
  journal: Journal
  /** Undefined: nothing is paid. */
  bank: Bank | undefined
  /** The real time. */
  nowMs(): number
  /** One line for the log. */
  log(message: string, details?: Record<string, unknown>): void
}

const LOOK_EACH_MS = 60_000
const PAY_AGAIN_MIN_MS = 1_000
/** Nobody who moves the clock waits for longer: the rest is done behind the answer. */
const CATCH_UP_MAX_MS = 1_200

export class Settler {
  readonly #options: SettlerOptions
  readonly #commits: TurnCommits
  #running: Promise<void> | undefined
  #isStopped = false
  #timer: NodeJS.Timeout | undefined
  #payAgainMs = PAY_AGAIN_MIN_MS

  constructor(options: SettlerOptions) {
    const { journal, log } = options
    this.#options = options
    this.#commits = new TurnCommits(journal, error => log('the journal cannot be written', { error: String(error) }))
  }

  /** Makes the batches of all days that have ended. Rejects with JournalUnavailable. */
  async makeBatches(): Promise<void> {
    const { journal } = this.#options
    while (!this.#isStopped && (await this.#commits.run(() => settleNextDay(journal, this.#virtualMs()))))
      reached('batches:written')
  }

  /** Does all that fell due, or as much as a short time allows: the rest follows by itself. Never rejects. */
  async catchUp(): Promise<void> {
    const waiting = new AbortController()
    const { signal } = waiting
    await Promise.race([this.#settle(), sleep(CATCH_UP_MAX_MS, undefined, { signal }).catch(() => {})])
    waiting.abort()
  }

  /** Ends what is under way. */
  async stop(): Promise<void> {
    this.#isStopped = true
    clearTimeout(this.#timer)
    this.#options.bank?.close()
    await this.#running
  }

  /** One run at a time: who comes during one waits for it, and for another that knows the newest time. */
  async #settle(): Promise<void> {
    await this.#running
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined
    })
    await this.#running
  }

  async #run(): Promise<void> {
    clearTimeout(this.#timer)
    const pauseMs = await this.#settleAll().then(
      () => LOOK_EACH_MS,
      error => this.#failed(error),
    )
    if (!this.#isStopped) this.#timer = setTimeout(() => void this.#settle(), pauseMs).unref()
  }

  async #settleAll(): Promise<void> {
    await this.makeBatches()
    await this.#payDue()
    this.#payAgainMs = PAY_AGAIN_MIN_MS
  }

  /** How long to wait then. */
  #failed(error: unknown): number {
    const pauseMs = this.#payAgainMs
    this.#payAgainMs = Math.min(2 * pauseMs, LOOK_EACH_MS)
    if (!this.#isStopped) this.#options.log('batches wait', { error: String(error), pauseMs })
    return pauseMs
  }

  async #payDue(): Promise<void> {
    const { journal, bank } = this.#options
    while (bank !== undefined && !this.#isStopped) {
      const due = journal.settlements.nextPayment(dayOf(this.#virtualMs()))
      if (due === undefined) return
      await this.#pay(bank, due)
    }
  }

  async #pay(bank: Bank, payment: OpenPayment): Promise<void> {
    const { journal, nowMs, log } = this.#options
    const { reference } = payment
    const outcome = await bank.pay(payment)
    reached('batches:deposited')
    const at = new Date(nowMs()).toISOString()
    await this.#commits.run(() => journal.settlements.addPaid(reference, outcome, at))
    reached('batches:paid')
    if (outcome === 'REFUSED') log('the bank knows a deposit by this reference for something else', { reference })
  }

  #virtualMs(): number {
    const { journal, nowMs } = this.#options
    return nowMs() + journal.offsetMs()
  }
}
