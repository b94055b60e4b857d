import { webcrypto } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { parseTraceparent } from '../../../shared/contracts/traceparent.ts'
import { phoneIds, phones, QUANTITY_MAX } from '../catalog/catalog.ts'
import { createNewIds, itemOfOrderId } from './keys.ts'

const { newKey, newOrderId, newTraceparent } = createNewIds(webcrypto as unknown as Crypto)
const everyItem = phoneIds.flatMap(phoneId =>
  phones[phoneId].finishes.map(({ id }) => ({ phoneId, finishId: id, quantity: QUANTITY_MAX })),
)

describe('keys', () => {
  test('are printable ASCII of at most 64 characters, and never the same', () => {
    const keys = (['authorize', 'capture', 'refund'] as const).flatMap(kind => [newKey(kind), newKey(kind)])
    for (const key of keys) expect(key).toMatch(/^[\x21-\x7e]{32,64}$/)
    expect(new Set(keys).size).toBe(keys.length)
  })
})

describe('traces', () => {
  test('can be read by the API, and are never the same', () => {
    const traces = [newTraceparent(), newTraceparent()].map(parseTraceparent)
    expect(traces).toEqual(Array(2).fill(expect.objectContaining({ isSampled: false })))
    expect(traces[0]!.traceId).not.toBe(traces[1]!.traceId)
  })
})

describe('order numbers', () => {
  test('are printable ASCII of at most 64 characters, and never the same', () => {
    const numbers = [...everyItem, ...everyItem].map(newOrderId)
    for (const number of numbers) expect(number).toMatch(/^[\x21-\x7e]{16,64}$/)
    expect(new Set(numbers).size).toBe(numbers.length)
  })

  test('say what was ordered', () => {
    for (const item of everyItem) expect(itemOfOrderId(newOrderId(item))).toEqual(item)
  })

  test.each([undefined, null, '', 'order-7', 'pay_1', 'iphone-16-pro.pink.1.x', 'iphone-16-pro.desert.9.x'])(
    '%p is none of ours',
    orderId => {
      expect(itemOfOrderId(orderId)).toBeUndefined()
    },
  )
})
