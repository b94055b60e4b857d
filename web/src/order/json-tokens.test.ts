import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { jsonTokens } from './json-tokens.ts'

describe('jsonTokens', () => {
  test('names keys, texts, numbers and words', () => {
    const kinds = jsonTokens('{"a": "b", "c": -1.5e3, "d": null}').filter(token => token.kind)
    expect(kinds.map(({ kind, text }) => [kind, text])).toEqual([
      ['key', '"a"'],
      ['text', '"b"'],
      ['key', '"c"'],
      ['number', '-1.5e3'],
      ['key', '"d"'],
      ['word', 'null'],
    ])
  })

  test('loses and adds nothing', () => {
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        const json = JSON.stringify(value, null, 2)
        const tokens = jsonTokens(json)
        expect(tokens.map(token => token.text).join('')).toBe(json)
        expect(new Set(tokens.map(token => token.at)).size).toBe(tokens.length)
      }),
      { seed: 7 },
    )
  })
})
