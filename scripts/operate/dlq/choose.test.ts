import { describe, expect, test } from '@jest/globals'
import type { DeadLetter } from '../verify/dead-letters.ts'
import { chooseLetters, letterLines, sendLine } from './choose.ts'

const letterAt = (offset: number, changes: Partial<DeadLetter> = {}): DeadLetter => ({
  partition: 0,
  offset,
  original: {
    topic: 'payment.captured',
    partition: 2,
    offset: 41,
    key: Buffer.from('pay_1'),
    value: null,
    headers: [],
  },
  origin: 'payment.captured 2/41',
  error: 'not JSON',
  failedAt: '2026-11-28T00:00:00.000Z',
  state: 'waiting',
  noted: 'waiting',
  writtenAtMs: 0,
  ...changes,
})

const idsOf = (choice: ReturnType<typeof chooseLetters>) =>
  'problem' in choice
    ? choice.problem
    : { chosen: choice.chosen.map(({ offset }) => offset), unreadable: choice.unreadable.map(({ offset }) => offset) }

describe('chooseLetters', () => {
  const letters = [
    letterAt(0, { state: 'redriven' }),
    letterAt(1),
    letterAt(2, { original: null }),
    letterAt(3, { state: 'put aside' }),
    letterAt(5),
  ]

  test('--all means what waits, and one that cannot be read holds back nobody', () => {
    expect(idsOf(chooseLetters(letters, [], true))).toEqual({ chosen: [1, 5], unreadable: [2] })
  })

  test('a letter that is named, in the order in which they came; even one that was handled before', () => {
    expect(idsOf(chooseLetters(letters, ['0/5', '0/3'], false))).toEqual({ chosen: [3, 5], unreadable: [] })
  })

  test('a name that means no letter chooses none', () => {
    expect(idsOf(chooseLetters(letters, ['0/1', '0/4', '1/5'], false))).toContain('0/4, 1/5')
  })
})

describe('what is printed', () => {
  const evil = letterAt(7, {
    original: {
      topic: 'pay\u001b[2J',
      partition: 1,
      offset: 0,
      key: Buffer.from('a\u202eb'),
      value: Buffer.from(`\u0000${'x'.repeat(400)}`),
      headers: [],
    },
    origin: 'pay\u001b[2J 1/0',
    error: 'bad\nline\u009b',
    failedAt: '\u0007',
  })

  test('no control character of a letter is', () => {
    for (const line of [...letterLines(evil), sendLine(evil)]) expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u)
    expect(letterLines(evil).join('\n')).toContain('bad\\u{a}line\\u{9b}')
  })

  test('what will be sent where', () => {
    expect(sendLine(letterAt(1))).toBe('0/1 → payment.captured partition 2: key pay_1, 0 bytes')
    expect(sendLine(letterAt(3, { state: 'put aside' }))).toContain('(put aside before)')
  })
})
