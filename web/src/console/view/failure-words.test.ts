/** Which words say what the API refused. */
import { describe, expect, test } from '@jest/globals'
import { CallFailure } from '../session/session.ts'
import { failureWordsOf } from './failure-words.ts'

describe('failureWordsOf', () => {
  test.each([
    [new CallFailure('FORBIDDEN', 'req_1', { details: { reason: 'role', needed: 'approver' } }), 'FORBIDDEN'],
    [
      new CallFailure('FORBIDDEN', 'req_1', { details: { reason: 'unknown_approver', name: 'kim' } }),
      'unknownApprover',
    ],
    [new CallFailure('unreachable'), 'unreachable'],
    [new CallFailure('INTERNAL_ERROR'), 'other'],
  ])('%#: %s', (failure, words) => {
    expect(failureWordsOf(failure)).toBe(words)
  })
})
