/** What of a transcript was asked for by operators, and which operation each answer names. */
import { expect, test } from '@jest/globals'
import { answerOf } from '../client-answer.ts'
import type { Told } from './client.ts'
import { asksIn } from './operator-asks.ts'

const operator = { name: 'kim', role: 'operator' as const, headers: {} }
const flow = { index: 0, merchantId: 'shop', amount: 5, currency: 'KRW', paymentMethod: 'tok_approve', calls: [] }

function told(kind: 'authorize' | 'capture' | 'refund', answer: [number, object] | null, byOperator = true): Told {
  const asked = byOperator ? { operator, reason: `why ${kind}` } : undefined
  return {
    call: { kind, key: `key ${kind}`, expected: 200, ...(asked && { asked }) },
    answer: answer && answerOf(answer[0], Buffer.from(JSON.stringify(answer[1])), null),
    internalErrors: 0,
  }
}

test('each answered call of an operator, with the operation that the answer names', () => {
  const calls = [
    told('authorize', [201, { operationId: 'op_1' }], false),
    told('capture', [200, { operationId: 'op_2' }]),
    told('refund', [409, { code: 'REFUND_CONFLICT', details: { reason: 'status' } }]),
  ]
  const ask = { paymentId: 'pay_1', request: {} }
  expect(asksIn({ flow, paymentId: 'pay_1', told: calls })).toEqual([
    {
      ...{ ...ask, key: 'key capture', kind: 'capture', operationId: 'op_2' },
      operator: { name: 'kim', reason: 'why capture' },
    },
    {
      ...{ ...ask, key: 'key refund', kind: 'refund', operationId: null },
      operator: { name: 'kim', reason: 'why refund' },
    },
  ])
})

test('a decline names its operation, and what was never answered is asked of nobody', () => {
  const declined = told('refund', [402, { code: 'PAYMENT_DECLINED', details: { operationId: 'op_3' } }])
  const asks = asksIn({ flow, paymentId: 'pay_1', told: [declined, told('refund', null)] })
  expect(asks.map(({ operationId }) => operationId)).toEqual(['op_3'])
})
