import { expect, test } from '@jest/globals'
import { defaultCart } from './cart.ts'
import { changeCart, parseCheckout } from './checkout.ts'

test('another choice leaves the order that was refused', () => {
  expect(changeCart({ cart: defaultCart, orderId: 'o' }, { quantityText: '2' })).toEqual({
    cart: { ...defaultCart, quantityText: '2' },
  })
})

test('a checkout is read as it was written; anything else begins anew', () => {
  const checkout = { cart: { ...defaultCart, quantityText: '3' }, orderId: 'o' }
  expect(parseCheckout(JSON.stringify(checkout))).toEqual(checkout)
  for (const text of [null, '{', '{}', '{"cart":{"phoneId":"nokia"}}'])
    expect(parseCheckout(text)).toEqual({ cart: defaultCart })
})
