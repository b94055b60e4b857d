import { describe, expect, test } from '@jest/globals'
import { answerOf, paymentOf, refusalOf } from '../api/sample-answers.ts'
import type { AnswerLog } from '../purchase/answer-log.ts'
import { newestOf, upToDate } from './newest-payment.ts'

const captured = paymentOf('COMPLETED', { updatedAt: '2026-11-22T06:00:01.000Z' })
const refunded = paymentOf('REFUNDED', { updatedAt: '2026-11-22T06:00:02.000Z' })
const logOf = (...answers: AnswerLog[number]['answer'][]): AnswerLog =>
  answers.map(answer => ({ orderId: 'order-1', operation: 'refund', answer }))

describe('newestOf', () => {
  test('is the answer, with the events that were read, once an operation was answered since', () => {
    const events = [
      { eventId: 'evt_1', type: 'payment.captured', sequence: 2, createdAt: captured.updatedAt, publishedAt: null },
    ]
    const newest = newestOf({ ...captured, events }, logOf(answerOf(200, refunded)))
    expect(newest).toMatchObject({ status: 'REFUNDED', events })
  })

  test('is what was read when it is as new, and when nothing but refusals was answered', () => {
    expect(newestOf(refunded, logOf(answerOf(200, captured), answerOf(200, refunded)))).toBe(refunded)
    expect(newestOf(captured, logOf(refusalOf(409, 'INVALID_STATE')))).toBe(captured)
  })
})

describe('upToDate', () => {
  test('is nothing while a refund was answered that the read does not know: its records may still be to come', () => {
    expect(upToDate(captured, logOf(answerOf(200, refunded)))).toBeUndefined()
    expect(upToDate(undefined, logOf(answerOf(200, refunded)))).toBeUndefined()
  })

  test('is what was read otherwise', () => {
    expect(upToDate(refunded, logOf(answerOf(200, refunded)))).toBe(refunded)
    expect(upToDate(captured, [])).toBe(captured)
  })
})
