/** Values with subscribers: what `useSyncExternalStore` reads. */
import { useSyncExternalStore } from 'react'

export interface Store<T> {
  /** The same value until it changes. */
  get(): T
  /** Synchronous: the next `get` sees the change, so that a second click in the same frame does too. */
  update(change: (value: T) => T): void
  subscribe(listener: () => void): () => void
}

/** Lives as long as the page. */
export function createStore<T>(initial: T): Store<T> {
  let value = initial
  const { tell, subscribe } = createListeners()
  return {
    get: () => value,
    update: change => {
      const next = change(value)
      if (Object.is(next, value)) return
      value = next
      tell()
    },
    subscribe,
  }
}

export interface KeptPlace<T> {
  storage: Pick<Storage, 'getItem' | 'setItem'> | undefined
  name: string
  /** Reads what `JSON.stringify` wrote; of anything else it makes a first value. */
  parse: (text: string | null) => T
  /** Calls back when another tab has written to the storage. */
  onElsewhere?: (listener: () => void) => void
}

/**
 * Kept in the browser's storage, and read from there each time: another tab may have written.
 * A full or forbidden storage must not stop a payment: the value then lives in memory only, which a reload ends.
 */
export function createKeptStore<T>({ storage, name, parse, onElsewhere }: KeptPlace<T>): Store<T> {
  let text = storage?.getItem(name) ?? null
  let value = parse(text)
  let isKept = storage !== undefined
  const { tell, subscribe } = createListeners()
  const get = () => {
    const current = isKept ? (storage?.getItem(name) ?? null) : text
    if (current !== text) {
      text = current
      value = parse(current)
    }
    return value
  }
  onElsewhere?.(tell)
  return {
    get,
    update: change => {
      const before = get()
      const next = change(before)
      if (Object.is(next, before)) return
      value = next
      text = JSON.stringify(next)
      isKept = isKept && write(storage, name, text)
      tell()
    },
    subscribe,
  }
}

export const useStore = <T>(store: Store<T>): T => useSyncExternalStore(store.subscribe, store.get)

function createListeners() {
  const listeners = new Set<() => void>()
  return {
    tell: () => {
      for (const listener of [...listeners]) listener()
    },
    subscribe: (listener: () => void) => {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
  }
}

function write(storage: Pick<Storage, 'setItem'> | undefined, name: string, text: string): boolean {
  try {
    storage?.setItem(name, text)
    return storage !== undefined
  } catch {
    return false
  }
}
