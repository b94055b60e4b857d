/** Tokens and secrets of 256 random bits, known by their SHA-256. */
import { createHash } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { consoleSecrets, operatorTokens } from './operator-tokens.ts'

test('a token has 256 random bits behind its prefix, and its hash is that of its characters', () => {
  const [token, other] = [operatorTokens.next(), operatorTokens.next()]

  expect(token).toMatch(/^opk_[A-Za-z0-9_-]{43}$/)
  expect(Buffer.from(token.slice(4), 'base64url')).toHaveLength(32)
  expect(token).not.toBe(other)
  expect(operatorTokens.hashOf(token)).toBe(createHash('sha256').update(token).digest('hex'))
})

describe('the secrets of the console', () => {
  test.each([
    ['link', /^opl_[A-Za-z0-9_-]{43}$/],
    ['session', /^ops_[A-Za-z0-9_-]{43}$/],
    ['request', /^opx_[A-Za-z0-9_-]{43}$/],
  ] as const)('one for the %s has 256 random bits behind a prefix of its own', (purpose, form) => {
    const [secret, other] = [consoleSecrets.next(purpose), consoleSecrets.next(purpose)]

    expect(secret).toMatch(form)
    expect(Buffer.from(secret.slice(4), 'base64url')).toHaveLength(32)
    expect(secret).not.toBe(other)
    expect(consoleSecrets.hashOf(secret)).toBe(createHash('sha256').update(secret).digest('hex'))
  })

  test('hashes are the same only when every character is', () => {
    const hash = consoleSecrets.hashOf('x')

    expect(consoleSecrets.isSame(hash, hash)).toBe(true)
    expect(consoleSecrets.isSame(hash, consoleSecrets.hashOf('y'))).toBe(false)
    expect(consoleSecrets.isSame(hash, hash.slice(1))).toBe(false)
    expect(consoleSecrets.isSame(hash, '')).toBe(false)
  })
})
