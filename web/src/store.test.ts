import { describe, expect, test } from '@jest/globals'
import { createStore } from './store.ts'

describe('createStore', () => {
  test('a change is saved before it is told, and told once', () => {
    const seen: string[] = []
    const store = createStore(1, value => seen.push(`saved ${value}`))
    const stop = store.subscribe(() => seen.push(`told ${store.get()}`))
    store.update(value => value + 1)
    store.update(value => value)
    stop()
    store.update(value => value + 1)
    expect(seen).toEqual(['saved 2', 'told 2', 'saved 3'])
  })
})
