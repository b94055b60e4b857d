/**
 * Whom a request of the demo panel is from. The API says it, each time. While the API gives no answer, what it said before holds for a
 * while, so that whoever took the API or MariaDB away can bring it back.
 */
import { createHash } from 'node:crypto'
import type { OperatorRole } from '../../../shared/contracts/lists.ts'

/** Both secrets of a session, as the request carries them. */
export interface SessionSecrets {
  session: string
  request: string
}

export interface DemoOperator {
  name: string
  role: OperatorRole
}

export type SaidByApi =
  | { kind: 'known'; operator: DemoOperator }
  /** The API knows no such session, or does not let it in from there. */
  | { kind: 'refused'; code: 'UNAUTHENTICATED' | 'FORBIDDEN' }
  /** It is away, or what it needs for an answer is. */
  | { kind: 'no_answer' }

export type Who =
  /** `untilMs`: the API does not answer, and its last word holds until then. */
  | { kind: 'operator'; operator: DemoOperator; untilMs: number | undefined }
  | Exclude<SaidByApi, { kind: 'known' | 'no_answer' }>
  | { kind: 'unknown' }

export interface MemoryPorts {
  /** Asks the API with the request's own headers. Never rejects. */
  ask(timeoutMs: number): Promise<SaidByApi>
}

/** For so long a word of the API holds while it says nothing. */
export const MEMORY_MS = 60_000
/** The longest that it may hold, from when this panel took something away. */
export const OUTAGE_MS_MAX = 5 * 60_000
/** A remembered operator does not wait long for an API that is silent. */
const REMEMBERED_TIMEOUT_MS = 1_500
const FIRST_TIMEOUT_MS = 8_000
/** Far more than the browsers of one machine. */
const SESSIONS_MAX = 100

interface Remembered {
  operator: DemoOperator
  confirmedMs: number
}

/** From an act of the panel until the API says again who asks. */
interface Outage {
  beganMs: number
  endedMs: number | undefined
}

export class SessionMemory {
  readonly #nowMs: () => number
  /** By the hash of both secrets, the oldest word first. */
  readonly #sessions = new Map<string, Remembered>()
  #outage: Outage | undefined

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  /** An act of the panel takes something away. The longest outage counts from the first one that the API has not answered since. */
  tookAway(): void {
    if (this.#outage !== undefined && this.#outage.endedMs === undefined) return
    this.#outage = { beganMs: this.#nowMs(), endedMs: undefined }
  }

  async who(secrets: SessionSecrets, { ask }: MemoryPorts): Promise<Who> {
    const hash = hashOf(secrets)
    const askedMs = this.#nowMs()
    const said = await ask(this.#usable(hash) === undefined ? FIRST_TIMEOUT_MS : REMEMBERED_TIMEOUT_MS)
    if (said.kind === 'no_answer') return this.#usable(hash) ?? { kind: 'unknown' }
    if (this.#outage !== undefined && askedMs >= this.#outage.beganMs) this.#outage.endedMs ??= this.#nowMs()
    this.#sessions.delete(hash)
    if (said.kind === 'refused') return said
    this.#sessions.set(hash, { operator: said.operator, confirmedMs: this.#nowMs() })
    if (this.#sessions.size > SESSIONS_MAX) this.#sessions.delete(this.#sessions.keys().next().value!)
    return { kind: 'operator', operator: said.operator, untilMs: undefined }
  }

  #usable(hash: string): Extract<Who, { kind: 'operator' }> | undefined {
    const remembered = this.#sessions.get(hash)
    if (remembered === undefined) return undefined
    const untilMs = this.#untilMs(remembered)
    if (this.#nowMs() > untilMs) return undefined
    return { kind: 'operator', operator: remembered.operator, untilMs }
  }

  #untilMs({ confirmedMs }: Remembered): number {
    const usualMs = confirmedMs + MEMORY_MS
    if (this.#outage === undefined) return usualMs
    const { beganMs, endedMs = Number.POSITIVE_INFINITY } = this.#outage
    // Who was not known when it began has no part in it.
    if (usualMs < beganMs) return usualMs
    return Math.max(usualMs, Math.min(endedMs + MEMORY_MS, beganMs + OUTAGE_MS_MAX))
  }
}

const hashOf = ({ session, request }: SessionSecrets): string =>
  createHash('sha256').update(`${session}\n${request}`).digest('base64url')
