import { webcrypto } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { createNewKey } from './keys.ts'
import { operations } from './purchase.ts'

describe('createNewKey', () => {
  test('keys are printable ASCII of at most 64 characters, and never the same', () => {
    const newKey = createNewKey(webcrypto as unknown as Crypto)
    const keys = operations.flatMap(operation => [newKey(operation), newKey(operation)])
    for (const key of keys) expect(key).toMatch(/^[\x21-\x7e]{32,64}$/)
    expect(new Set(keys).size).toBe(keys.length)
  })
})
