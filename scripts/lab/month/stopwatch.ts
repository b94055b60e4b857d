/** How long the parts of a run took together. */

export class Stopwatch {
  readonly #spentMs = new Map<string, number>()

  async of<T>(part: string, work: () => Promise<T>): Promise<T> {
    const startedMs = performance.now()
    try {
      return await work()
    } finally {
      this.#spentMs.set(part, (this.#spentMs.get(part) ?? 0) + performance.now() - startedMs)
    }
  }

  /** By part, real seconds with one decimal. */
  get seconds(): Record<string, number> {
    return Object.fromEntries([...this.#spentMs].map(([part, ms]) => [part, Math.round(ms / 100) / 10]))
  }
}
