/** Takes what arrives, executes what is due, and writes both down: what comes in one turn of the event loop shares one transaction. */
import type {
  BankAccount,
  BankBooking,
  BankDeposit,
  BankPayout,
  BankTransfer,
  PayoutFileAnswer,
} from '../../shared/contracts/bank.ts'
import { reached } from '../../shared/contracts/crash-points.ts'
import { DAY_MS, dayOf, daysBetween, startOf } from '../service/days.ts'
import { TurnCommits } from '../service/turn-commits.ts'
import type { DueStep, FileEntry, Journal, Movement, PayoutEntry } from './journal.ts'
import type { Judgement, PayoutOrder } from './judge-file.ts'
import { type Step, stepsOf } from './rules.ts'
import type { DayOfAccount } from './statement.ts'

export interface BookOptions {
  journal: Journal
  /** The real time. */
  nowMs(): number
  /** Told once for each transaction that could not be written. */
  failed(error: unknown): void
}

/** A payout file that has come, judged by itself. */
export interface ArrivedFile {
  messageId: string
  sha256: string
  judgement: Judgement
}

export type FileOutcome =
  | { kind: 'answered'; answer: PayoutFileAnswer; silent: boolean }
  /** The message id belongs to a file with other bytes. */
  | { kind: 'different_file' }

/** `different`: the reference belongs to something else. */
export type BookingOutcome = { kind: 'booked'; booking: BankBooking } | { kind: 'different' }

/** One moment, by both clocks. */
interface Now {
  realMs: number
  virtualMs: number
}

/** What is said of a movement beside where and when. */
type Cause = Pick<
  Movement,
  'kind' | 'reference' | 'messageId' | 'account' | 'amount' | 'currency' | 'party' | 'partyAccount' | 'remittance'
>

const OURS = 'payment-backend'

/**
 * What is due is executed before anything is answered, in the order of falling due and with that time: a day that has ended does not
 * change any more, however late somebody asks. Every promise resolves after its commit, and rejects with JournalUnavailable when
 * nothing of it was written.
 */
export class Book {
  readonly #options: BookOptions
  readonly #journal: Journal
  readonly #commits: TurnCommits
  /** The latest virtual time that was acted on: days never open again, also when the real clock is set back. */
  #latestMs = 0

  constructor(options: BookOptions) {
    this.#options = options
    this.#journal = options.journal
    this.#commits = new TurnCommits(options.journal, options.failed)
  }

