/** Remembers the database's recent errors in this process, so that readiness can report them. */
import type { ServerTrouble } from '../stores/server-troubles.ts'
import type { ReadinessProblem } from './health.ts'

/** Longer than a caller's pause between two tries, so that it is still reported. Short, so that it ends soon after a repair. */
const KEPT_MS = 15_000

interface Seen extends ServerTrouble {
  sinceMs: number
  lastMs: number
}

export class RecentTroubles {
  readonly #nowMs: () => number
  readonly #seen = new Map<string, Seen>()

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  saw(trouble: ServerTrouble): void {
    const nowMs = this.#nowMs()
    const before = this.#seen.get(trouble.message)
    const sinceMs = before !== undefined && nowMs - before.lastMs <= KEPT_MS ? before.sinceMs : nowMs
    this.#seen.set(trouble.message, { ...trouble, sinceMs, lastMs: nowMs })
  }

  problems(): ReadinessProblem[] {
    const nowMs = this.#nowMs()
    return [...this.#seen.values()]
      .filter(({ lastMs }) => nowMs - lastMs <= KEPT_MS)
      .map(({ kind, message, sinceMs }) => ({ kind, message, since: new Date(sinceMs).toISOString() }))
  }
}
