import { expect, test } from '@jest/globals'
import { parseTokens } from './tokens.ts'

const TOKENS = { sent: 'a.b.c', expiresAtMs: 1, refresh: 'r' }

test('what was kept is read again, and anything else is none', () => {
  expect(parseTokens(JSON.stringify(TOKENS))).toEqual(TOKENS)
  expect(parseTokens(JSON.stringify({ ...TOKENS, refresh: null, other: 1 }))).toEqual({ ...TOKENS, refresh: null })
  for (const wrong of [{ sent: '' }, { sent: 1 }, { expiresAtMs: '1' }, { refresh: undefined }, { refresh: '' }])
    expect(parseTokens(JSON.stringify({ ...TOKENS, ...wrong }))).toBeNull()
  for (const text of [null, '', 'null', '[]', '"a"', '{']) expect(parseTokens(text)).toBeNull()
})