  /** Takes a file whole, or rejects it whole, unless it was answered before. */
  takeFile(file: ArrivedFile): Promise<FileOutcome> {
    return this.#write(now => {
      const known = this.#journal.takenFile(file.messageId)
      if (known && known.sha256 !== file.sha256) return { kind: 'different_file' }
      return known ? { kind: 'answered', answer: answerOf(known), silent: false } : this.#answer(file, now)
    })
  }

  file(messageId: string): Promise<PayoutFileAnswer | undefined> {
    return this.#read(() => {
      const known = this.#journal.takenFile(messageId)
      return known && answerOf(known)
    })
  }

  payout(endToEndId: string): Promise<BankPayout | undefined> {
    return this.#read(() => {
      const payout = this.#journal.payout(endToEndId)
      return payout && this.#stateOf(payout)
    })
  }

  deposit(reference: string, { account, amount, currency, from, remittance }: BankDeposit): Promise<BookingOutcome> {
    const cause = { kind: 'deposit', reference, messageId: null, partyAccount: null } as const
    return this.#once([{ ...cause, account, amount, currency, party: from, remittance }])
  }

  transfer(reference: string, { from, to, amount, currency }: BankTransfer): Promise<BookingOutcome> {
    const cause = { kind: 'transfer', reference, messageId: null, currency, party: OURS, remittance: null } as const
    return this.#once([
      { ...cause, account: from, amount: -amount, partyAccount: to },
      { ...cause, account: to, amount, partyAccount: from },
    ])
  }

  /** What an account did on a day; undefined when that day has not ended. */
  dayOfAccount(account: BankAccount, day: string): Promise<DayOfAccount | undefined> {
    return this.#read(now => {
      if (now.virtualMs < startOf(day) + DAY_MS) return undefined
      const currencies = this.#journal.firstDays(account, day).map(({ currency, day: firstDay }) => ({
        currency,
        number: daysBetween(firstDay, day) + 1,
        openingMinor: this.#journal.balanceBefore(account, currency, day),
        movements: this.#journal.movementsOn(account, currency, day),
      }))
      return { account, day, currencies }
    })
  }

  /** Moves the virtual clock forward and executes what falls due until then. False when it would go back. */
  moveClock(offsetMs: number): Promise<boolean> {
    return this.#write(now => {
      const before = this.#journal.offsetMs()
      if (offsetMs <= before) return offsetMs === before
      this.#journal.append({ type: 'clock', offsetMs, ...timesOf(now) })
      this.#executeDue(this.#now())
      return true
    })
  }

  /** Resolves when the journal could be written. */
  check(): Promise<void> {
    return this.#write(now => this.#journal.check(timeOf(now.realMs)))
  }

  async #write<T>(work: (now: Now) => T): Promise<T> {
    const result = await this.#commits.run(() => {
      const now = this.#now()
      this.#executeDue(now)
      const done = work(now)
      reached('bank:booking')
      return done
    })
    reached('bank:booked')
    return result
  }

  async #read<T>(work: (now: Now) => T): Promise<T> {
    const now = this.#now()
    if (this.#journal.nextStep(now.virtualMs)) await this.#write(() => {})
    return work(now)
  }

  #answer({ messageId, sha256, judgement }: ArrivedFile, now: Now): FileOutcome {
    const orders = judgement.kind === 'fits' ? judgement.orders : []
    const reason = judgement.kind === 'rejected' ? judgement.reason : this.#knownIn(orders)
    const holds = (token: string) => reason === null && orders.some(({ account }) => account === token)
    const entry = {
      messageId,
      state: reason === null ? 'ACCEPTED' : 'REJECTED',
      reason,
      sha256,
      isLost: holds('acct_lost') && !this.#journal.wasLost(messageId),
      count: judgement.kind === 'fits' ? orders.length : judgement.count,
    } as const
    this.#journal.append({ type: 'file', ...timesOf(now), ...entry })
    if (reason === null && !entry.isLost) this.#takeAll(messageId, orders, now)
    return { kind: 'answered', answer: answerOf(entry), silent: !entry.isLost && holds('acct_silent') }
  }

  /** Why these cannot be executed beside those of other files. */
  #knownIn(orders: readonly PayoutOrder[]): string | null {
    const known = orders.find(({ endToEndId }) => this.#journal.payout(endToEndId) !== undefined)
    return known === undefined ? null : `EndToEndId ${known.endToEndId} was in another file`
  }

  #takeAll(messageId: string, orders: readonly PayoutOrder[], now: Now): void {
    for (const { amountMinor, ...order } of orders) {
      const entry = { type: 'payout', ...timesOf(now), messageId, amount: amountMinor, ...order } as const
      const payout = this.#journal.append(entry)
      const executedMs = Math.max(startOf(order.requestedOn), now.virtualMs)
      for (const [step, { afterMs }] of stepsOf(order.account).entries())
        this.#journal.addStep({ dueMs: executedMs + afterMs, payout, step, endToEndId: order.endToEndId })
    }
    this.#executeDue(now)
  }

  #executeDue({ realMs, virtualMs }: Now): void {
    for (let due = this.#journal.nextStep(virtualMs); due; due = this.#journal.nextStep(virtualMs)) {
      this.#execute(due, { realMs, virtualMs: due.dueMs })
      this.#journal.removeStep(due)
    }
  }

  #execute({ endToEndId, step: index }: DueStep, now: Now): void {
    const payout = this.#journal.payout(endToEndId)!
    const step = stepsOf(payout.account)[index]!
    const movement = step.moves === 'nothing' ? null : this.#move(causeOf(payout, step), now)
    const { state, reason } = step
    const bankReference = movement?.bankReference ?? null
    this.#journal.append({ type: 'decision', ...timesOf(now), endToEndId, state, reason, bankReference })
  }

  #move(cause: Cause, now: Now): Movement {
    const sequence = this.#journal.nextSequence()
    const bookedOn = dayOf(now.virtualMs)
    const bankReference = `BK${String(sequence).padStart(12, '0')}`
    const movement = {
      type: 'movement',
      ...timesOf(now),
      ...cause,
      bankReference,
      bookedOn,
      valueOn: bookedOn,
    } as const
    this.#journal.append(movement)
    return { ...movement, sequence }
  }

  /** Books these, which have one reference and kind, unless they were booked before. */
  #once(causes: readonly [Cause, ...Cause[]]): Promise<BookingOutcome> {
    const [{ reference, kind }] = causes
    return this.#write(now => {
      const known = this.#journal.movements(reference, kind)
      const movements = known.length > 0 ? known : causes.map(cause => this.#move(cause, now))
      const isSame = causes.every((cause, index) => isOf(cause, movements[index]))
      return isSame ? { kind: 'booked', booking: bookingOf(reference, movements) } : { kind: 'different' }
    })
  }

  #stateOf({ endToEndId, messageId, amount, currency, account }: PayoutEntry): BankPayout {
    const decision = this.#journal.decision(endToEndId)
    return {
      ...{ endToEndId, messageId, amount, currency, account },
      state: decision?.state ?? 'PENDING',
      reason: decision?.reason ?? null,
      bankReference: this.#journal.movements(endToEndId, 'payout')[0]?.bankReference ?? null,
      decidedAt: decision?.at ?? null,
    }
  }

  #now(): Now {
    const realMs = this.#options.nowMs()
    this.#latestMs = Math.max(this.#latestMs, this.#journal.lastMs(), realMs + this.#journal.offsetMs())
    return { realMs, virtualMs: this.#latestMs }
  }
}

const timeOf = (ms: number): string => new Date(ms).toISOString()
const timesOf = ({ realMs, virtualMs }: Now) => ({ at: timeOf(virtualMs), recordedAt: timeOf(realMs) })

const answerOf = ({
  messageId,
  state,
  reason,
}: Pick<FileEntry, 'messageId' | 'state' | 'reason'>): PayoutFileAnswer => ({
  messageId,
  state,
  reason,
})

const causeOf = (payout: PayoutEntry, { moves }: Step): Cause => ({
  kind: moves === 'out' ? 'payout' : 'return',
  reference: payout.endToEndId,
  messageId: payout.messageId,
  account: payout.debtorAccount,
  amount: moves === 'out' ? -payout.amount : payout.amount,
  currency: payout.currency,
  party: payout.creditor,
  partyAccount: payout.account,
  remittance: payout.remittance,
})

const isOf = (cause: Cause, movement: Movement | undefined): boolean =>
  Object.entries(cause).every(([name, value]) => movement?.[name as keyof Cause] === value)

const bookingOf = (reference: string, movements: readonly Movement[]): BankBooking => ({
  reference,
  movements: movements.map(({ account, amount, currency, bankReference, bookedOn, valueOn }) => ({
    ...{ account, amount, currency, bankReference, bookedOn, valueOn },
  })),
})
