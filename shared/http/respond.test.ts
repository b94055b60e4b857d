/** The HTTP answer to every outcome. */
import { describe, expect, test } from '@jest/globals'
import { apiErrorOf } from '../../test/unit/api-errors.ts'
import type { RequestedKind } from '../contracts/lists.ts'
import { problemTexts } from '../contracts/problem-texts.ts'
import type { Outcome } from '../payments/operation.ts'
import type { Answer } from '../payments/ports.ts'
import { ApiError } from './api-error.ts'
import { json, replay, respond } from './respond.ts'

const NOW_MS = Date.UTC(2026, 0, 2, 3, 4, 5, 6)
const answer: Answer = { statusCode: 201, contentType: 'application/json; charset=utf-8', body: '{"a": 1}' }

const errorOf = (outcome: Outcome, operation: RequestedKind = 'authorize') =>
  apiErrorOf(() => respond(outcome, operation, 'replay'))

const first: Outcome = { kind: 'answered', answer, replayed: false, expiresAtMs: NOW_MS }
const again: Outcome = { ...first, replayed: true }

describe('an answered outcome', () => {
  test('is handed out byte for byte, and says until when it is kept', () => {
    expect(respond(first, 'authorize', 'replay')).toEqual({
      statusCode: 201,
      headers: { 'content-type': answer.contentType, 'idempotency-expires': '2026-01-02T03:04:05.006Z' },
      body: '{"a": 1}',
    })
  })

  test('that is kept under no key says no time', () => {
    expect(respond({ ...first, expiresAtMs: null }, 'capture', 'replay').headers).toEqual({
      'content-type': answer.contentType,
    })
  })

  test('that was decided before says so', () => {
    expect(respond(again, 'authorize', 'replay')).toEqual({
      statusCode: 201,
      headers: {
        'content-type': answer.contentType,
        'idempotency-expires': '2026-01-02T03:04:05.006Z',
        'idempotent-replayed': 'true',
      },
      body: '{"a": 1}',
    })
  })

  test('under the policy reject the first is handed out, a finished repeat is a 409', () => {
    expect(respond(first, 'authorize', 'reject').statusCode).toBe(201)
    expect(() => respond(again, 'authorize', 'reject')).toThrow(
      expect.objectContaining({ code: 'DUPLICATE_REQUEST', rest: { details: { reason: 'finished' } } }),
    )
    expect(() => replay({ answer, expiresAtMs: NOW_MS }, 'reject')).toThrow(ApiError)
  })
})

describe('an outcome that is not stored', () => {
  test.each<{ outcome: Outcome; code: string; rest: object }>([
    {
      outcome: { kind: 'in_progress' },
      code: 'DUPLICATE_REQUEST',
      rest: { details: { reason: 'in_progress' }, headers: { 'retry-after': '1' } },
    },
    {
      outcome: { kind: 'different_request', differences: ['/amount'] },
      code: 'DUPLICATE_REQUEST',
      rest: { statusCode: 422, details: { reason: 'different_request', differences: ['/amount'] } },
    },
    { outcome: { kind: 'expired' }, code: 'DUPLICATE_REQUEST', rest: { details: { reason: 'expired' } } },
    {
      outcome: { kind: 'unknown', paymentId: 'pay_1', operationId: 'op_1', inquiryInMs: 4_000 },
      code: 'OUTCOME_UNKNOWN',
      rest: { paymentId: 'pay_1', details: { operationId: 'op_1' }, headers: { 'retry-after': '4' } },
    },
    { outcome: { kind: 'not_found' }, code: 'NOT_FOUND', rest: {} },
  ])('$outcome.kind is $code', ({ outcome, code, rest }) => {
    expect(errorOf(outcome)).toMatchObject({ code, rest })
  })

  test.each([
    { operation: 'capture', code: 'CAPTURE_CONFLICT' },
    { operation: 'refund', code: 'REFUND_CONFLICT' },
    { operation: 'void', code: 'VOID_CONFLICT' },
  ] as const)('a busy payment is a $code that passes', ({ operation, code }) => {
    expect(errorOf({ kind: 'busy', paymentId: 'pay_1', status: 'AUTHORIZED' }, operation)).toMatchObject({
      code,
      rest: {
        paymentId: 'pay_1',
        details: { reason: 'in_progress', status: 'AUTHORIZED' },
        headers: { 'retry-after': '1' },
      },
    })
  })

  test('a currency that has left ISO 4217 is a problem of /currency', () => {
    expect(errorOf({ kind: 'currency_withdrawn' })).toMatchObject({
      code: 'VALIDATION_FAILED',
      rest: { problems: [{ path: '/currency', message: problemTexts.currencyWithdrawn }] },
    })
  })

  test.each([
    { inquiryInMs: 1, seconds: '1' },
    { inquiryInMs: 1_000, seconds: '1' },
    { inquiryInMs: 1_001, seconds: '2' },
    { inquiryInMs: 64_000, seconds: '64' },
  ])('an unknown outcome is worth a repeat when the next inquiry, in $inquiryInMs ms, is made', expected => {
    const { inquiryInMs, seconds } = expected
    const { rest } = errorOf({ kind: 'unknown', paymentId: 'pay_1', operationId: 'op_1', inquiryInMs })

    expect(rest.headers).toEqual({ 'retry-after': seconds })
  })
})

describe('json', () => {
  test('is text in UTF-8, whatever it says', () => {
    expect(json(200, { text: '환불 "x" \u2028' })).toEqual({
      statusCode: 200,
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: '{"text":"환불 \\"x\\" \u2028"}',
    })
  })
})
