/** Group commit: works that are asked for while a transaction is under way share the next one. */
import {
  DependencyUnavailableError,
  type Span,
  type Tracer,
  type Transaction,
  type Transactions,
} from '../payments/ports.ts'
import { isAway, isDeadlock, LostBeforeCommit, translate } from './mysql-errors.ts'

export type Work = (tx: Transaction) => Promise<unknown>

export interface GroupRunner {
  /** One transaction for all: all of them or none. Throws what the first one threw, or that the database is away. Waits for no lock. */
  runTogether(works: readonly Work[]): Promise<unknown[]>
  /** A transaction of its own; waits for locks, and repeats what was in the way. */
  runAlone(work: Work): Promise<unknown>
}

interface Member {
  subject: string
  work: Work
  span: Span | undefined
  resolve(result: unknown): void
  reject(error: unknown): void
}

/** The next group waits no longer for the one before it, whose connection may be dead. */
const GROUP_MS = 250
/** Keeps a transaction short, and its text far below the server's packet limit. */
const MEMBERS_MAX = 64
const WAITING_MAX = 2_000
/** Many requests for one payment must leave room for the others. */
const WAITING_PER_SUBJECT_MAX = 500
const FAILED_SUBJECTS_MAX = 1_000

/**
 * Keeps what `Transactions` promises. When one work of a group throws or meets a lock, all are rolled back, and each is run again by itself:
 * no work gets another's error. When the database is away, or is lost in the commit, all get that error and nothing is run again.
 */
export class TransactionGroups implements Transactions {
  readonly #runner: GroupRunner
  readonly #tracer: Pick<Tracer, 'beginShared'>
  /** By subject, the longest waiting subject first. */
  readonly #waiting = new Map<string, Member[]>()
  #waitingCount = 0
  #isUnderWay = false
  /** Subjects whose last work failed. They run alone: a used key is refused again, and would roll back every group that it joins. */
  readonly #failedSubjects = new Set<string>()
  /** Works of one subject that run alone do so one after the other. `last` resolves to its lock time-out, if it ended with one. */
  readonly #alone = new Map<string, { last: Promise<unknown>; count: number }>()

  constructor(runner: GroupRunner, tracer: Pick<Tracer, 'beginShared'>) {
    this.#runner = runner
    this.#tracer = tracer
  }

  async run<T>(subject: string, work: (tx: Transaction) => Promise<T>, span?: Span): Promise<T> {
    if (this.#isFull(subject)) throw new DependencyUnavailableError('too many wait for the database')
    if (this.#failedSubjects.has(subject)) return this.#runAlone(subject, work) as Promise<T>
    return new Promise<unknown>((resolve, reject) => {
      this.#wait({ subject, work, span, resolve, reject })
      this.#startSoon()
    }) as Promise<T>
  }

  #isFull(subject: string): boolean {
    return (
      this.#waitingCount >= WAITING_MAX ||
      (this.#waiting.get(subject)?.length ?? 0) + (this.#alone.get(subject)?.count ?? 0) >= WAITING_PER_SUBJECT_MAX
    )
  }

  #wait(member: Member): void {
    this.#waitingCount++
    const others = this.#waiting.get(member.subject)
    if (others) others.push(member)
    else this.#waiting.set(member.subject, [member])
  }

  /** Starts after the requests that have already arrived are read, so that they can join. */
  #startSoon(): void {
    if (this.#isUnderWay || this.#waitingCount === 0) return
    this.#isUnderWay = true
    let isOver = false
    const startNext = () => {
      if (isOver) return
      isOver = true
      clearTimeout(late)
      this.#isUnderWay = false
      this.#startSoon()
    }
    const late = setTimeout(startNext, GROUP_MS)
    setImmediate(() => void this.#runGroup(this.#take()).finally(startNext))
  }

  /** One of each subject, the longest waiting ones. */
  #take(): Member[] {
    const members: Member[] = []
    for (const [subject, [member, ...others]] of [...this.#waiting].slice(0, MEMBERS_MAX)) {
      members.push(member!)
      this.#waiting.delete(subject)
      if (others.length > 0) this.#waiting.set(subject, others)
    }
    this.#waitingCount -= members.length
    return members
  }

  async #runGroup(members: readonly Member[]): Promise<void> {
    const span = this.#spanOf(members)
    try {
      const results = await this.#runner.runTogether(members.map(member => member.work))
      span.end()
      for (const [index, member] of members.entries()) member.resolve(results[index])
    } catch (error) {
      span.end(error)
      this.#failed(members, error)
    }
  }

  #spanOf(members: readonly Member[]): Span {
    const start = { name: 'shared transaction', attributes: { 'payment.transaction.work_count': members.length } }
    const spans = members.map(member => member.span)
    return this.#tracer.beginShared(start, spans)
  }

  #failed(members: readonly Member[], error: unknown): void {
    const isFinal = isEverybodys(error) || (members.length === 1 && !mayPass(error))
    for (const { subject, work, resolve, reject } of members) {
      if (!isFinal) void this.#runAlone(subject, work).then(resolve, reject)
      else {
        this.#remember(subject, error)
        reject(translate(error))
      }
    }
  }

  /** In a transaction of its own, for which no group waits. */
  async #runAlone(subject: string, work: Work): Promise<unknown> {
    const queue = this.#alone.get(subject) ?? { last: Promise.resolve(undefined), count: 0 }
    const mine = queue.last.then(locked => {
      // Each work in the queue would wait for the same lock in turn.
      if (locked !== undefined) throw locked
      return this.#runner.runAlone(work)
    })
    const last = mine.then(nothing, error => (isLockedOut(error) ? error : undefined))
    this.#alone.set(subject, { last, count: queue.count + 1 })
    try {
      const result = await mine
      this.#failedSubjects.delete(subject)
      return result
    } catch (error) {
      this.#remember(subject, error)
      throw error
    } finally {
      this.#leave(subject)
    }
  }

  #leave(subject: string): void {
    const { last, count } = this.#alone.get(subject)!
    if (count === 1) this.#alone.delete(subject)
    else this.#alone.set(subject, { last, count: count - 1 })
  }

  #remember(subject: string, error: unknown): void {
    // An outage says nothing about the subject.
    const cause = error instanceof DependencyUnavailableError ? error.cause : error
    if (isEverybodys(error) || isEverybodys(cause)) return
    this.#failedSubjects.add(subject)
    if (this.#failedSubjects.size > FAILED_SUBJECTS_MAX)
      this.#failedSubjects.delete(this.#failedSubjects.values().next().value!)
  }
}

const nothing = () => undefined

const isLockedOut = (error: unknown): boolean => error instanceof DependencyUnavailableError && isDeadlock(error.cause)

/** The work had no effect, and its error was not its own fault: it may succeed alone. */
const mayPass = (error: unknown): boolean => error instanceof LostBeforeCommit || isDeadlock(error)

/** The server is away, or the outcome of the commit is unknown. Then no work is run again. */
const isEverybodys = (error: unknown): boolean =>
  !(error instanceof LostBeforeCommit) && error instanceof Error && isAway(error)
