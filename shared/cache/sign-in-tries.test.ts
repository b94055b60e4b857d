/** Wrong tries to sign in: ten of an address, and one more each six seconds. */
import { beforeEach, describe, expect, test } from '@jest/globals'
import { LocalSignInTries } from './sign-in-tries.ts'

const HERE = '127.0.0.1'

let nowMs: number
let tries: LocalSignInTries
beforeEach(() => {
  nowMs = 1_000
  tries = new LocalSignInTries(() => nowMs)
})

const begin = (count: number, address = HERE) => Array.from({ length: count }, () => tries.begin(address))
const allowed = (count: number) => Array.from({ length: count }, () => undefined)

describe('wrong tries to sign in', () => {
  test('are ten, and then it is said how long to wait', () => {
    expect(begin(10)).toEqual(allowed(10))

    expect(tries.begin(HERE)).toBe(6)
    nowMs += 2_500
    expect(tries.begin(HERE)).toBe(4)
  })

  test('come back one each six seconds, and no more than ten', () => {
    begin(10)
    nowMs += 6_000
    expect(begin(2)).toEqual([undefined, 6])

    nowMs += 3_600_000
    expect(begin(11)).toEqual([...allowed(10), 6])
  })

  test('that turn out right cost nothing', () => {
    for (let round = 0; round < 50; round++) {
      expect(tries.begin(HERE)).toBeUndefined()
      tries.succeeded(HERE)
    }

    expect(begin(11)).toEqual([...allowed(10), 6])
  })

  test('are counted for each address', () => {
    begin(10)

    expect(tries.begin('10.0.0.1')).toBeUndefined()
  })

  test('of more addresses than are kept forget the one that tried longest ago', () => {
    begin(10)
    for (let index = 0; index < 1_000; index++) tries.begin(`10.0.0.${index}`)

    expect(tries.begin(HERE)).toBeUndefined()
  })
})
