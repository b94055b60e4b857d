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

export class TransactionGroups {
  readonly #runner: GroupRunner
  #waiting: Member[] = []
  #underWay = 0

  constructor(runner: GroupRunner) {
    this.#runner = runner
  }

  async add<T>(subject: string, work: (tx: Transaction) => Promise<T>): Promise<T> {
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
      if (isEverybodys(error, members.length)) for (const member of members) member.reject(translate(error))
      // Nobody waits for these: the next group must not.
      else for (const member of members) this.#runner.alone(member.work).then(member.resolve, member.reject)
    }
  }
}

/** Whether trying again alone could not help, or must not be done: a commit may have happened. */
function isEverybodys(error: unknown, members: number): boolean {
  if (error instanceof LostBeforeCommit || isDeadlock(error)) return false
  return members === 1 || (error instanceof Error && isAway(error))
}
