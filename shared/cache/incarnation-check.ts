/**
 * Whether Redis may be trusted: it must not know more than the database, which may have been restored from a backup.
 * Under each incarnation Redis keeps the newest operations whose answers it holds; one that the database does not hold makes a new
 * incarnation.
 */
import { crc32 } from 'node:zlib'
import type { Redis } from 'ioredis'

/** What the check asks of the database. All throw while it is away. */
export interface AnswerStore {
  incarnation(): Promise<string>
  /** Gives the database a new identity and returns it; undefined when another process was first. */
  replaceIncarnation(from: string): Promise<string | undefined>
  /** CRC-32 of the stored answer by operation, for those that are finished; null where it was pruned. */
  answerChecksums(operationIds: readonly string[]): Promise<Map<string, number | null>>
}

export interface IncarnationCheckOptions {
  redis: () => Redis
  store: AnswerStore
  nowMs: () => number
  onFailure: (error: unknown) => void
  /** Told of each new incarnation. `unknown`: the operations whose answers Redis held and the database does not; none when Redis had no list. */
  onNewIncarnation: (unknown: string[]) => void
}

interface Check {
  incarnation: Promise<string | undefined>
  beganMs: number
  lifeMs: number
  /** How often the database's connections had changed when this check had its own; undefined until then. */
  changes: number | undefined
}

/** A frozen process is not told when a connection ends. So what the check found counts only this long. */
const CHECK_LIFE_MS = 60_000
const FAILURE_LIFE_MS = 1_000
/** More than can run at once. The check looks up each of them. */
const OPERATIONS_MAX = 500
/** The list is trimmed only now and then: trimming it with every answer would cost another command. */
const NOTES_PER_TRIM = 100
const TRIES_MAX = 3
/** Marks a list that is complete, and sorts first. A list without it was trimmed or evicted, or never existed, and is not trusted. */
const MARK = '-'

export class IncarnationCheck {
  readonly #options: IncarnationCheckOptions
  #changes = 0
  #notes = 0
  #check: Check | undefined

  constructor(options: IncarnationCheckOptions) {
    this.#options = options
  }

  /** Call this when a database connection opens or ends: the next one may reach another database. */
  connectionChanged(): void {
    this.#changes++
  }

  /** The incarnation whose keys may be read and written in Redis; undefined while it is not known. Never throws. */
  async incarnation(): Promise<string | undefined> {
    if (this.#check === undefined || !this.#isValid(this.#check)) this.#check = this.#begin()
    const check = this.#check
    const incarnation = await check.incarnation
    return this.#isValid(check) ? incarnation : undefined
  }

  /** Checks again, whatever was found before. */
  async renew(): Promise<void> {
    this.#check = undefined
    await this.incarnation()
  }

  /** Lists an answer that is about to be cached. Sent together with the command that follows. */
  async note(redis: Redis, incarnation: string, operationId: string, body: string): Promise<void> {
    const list = listOf(incarnation)
    const sent: Promise<unknown>[] = [redis.zadd(list, 0, `${operationId} ${crc32(body)}`)]
    if (++this.#notes % NOTES_PER_TRIM === 0) sent.push(redis.zremrangebyrank(list, 0, -1 - OPERATIONS_MAX))
    // Together: when both fail, one that is awaited after the other would be a rejection that nobody waits for.
    await Promise.all(sent)
  }

  #isValid({ beganMs, lifeMs, changes }: Check): boolean {
    const ageMs = this.#options.nowMs() - beganMs
    return ageMs >= 0 && ageMs < lifeMs && (changes === undefined || changes === this.#changes)
  }

  #begin(): Check {
    const check: Check = {
      incarnation: Promise.resolve(undefined),
      beganMs: this.#options.nowMs(),
      lifeMs: CHECK_LIFE_MS,
      changes: undefined,
    }
    check.incarnation = this.#run(check).catch(error => {
      check.lifeMs = FAILURE_LIFE_MS
      this.#options.onFailure(error)
      return undefined
    })
    return check
  }

  async #run(check: Check): Promise<string> {
    const { store } = this.#options
    // A client that is made now connects during the query of the database.
    const redis = this.#options.redis()
    for (let tries = 1; tries <= TRIES_MAX; tries++) {
      const incarnation = await store.incarnation()
      // A connection that this check opened is no reason to check again. A later one is.
      check.changes = this.#changes
      const unknown = await this.#unknownTo(redis, incarnation)
      if (unknown?.length === 0) return incarnation
      const made = await store.replaceIncarnation(incarnation)
      if (made === undefined) continue
      await redis.zadd(listOf(made), 0, MARK)
      this.#options.onNewIncarnation(unknown ?? [])
      return made
    }
    throw new Error('others make one incarnation after the other')
  }

  /**
   * The operations that Redis has an answer to and the database has not; undefined when Redis has no whole list.
   * Redis is read first: whatever it holds at that time, the database held before.
   */
  async #unknownTo(redis: Redis, incarnation: string): Promise<string[] | undefined> {
    const members = await redis.zrange(listOf(incarnation), -OPERATIONS_MAX, '-1')
    if (!members.includes(MARK) && members.length < OPERATIONS_MAX) return undefined
    const known = members.filter(member => member !== MARK).map(member => member.split(' ') as [string, string])
    if (known.length === 0) return []
    const held = await this.#options.store.answerChecksums(known.map(([operationId]) => operationId))
    const unknown = known.filter(([operationId, checksum]) => {
      const stored = held.get(operationId)
      return stored === undefined || (stored !== null && String(stored) !== checksum)
    })
    return unknown.map(([operationId]) => operationId)
  }
}

/** Operation ids sort by time, and so do the members of a sorted set with equal scores. */
const listOf = (incarnation: string): string => `operations ${incarnation}`
