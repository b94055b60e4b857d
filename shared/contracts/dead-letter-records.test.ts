/** What is read of payment.dlq: letters and notes of every version, and what is neither. */
import { describe, expect, test } from '@jest/globals'
import { type LetterNote, letterIn, letterTimeMs, noteIn, noteRecordOf } from './dead-letter-records.ts'

const recordOf = (value: unknown, partition = 0) => ({ partition, value: Buffer.from(JSON.stringify(value)) })

const note: LetterNote = {
  partition: 0,
  offset: 7,
  state: 'PUT_ASIDE',
  at: '2026-11-30T02:00:00.000Z',
  by: '김',
  reason: '다른 팀의 시험',
  key: 'console:01M81XZHJW17YGZNRCM5X9JWX9',
}

describe('a note', () => {
  test('is read as it was written', () => {
    const { key, value, partition } = noteRecordOf(note)
    expect([key, partition]).toEqual([null, 0])
    expect(noteIn({ partition, value: Buffer.from(value) })).toEqual(note)
  })

  test('of an earlier version names nobody', () => {
    const handled = { partition: 0, offset: 7, state: 'redriven', at: note.at }
    expect(noteIn(recordOf({ handled }))).toEqual({ ...note, state: 'REDRIVEN', by: null, reason: null, key: null })
  })

  // Whoever may write to the topic may write anything, and nothing of it may stop whoever reads it.
  test('keeps the beginning of what is too long, in whole characters', () => {
    const handled = { ...note, state: 'redriven', by: '😀'.repeat(100), reason: `${'x'.repeat(499)}\ud83d\ude00\ud83d` }
    const read = noteIn(recordOf({ handled }))!
    expect([...read.by!]).toHaveLength(64)
    expect(read.reason).toBe(`${'x'.repeat(499)}😀`)
    expect(noteIn(recordOf({ handled: { ...handled, by: 'a\ud800' } }))!.by).toBe('a\ufffd')
  })

  test.each<[string, unknown, number?]>([
    ['about another partition', { handled: { partition: 1, offset: 7, state: 'redriven' } }],
    ['without an offset', { handled: { partition: 0, state: 'redriven' } }],
    ['with an offset that is none', { handled: { partition: 0, offset: -1, state: 'redriven' } }],
    ['with another word', { handled: { partition: 0, offset: 7, state: 'lost' } }],
    ['that is a list', [{ handled: { partition: 0, offset: 7, state: 'redriven' } }]],
  ])('is nothing %s', (_, value) => {
    expect(noteIn(recordOf(value))).toBeUndefined()
  })

  test('is no tombstone', () => {
    expect(noteIn({ partition: 0, value: null })).toBeUndefined()
  })
})

describe('a letter', () => {
  const fields = { topic: 'payment.captured', partition: 3, offset: 15, error: 'not JSON', failedAt: note.at }

  test('has the very bytes; null is not the same as empty, and headers of one name stay in their order', () => {
    const headers = [
      ['a', '/wA='],
      ['a', ''],
    ]
    expect(letterIn(recordOf({ ...fields, key: '', value: null, headers }))).toEqual({
      error: 'not JSON',
      failedAt: note.at,
      original: {
        ...{ topic: 'payment.captured', partition: 3, offset: 15 },
        ...{ key: Buffer.alloc(0), value: null },
        headers: [
          ['a', Buffer.from([0xff, 0x00])],
          ['a', Buffer.alloc(0)],
        ],
      },
    })
  })

  test.each<[string, unknown]>([
    ['no object', 'letter'],
    ['no topic', { ...fields, topic: 1 }],
    ['no partition', { ...fields, partition: undefined }],
    ['a partition that Kafka cannot have', { ...fields, partition: 2 ** 31 }],
    ['an offset that is none', { ...fields, offset: 1.5 }],
  ])('with %s cannot be read', (_, value) => {
    expect(letterIn(recordOf(value))).toMatchObject({ original: null, error: 'not a dead letter' })
  })
})

test('a time that the database could not hold is none', () => {
  expect(letterTimeMs('2026-11-30T02:00:00.000Z')).toBe(Date.UTC(2026, 10, 30, 2))
  for (const text of [null, '', 'soon', '+012026-01-01T00:00:00Z', '-000001-01-01T00:00:00Z'])
    expect([text, letterTimeMs(text)]).toEqual([text, null])
})
