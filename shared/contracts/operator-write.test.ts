/** Key and reason of a write: what is taken, and that every write of the console has both. */
import { describe, expect, test } from '@jest/globals'
import { contractOf } from './api.ts'
import { operatorWrite, sampleWrite } from './operator-write.ts'
import { routeNames } from './routes.ts'

const takes = (name: 'key' | 'reason', value: unknown): boolean => operatorWrite[name].safeParse(value).success

describe('a key', () => {
  test.each([
    [sampleWrite.key, true],
    ['console:01M81Y03QK7V5D2W9T4R6H8XN', false],
    ['console:81M81Y03QK7V5D2W9T4R6H8XNZ', false],
    ['console:01m81y03qk7v5d2w9t4r6h8xnz', false],
    ['01M81Y03QK7V5D2W9T4R6H8XNZ', false],
    [`${sampleWrite.key}\n`, false],
    [undefined, false],
  ])('%p: %p', (key, isTaken) => expect(takes('key', key)).toBe(isTaken))
})

describe('a reason', () => {
  test('is kept without the spaces around it', () => {
    expect(operatorWrite.reason.parse('  고객 요청 \n')).toBe('고객 요청')
  })

  test.each([
    ['x', true],
    ['', false],
    [' \n\t', false],
    ['📞'.repeat(500), true],
    ['x'.repeat(501), false],
    [null, false],
  ])('%p: %p', (reason, isTaken) => expect(takes('reason', reason)).toBe(isTaken))
})

test('every route of the console that changes something, but for sessions, has both', () => {
  const changing = routeNames
    .map(contractOf)
    .filter(({ operator, route }) => operator !== undefined && !route.startsWith('GET '))
    .filter(({ route }) => !route.endsWith('/operator/session'))

  expect(changing.filter(({ writes }) => !writes).map(({ route }) => route)).toEqual([])
})
