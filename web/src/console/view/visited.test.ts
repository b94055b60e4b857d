import { describe, expect, test } from '@jest/globals'
import { parseVisited, VISITED_MAX, withVisited } from './visited.ts'

describe('what was visited', () => {
  test('is kept once, the newest last', () => {
    expect(withVisited(['a', 'b', 'c'], 'a')).toEqual(['b', 'c', 'a'])
    const same = ['a', 'b']
    expect(withVisited(same, 'b')).toBe(same)
  })

  test('is bounded: the oldest is forgotten', () => {
    const full = Array.from({ length: VISITED_MAX }, (_, index) => `pay_${index}`)
    const next = withVisited(full, 'new')
    expect([next.length, next[0], next.at(-1)]).toEqual([VISITED_MAX, 'pay_1', 'new'])
  })

  test('is nothing where the storage has something else', () => {
    for (const text of [null, '', '{', '{}', '"a"', 'null']) expect(parseVisited(text)).toEqual([])
    expect(parseVisited('["a",1,"b"]')).toEqual(['a', 'b'])
    expect(parseVisited(JSON.stringify(Array(VISITED_MAX + 5).fill('a')))).toHaveLength(VISITED_MAX)
  })
})
