/** Every commit is tried by other worlds. */
import { describe, expect, test } from '@jest/globals'
import { commitHash, commitSeed } from './commit-seed.ts'

describe('the seed of a commit', () => {
  test('is the beginning of its hash', () => {
    const hash = commitHash()
    const digits = commitSeed().toString(16).padStart(8, '0')
    expect(digits).toBe(hash === undefined ? '00000001' : hash.slice(0, 8))
  })

  test('is the same each time', () => expect(commitSeed()).toBe(commitSeed()))
})
