/** Group commit: works that are asked for while a transaction is under way share the next one. */
import { DependencyUnavailableError, type Transaction } from '../payments/ports.ts'
import { isAway, isDeadlock, LostBeforeCommit, translate } from './mysql-errors.ts'

export type Work = (tx: Transaction) => Promise<unknown>

export interface GroupRunner {
  /** One transaction for all; what it throws may be any one's. Waits for no lock. */
  together(works: readonly Work[]): Promise<unknown[]>
  /** A transaction of its own; waits for locks, and repeats what was in the way. */
  alone(work: Work): Promise<unknown>
}

interface Member {
  subject: string
  work: Work
  resolve(result: unknown): void
  reject(error: unknown): void
}

const GROUPS_UNDER_WAY_MAX = 1
/** Keeps a transaction short, and its text well under what the server takes. */
const MEMBERS_MAX = 64
const WAITING_MAX = 2_000
const LONERS_MAX = 1_000

export class TransactionGroups {
  readonly #runner: GroupRunner
  #waiting: Member[] = []
  #underWay = 0
  /** Subjects whose last work failed: a used key will be refused again, and would break up every group that it comes to. */
  readonly #loners = new Set<string>()

  constructor(runner: GroupRunner) {
    this.#runner = runner
  }

  async add<T>(subject: string, work: (tx: Transaction) => Promise<T>): Promise<T> {
    if (this.#loners.has(subject)) return this.#alone(subject, work) as Promise<T>
    if (this.#waiting.length >= WAITING_MAX) throw new DependencyUnavailableError('too many wait for the database')
    return new Promise<unknown>((resolve, reject) => {
      this.#waiting.push({ subject, work, resolve, reject })
      this.#startSoon()
    }) as Promise<T>
  }

  /** After everything that has arrived has been looked at: it may want to join. */
  #startSoon(): void {
    if (this.#underWay >= GROUPS_UNDER_WAY_MAX || this.#waiting.length === 0) return
    this.#underWay++
    setImmediate(() => {
      void this.#run(this.#take()).finally(() => {
        this.#underWay--
        this.#startSoon()
      })
    })
  }

  /** The longest waiting ones, one of each subject. */
  #take(): Member[] {
    const group = new Map<string, Member>()
    const later: Member[] = []
    for (const member of this.#waiting) {
      if (group.size < MEMBERS_MAX && !group.has(member.subject)) group.set(member.subject, member)
      else later.push(member)
    }
    this.#waiting = later
    return [...group.values()]
  }

  async #run(members: readonly Member[]): Promise<void> {
    try {
      const results = await this.#runner.together(members.map(member => member.work))
      for (const [index, member] of members.entries()) member.resolve(results[index])
    } catch (error) {
      this.#failed(members, error)
    }
  }

  #failed(members: readonly Member[], error: unknown): void {
    const isFinal = isEverybodys(error) || (members.length === 1 && !mayPass(error))
    for (const { subject, work, resolve, reject } of members) {
      if (!isFinal) void this.#alone(subject, work).then(resolve, reject)
      else {
        this.#remember(subject, error)
        reject(translate(error))
      }
    }
  }

  /** Nobody waits for this one. */
  async #alone(subject: string, work: Work): Promise<unknown> {
    try {
      const result = await this.#runner.alone(work)
      this.#loners.delete(subject)
      return result
    } catch (error) {
      this.#remember(subject, error)
      throw error
    }
  }

  #remember(subject: string, error: unknown): void {
    if (isEverybodys(error)) return
    this.#loners.add(subject)
    if (this.#loners.size > LONERS_MAX) this.#loners.delete(this.#loners.values().next().value!)
  }
}

/** Nothing of it has happened, and nothing was wrong with it. */
const mayPass = (error: unknown): boolean => error instanceof LostBeforeCommit || isDeadlock(error)

/** The server is away, or nobody knows whether it has happened: then nothing is tried again. */
const isEverybodys = (error: unknown): boolean =>
  !(error instanceof LostBeforeCommit) && error instanceof Error && isAway(error)
