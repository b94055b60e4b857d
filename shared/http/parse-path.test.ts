/** Which paths name something. */
import { describe, expect, test } from '@jest/globals'
import { httpEvent } from '../../test/unit/lambda-events.ts'
import { paymentPath } from '../contracts/requests.ts'
import { parsePath } from './parse-path.ts'

describe('parsePath', () => {
  const pathOf = (pathParameters: Record<string, string> | undefined) => {
    const event = httpEvent({ route: 'GET /payments/{paymentId}', path: '/', pathParameters })
    parsePath(paymentPath).before?.({ event } as never)
    return (event as unknown as { path: unknown }).path
  }

  test('hands on a payment id', () => {
    expect(pathOf({ paymentId: 'pay_01HZZZZZZZZZZZZZZZZZZZZZZZ' })).toEqual({
      paymentId: 'pay_01HZZZZZZZZZZZZZZZZZZZZZZZ',
    })
  })

  test.each<Record<string, string> | undefined>([{ paymentId: 'pay_1' }, { paymentId: '../metrics' }, {}, undefined])(
    '%p cannot name a payment: 404',
    parameters => {
      expect(() => pathOf(parameters)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }))
    },
  )
})
