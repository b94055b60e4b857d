/** Group commit: works that are asked for while a transaction is under way share the next one. */
import { DependencyUnavailableError, type Transaction, type Transactions } from '../payments/ports.ts'
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
  resolve(result: unknown): void
  reject(error: unknown): void
}

/** One that takes longer, on a connection that has fallen silent say, is not waited for. */
const GROUP_MS = 250
/** Keeps a transaction short, and its text well under what the server takes. */
const MEMBERS_MAX = 64
const WAITING_MAX = 2_000
/** So that a storm of requests for one payment shuts nobody else out. */
const WAITING_PER_SUBJECT_MAX = 500
const LONERS_MAX = 1_000

/**
 * Keeps what `Transactions` promises. When one work of a group throws or meets a lock, all are rolled back, and each is run again by itself:
 * nobody gets another's error. Only a database that is away, or that was lost in the commit, is everybody's: nothing is run again.
 */
export class TransactionGroups implements Transactions {
  readonly #runner: GroupRunner
  /** By subject, the longest waiting subject first. */
  readonly #waiting = new Map<string, Member[]>()
  #waitingCount = 0
  #isUnderWay = false
  /** Subjects whose last work failed: a used key will be refused again, and would break up every group that it comes to. */
  readonly #loners = new Set<string>()
  /** The works of one subject that go alone do so one after the other. `last` resolves to the lock that it could not get, if so. */
  readonly #alone = new Map<string, { last: Promise<unknown>; count: number }>()

  constructor(runner: GroupRunner) {
    this.#runner = runner
  }

  async run<T>(subject: string, work: (tx: Transaction) => Promise<T>): Promise<T> {
    if (this.#isFull(subject)) throw new DependencyUnavailableError('too many wait for the database')
    if (this.#loners.has(subject)) return this.#runAlone(subject, work) as Promise<T>
    return new Promise<unknown>((resolve, reject) => {
      this.#wait({ subject, work, resolve, reject })
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

  /** After everything that has arrived has been looked at: it may want to join. */
  #startSoon(): void {
    if (this.#isUnderWay || this.#waitingCount === 0) return
    this.#isUnderWay = true
    let isOver = false
    const makeWay = () => {
      if (isOver) return
      isOver = true
      clearTimeout(late)
      this.#isUnderWay = false
      this.#startSoon()
    }
    const late = setTimeout(makeWay, GROUP_MS)
    setImmediate(() => void this.#runGroup(this.#take()).finally(makeWay))
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
    try {
      const results = await this.#runner.runTogether(members.map(member => member.work))
      for (const [index, member] of members.entries()) member.resolve(results[index])
    } catch (error) {
      this.#failed(members, error)
    }
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

  /** No group waits for this one. */
  async #runAlone(subject: string, work: Work): Promise<unknown> {
    const queue = this.#alone.get(subject) ?? { last: Promise.resolve(undefined), count: 0 }
    const mine = queue.last.then(locked => {
      // They would wait as long for the same lock, one after the other.
      if (locked !== undefined) throw locked
      return this.#runner.runAlone(work)
    })
    const last = mine.then(nothing, error => (isLockedOut(error) ? error : undefined))
    this.#alone.set(subject, { last, count: queue.count + 1 })
    try {
      const result = await mine
      this.#loners.delete(subject)
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
    // An outage is nobody's fault.
    const cause = error instanceof DependencyUnavailableError ? error.cause : error
    if (isEverybodys(error) || isEverybodys(cause)) return
    this.#loners.add(subject)
    if (this.#loners.size > LONERS_MAX) this.#loners.delete(this.#loners.values().next().value!)
  }
}

const nothing = () => undefined

const isLockedOut = (error: unknown): boolean => error instanceof DependencyUnavailableError && isDeadlock(error.cause)

/** Nothing of it has happened, and nothing was wrong with it. */
const mayPass = (error: unknown): boolean => error instanceof LostBeforeCommit || isDeadlock(error)

/** The server is away, or nobody knows whether it has happened: then nothing is tried again. */
const isEverybodys = (error: unknown): boolean =>
  !(error instanceof LostBeforeCommit) && error instanceof Error && isAway(error)
