/** Writes the demo panel's acts into the audit log, in their order; those that it cannot write now, later. */
import type { DemoAudit } from '../clients.ts'

export interface TrailPorts {
  /** Under the act's key, so that it is written once. False: the key is another act's. Rejects when the database does not answer. */
  append(act: DemoAudit): Promise<boolean>
  /** Calls `work` once. Returns how to call it off. */
  after(delayMs: number, work: () => void): () => void
  say(text: string): void
}

/** For so long an act waits for its entry while the database is silent. */
const PATIENCE_MS = 2_000
const AGAIN_MS = 5_000
/** More than anybody clicks while a database is away. */
const WAITING_MAX = 500

interface Waiting {
  act: DemoAudit
  /** To whether it is written, once that is certain. */
  settled: PromiseWithResolvers<boolean>
  /** The act waits no longer. */
  released: PromiseWithResolvers<void>
}

export class AuditTrail {
  readonly #ports: TrailPorts
  readonly #waiting: Waiting[] = []
  #isWriting = false
  #callOff: () => void = () => {}

  constructor(ports: TrailPorts) {
    this.#ports = ports
  }

  /** Resolves when the entry is written or cannot be now, after two seconds at the latest. `written` is told when it is. */
  async record(act: DemoAudit, written: () => void): Promise<void> {
    if (this.#waiting.length >= WAITING_MAX) return this.#lacks(act)
    const one: Waiting = { act, settled: Promise.withResolvers(), released: Promise.withResolvers() }
    this.#waiting.push(one)
    const told = one.settled.promise.then(isWritten => (isWritten ? written() : this.#lacks(act)))
    void this.#write()
    const callOff = this.#ports.after(PATIENCE_MS, one.released.resolve)
    await Promise.race([told, one.released.promise])
    callOff()
  }

  /** Nothing is tried again: says what is missing. */
  close(): void {
    this.#callOff()
    for (const { settled } of this.#waiting.splice(0)) settled.resolve(false)
  }

  #lacks({ entry }: DemoAudit): void {
    this.#ports.say(`demo panel: the audit log lacks ${entry.subject} by ${entry.actor}`)
  }

  async #write(): Promise<void> {
    if (this.#isWriting) return
    this.#isWriting = true
    this.#callOff()
    try {
      while (this.#waiting.length > 0) {
        const first = this.#waiting[0]!
        const isWritten = await this.#ports.append(first.act)
        if (this.#waiting[0] === first) this.#waiting.shift()
        first.settled.resolve(isWritten)
      }
    } catch {
      for (const { released } of this.#waiting) released.resolve()
      if (this.#waiting.length > 0) this.#callOff = this.#ports.after(AGAIN_MS, () => void this.#write())
    } finally {
      this.#isWriting = false
    }
  }
}
