/** The error catalogue: complete in both languages, and bodies that fit their schema. */
import { describe, expect, test } from '@jest/globals'
import { errorBody, errorBodyOf, errorCatalogue, errorCodes, languages } from './errors.ts'
import { paymentStatuses } from './lists.ts'
import { paymentMessages } from './payment-messages.ts'

const HANGUL = /[가-힣]/

describe('the error catalogue', () => {
  test.each(errorCodes)('%s has an HTTP status and a sentence in both languages', code => {
    const { statusCode, message } = errorCatalogue[code]

    expect(statusCode).toBeGreaterThanOrEqual(400)
    expect(statusCode).toBeLessThan(600)
    expect(message.en).toMatch(/^[A-Z].*\.$/)
    expect(message.en).not.toMatch(HANGUL)
    expect(message.ko).toMatch(HANGUL)
    expect(Object.keys(message).sort()).toEqual([...languages])
  })

  // The design's table, as far as this routes go.
  test.each([
    ['VALIDATION_FAILED', 400],
    ['PAYMENT_DECLINED', 402],
    ['NOT_FOUND', 404],
    ['DUPLICATE_REQUEST', 409],
    ['CAPTURE_CONFLICT', 409],
    ['REFUND_CONFLICT', 409],
    ['PAYLOAD_TOO_LARGE', 413],
    ['UNSUPPORTED_MEDIA_TYPE', 415],
    ['INTERNAL_ERROR', 500],
    ['SERVICE_UNAVAILABLE', 503],
    ['OUTCOME_UNKNOWN', 503],
  ] as const)('%s answers %i', (code, statusCode) => {
    expect(errorCatalogue[code].statusCode).toBe(statusCode)
  })
})

describe('errorBodyOf', () => {
  test('details is an object even when there is nothing to say, and paymentId is absent rather than null', () => {
    const body = errorBodyOf('NOT_FOUND', 'en', { requestId: 'req_1' })

    expect(body).toEqual({
      code: 'NOT_FOUND',
      message: 'There is no such route or payment.',
      requestId: 'req_1',
      details: {},
    })
    expect(Object.keys(body)).not.toContain('paymentId')
  })

  test('what was canceled is not called declined, in either language', () => {
    const bodies = languages.map(language =>
      errorBodyOf('PAYMENT_DECLINED', language, { requestId: 'req_1', details: { reason: 'canceled' } }),
    )

    expect(bodies.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^The request was canceled.* No money was moved\.$/),
      expect.stringMatching(/취소되었습니다/),
    ])
  })

  test('an approver whom the database does not know is told the command, in either language', () => {
    const details = { reason: 'unknown_approver', name: 'kim' }
    const bodies = languages.map(language => errorBodyOf('FORBIDDEN', language, { requestId: 'req_1', details }))

    for (const { message } of bodies) expect(message).toContain('npm run operators -- add NAME --role approver')
    expect(bodies.map(({ message }) => HANGUL.test(message))).toEqual([false, true])
  })

  test('what is given is carried', () => {
    const rest = { requestId: 'req_1', paymentId: 'pay_1', details: { reason: 'insufficient_funds' } }

    expect(errorBodyOf('PAYMENT_DECLINED', 'ko', rest)).toMatchObject({
      ...rest,
      message: errorCatalogue.PAYMENT_DECLINED.message.ko,
    })
  })

  test('every code in every language fits the schema', () => {
    for (const code of errorCodes)
      for (const language of languages) {
        const body = errorBodyOf(code, language, { requestId: 'req_1' })
        expect(errorBody.parse(body)).toEqual(body)
      }
  })

  test.each([
    { code: 'NO_SUCH_CODE' },
    { message: undefined },
    { requestId: undefined },
    { paymentId: null },
    { details: undefined },
    { details: [] },
    { details: 'text' },
  ])('a body with %p does not fit the schema', wrong => {
    const body = errorBodyOf('NOT_FOUND', 'en', { requestId: 'req_1' })

    expect(errorBody.safeParse({ ...body, ...wrong }).success).toBe(false)
  })
})

describe('paymentMessages', () => {
  test('every status has a sentence of its own in both languages, and no other has one', () => {
    expect(Object.keys(paymentMessages).sort()).toEqual([...paymentStatuses].sort())
    for (const language of languages)
      expect(new Set(paymentStatuses.map(status => paymentMessages[status][language])).size).toBe(
        paymentStatuses.length,
      )
    for (const status of paymentStatuses) {
      expect(paymentMessages[status].ko).toMatch(HANGUL)
      expect(paymentMessages[status].en).toMatch(/^[A-Z].*\.$/)
    }
  })
})
