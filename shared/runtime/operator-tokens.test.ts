/** Tokens of 256 random bits, known by their SHA-256. */
import { createHash } from 'node:crypto'
import { expect, test } from '@jest/globals'
import { operatorTokens } from './operator-tokens.ts'

test('a token has 256 random bits behind its prefix, and its hash is that of its characters', () => {
  const [token, other] = [operatorTokens.next(), operatorTokens.next()]

  expect(token).toMatch(/^opk_[A-Za-z0-9_-]{43}$/)
  expect(Buffer.from(token.slice(4), 'base64url')).toHaveLength(32)
  expect(token).not.toBe(other)
  expect(operatorTokens.hashOf(token)).toBe(createHash('sha256').update(token).digest('hex'))
})
