/** Which refunds are taken, and which are not. */
import { describe, expect, test } from '@jest/globals'
import { refundRequest } from './refund-payment.ts'

const fits = (value: unknown): boolean => refundRequest.safeParse(value).success
const notObjects = [undefined, null, [], [{}], 'text', 5, true]

describe('refundRequest', () => {
  test.each([{}, { amount: 1 }, { merchantId: 'shop' }, { reason: '' }, { reason: '마음이 바뀌었어요' }])(
    '%p is taken as it is',
    value => {
      expect(refundRequest.parse(value)).toEqual(value)
    },
  )

  test.each(['환', '😀'])('a reason has at most 128 characters, such as %s', character => {
    expect(fits({ reason: character.repeat(128) })).toBe(true)
    expect(fits({ reason: character.repeat(129) })).toBe(false)
  })

  test.each([{ amount: -1 }, { reason: 5 }, { finalCapture: true }, { idempotencyKey: 'key-1' }])(
    '%p is refused',
    value => {
      expect(fits(value)).toBe(false)
    },
  )

  test.each(notObjects)('%p is not a body', value => {
    expect(fits(value)).toBe(false)
  })
})
