/** A value with subscribers: what `useSyncExternalStore` reads. */

export interface Store<T> {
  get(): T
  /** Synchronous: the next `get` sees the change, so that a second click in the same frame does too. */
  update(change: (value: T) => T): void
  subscribe(listener: () => void): () => void
}

/** `save` is called with every new value before subscribers are told. */
export function createStore<T>(initial: T, save: (value: T) => void = () => {}): Store<T> {
  let value = initial
  const listeners = new Set<() => void>()
  return {
    get: () => value,
    update: change => {
      const next = change(value)
      if (Object.is(next, value)) return
      value = next
      save(next)
      for (const listener of listeners) listener()
    },
    subscribe: listener => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
