import { describe, expect, test } from '@jest/globals'
import { createKeptStore, createStore } from './store.ts'

describe('createStore', () => {
  test('a change is told once, and no change is not told', () => {
    const seen: string[] = []
    const store = createStore(1)
    const stop = store.subscribe(() => seen.push(`told ${store.get()}`))
    store.update(value => value + 1)
    store.update(value => value)
    stop()
    store.update(value => value + 1)
    expect(seen).toEqual(['told 2'])
  })
})

function storageOf(entries = new Map<string, string>()) {
  return {
    entries,
    getItem: (name: string) => entries.get(name) ?? null,
    setItem: (name: string, text: string) => void entries.set(name, text),
  }
}
const parse = (text: string | null): number[] => (text === null ? [] : JSON.parse(text))

describe('createKeptStore', () => {
  test('what one page wrote the next one reads', () => {
    const storage = storageOf()
    createKeptStore({ storage, name: 'n', parse }).update(list => [...list, 1])
    expect(createKeptStore({ storage, name: 'n', parse }).get()).toEqual([1])
  })

  test('two tabs do not overwrite each other', () => {
    const storage = storageOf()
    const [one, other] = [
      createKeptStore({ storage, name: 'n', parse }),
      createKeptStore({ storage, name: 'n', parse }),
    ]
    one.update(list => [...list, 1])
    other.update(list => [...list, 2])
    expect(one.get()).toEqual([1, 2])
  })

  test('gives the same value until it changes', () => {
    const store = createKeptStore({ storage: storageOf(), name: 'n', parse })
    store.update(() => [1])
    expect(store.get()).toBe(store.get())
  })

  test('a full or forbidden storage keeps the value in memory', () => {
    const full = {
      getItem: () => null,
      setItem: () => {
        throw new Error('QuotaExceededError')
      },
    }
    for (const storage of [full, undefined]) {
      const store = createKeptStore({ storage, name: 'n', parse })
      store.update(() => [1])
      store.update(list => [...list, 2])
      expect(store.get()).toEqual([1, 2])
    }
  })
})
