/** Pauses that can be ended early, all at once: when the connection is back, or when a person does not want to wait. */

export interface Pauses {
  pause: (delayMs: number) => Promise<void>
  wake: () => void
}

export function createPauses(): Pauses {
  const ends = new Set<() => void>()
  return {
    pause: delayMs =>
      new Promise(resolve => {
        const end = () => {
          clearTimeout(timer)
          ends.delete(end)
          resolve()
        }
        const timer = setTimeout(end, delayMs)
        ends.add(end)
      }),
    wake: () => {
      for (const end of [...ends]) end()
    },
  }
}
