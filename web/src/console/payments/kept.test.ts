import { expect, test } from '@jest/globals'
import type { OperationRecordView } from '../../../../shared/contracts/routes/get-operation.ts'
import { canBeRepeated, missingAnswer } from './kept.ts'

const by = (kind: OperationRecordView['by']['kind']) => ({ kind, requestId: null, person: null, reason: null })

test.each([
  ['finished', 'refund', 'request', undefined],
  ['in_progress', 'refund', 'request', 'undecided'],
  ['expired', 'refund', 'operator', 'expired'],
  [null, 'capture', 'request', 'noKey'],
  [null, 'void', 'person', 'noKey'],
  [null, 'expire', 'job', 'job'],
  [null, 'expire', 'request', 'expiry'],
] as const)('the key is %s: a %s by a %s lacks its answer because of %s', (keyState, kind, actor, why) => {
  expect(missingAnswer({ keyState, kind, by: by(actor) })).toBe(why)
})

test('only what is kept can be repeated: what has expired would be refused', () => {
  const request = { method: 'POST' as const, path: '/x', key: 'key-1', body: {} }
  expect(canBeRepeated({ keyState: 'finished', request })).toBe(true)
  expect(canBeRepeated({ keyState: 'in_progress', request })).toBe(true)
  expect(canBeRepeated({ keyState: 'expired', request })).toBe(false)
  expect(canBeRepeated({ keyState: null, request: null })).toBe(false)
})
