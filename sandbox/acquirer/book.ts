/** Decides what arrives and writes it down: what comes in one turn of the event loop shares one transaction, and is answered after it. */
import { isDeepStrictEqual } from 'node:util'
import type { AcquirerDecision, AcquirerOrderBody } from '../../shared/contracts/acquirer.ts'
import { reached } from '../../shared/contracts/crash-points.ts'
import { TurnCommits } from '../service/turn-commits.ts'
import type { Decided, Journal } from './journal.ts'
import { decide, type Hold, holdOf } from './rules.ts'
import { takeBack } from './take-back.ts'

export interface BookOptions {
  journal: Journal
  /** How long a hold lasts, in the virtual time. */
  holdWindowMs: number
  /** The real time. */
  nowMs(): number
  /** Told once for each transaction that could not be written. */
  failed(error: unknown): void
}

export type Outcome =
  | { kind: 'decided'; decision: AcquirerDecision; first: boolean }
  /** The id belongs to another order. */
  | { kind: 'different_order' }

/** One moment, by both clocks. */
interface Now {
  realMs: number
  virtualMs: number
}

/** Every promise resolves after its commit, and rejects with JournalUnavailable when nothing of it was written. */
export class Book {
  readonly #options: BookOptions
  readonly #commits: TurnCommits

  constructor(options: BookOptions) {
    this.#options = options
    this.#commits = new TurnCommits(options.journal, options.failed)
  }

  /** What the journal says now. */
  find(operationId: string): Decided | undefined {
    return this.#options.journal.find(operationId)
  }

  /** Decides an order, unless its id was decided or canceled before. */
  async order(operationId: string, order: AcquirerOrderBody): Promise<Outcome> {
    const outcome = await this.#commits.run(() => {
      const known = this.find(operationId)
      return known ? outcomeOf(known, order) : this.#decide(operationId, order)
    })
    reached('acquirer:decided')
    return outcome
  }

  /** Reports what was decided before; otherwise writes that it never will be carried out. */
  async cancel(operationId: string): Promise<AcquirerDecision> {
    const decision = await this.#commits.run(() => {
      const known = this.find(operationId)
      if (known) return known.decision
      return this.#write(operationId, null, { state: 'CANCELED', reason: null }, this.#now())
    })
    reached('acquirer:decided')
    return decision
  }

  /** Moves the virtual clock forward. False when it would go back. */
  moveClock(offsetMs: number): Promise<boolean> {
    return this.#commits.run(() => {
      const { journal, nowMs } = this.#options
      const before = journal.offsetMs()
      if (offsetMs > before) journal.appendClock(offsetMs, timeOf(nowMs()))
      return offsetMs >= before
    })
  }

  /** Resolves when the journal could be written. */
  check(): Promise<void> {
    return this.#commits.run(() => this.#options.journal.check(timeOf(this.#options.nowMs())))
  }

  #decide(operationId: string, order: AcquirerOrderBody): Outcome {
    const now = this.#now()
    const ruling = decide(order, this.#holdFor(order, now), now.virtualMs)
    return { kind: 'decided', decision: this.#write(operationId, order, ruling, now), first: true }
  }

  #holdFor({ authorizationId }: AcquirerOrderBody, { virtualMs }: Now): Hold | undefined {
    const authorization = authorizationId === null ? undefined : this.find(authorizationId)
    if (!authorization?.order) return undefined
    const { order, decision } = authorization
    const decided = { order, state: decision.state, decidedAtMs: Date.parse(decision.decidedAt) }
    const { journal, holdWindowMs } = this.#options
    takeBack(journal, virtualMs)
    const disputedMinor = journal.disputes.amountOfHold(decision.operationId, virtualMs)
    return holdOf(decided, journal.ofHold(decision.operationId), holdWindowMs, disputedMinor)
  }

  #write(
    operationId: string,
    order: AcquirerOrderBody | null,
    { state, reason }: Pick<AcquirerDecision, 'state' | 'reason'>,
    { realMs, virtualMs }: Now,
  ): AcquirerDecision {
    const decision = { operationId, state, reason, decidedAt: timeOf(virtualMs) }
    this.#options.journal.appendDecision({ decision, order, recordedAt: timeOf(realMs) })
    reached('acquirer:deciding')
    return decision
  }

  #now(): Now {
    const { journal, nowMs } = this.#options
    const realMs = nowMs()
    return { realMs, virtualMs: realMs + journal.offsetMs() }
  }
}

const timeOf = (ms: number): string => new Date(ms).toISOString()

/** Of an operation that is in the journal. A canceled one that nobody had asked for fits every order. */
export function outcomeOf({ decision, order: known }: Decided, order: AcquirerOrderBody): Outcome {
  if (known !== null && !isDeepStrictEqual(known, order)) return { kind: 'different_order' }
  return { kind: 'decided', decision, first: false }
}
