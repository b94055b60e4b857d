import { describe, expect, test } from '@jest/globals'
import { answerOf, paymentOf, refusalOf, SAMPLE_PAYMENT_ID } from '../api/sample-answers.ts'
import {
  ANSWER_COUNT_MAX,
  answersOfPayment,
  type LoggedAnswer,
  parseAnswerLog,
  recordAnswer,
  refusalIn,
} from './answer-log.ts'

const success: LoggedAnswer = { orderId: 'o', operation: 'authorize', answer: answerOf(201, paymentOf('COMPLETED')) }
const refusal: LoggedAnswer = { orderId: 'o', operation: 'refund', answer: refusalOf(402, 'PAYMENT_DECLINED') }

describe('the answer log', () => {
  test('keeps the newest', () => {
    const log = Array.from({ length: ANSWER_COUNT_MAX }, () => success).reduce(recordAnswer, [refusal])
    expect(log).toHaveLength(ANSWER_COUNT_MAX)
    expect(log).not.toContain(refusal)
  })

  test('finds the answers of a payment, refusals too', () => {
    expect(answersOfPayment([success, refusal], SAMPLE_PAYMENT_ID)).toEqual([success, refusal])
    expect(answersOfPayment([success, refusal], 'pay_other')).toEqual([])
  })

  test('a refusal is one until something succeeds', () => {
    expect(refusalIn([success, refusal])).toBe(refusal)
    expect(refusalIn([refusal, success])).toBeUndefined()
    expect(refusalIn([])).toBeUndefined()
  })

  test('reads what was written, and nothing else', () => {
    expect(parseAnswerLog(JSON.stringify([success, refusal, 7, null, {}]))).toEqual([success, refusal])
    for (const text of [null, '{', '{}']) expect(parseAnswerLog(text)).toEqual([])
  })
})
