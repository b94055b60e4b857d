/** Works that come in one turn of the event loop share one transaction, in the order of coming. */

/** Nothing was done, since nothing could be written. */
export class JournalUnavailable extends Error {
  override name = 'JournalUnavailable'
}

interface Waiting {
  work(): unknown
  resolve(result: unknown): void
  reject(error: JournalUnavailable): void
}

export class TurnCommits {
  readonly #journal: { transaction<T>(work: () => T): T }
  readonly #failed: (error: unknown) => void
  #waiting: Waiting[] = []

  /** `failed` is told once for each transaction that could not be written. */
  constructor(journal: { transaction<T>(work: () => T): T }, failed: (error: unknown) => void) {
    this.#journal = journal
    this.#failed = failed
  }

  /** Resolves after the commit, and rejects with JournalUnavailable when nothing of it was written. */
  run<T>(work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      // After every socket of this turn was read.
      if (this.#waiting.length === 0) setImmediate(() => this.#commitAll())
      this.#waiting.push({ work, resolve: resolve as (result: unknown) => void, reject })
    })
  }

  #commitAll(): void {
    const group = this.#waiting
    this.#waiting = []
    let results: unknown[]
    try {
      results = this.#journal.transaction(() => group.map(({ work }) => work()))
    } catch (error) {
      this.#failed(error)
      const refusal = new JournalUnavailable('the journal cannot be written', { cause: error })
      for (const { reject } of group) reject(refusal)
      return
    }
    for (const [index, { resolve }] of group.entries()) resolve(results[index])
  }
}
