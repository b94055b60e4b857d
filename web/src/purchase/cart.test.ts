import { describe, expect, test } from '@jest/globals'
import { choose, defaultCart, isCart, totalOf } from './cart.ts'

describe('the cart', () => {
  test('another phone brings a colour of its own', () => {
    expect(choose(defaultCart, { phoneId: 'galaxy-s25-ultra' })).toMatchObject({ finishId: 'silverblue' })
  })

  test('a colour that both phones have is kept', () => {
    const black = choose(defaultCart, { finishId: 'black' })
    expect(choose(black, { phoneId: 'xiaomi-14t-pro' })).toMatchObject({ finishId: 'black' })
  })

  test.each([0, 6, 1.5, Number.NaN])('a quantity of %p is ignored', quantity => {
    expect(choose(defaultCart, { quantity }).quantity).toBe(1)
  })

  test('the total is unit price times quantity', () => {
    expect(totalOf(choose(defaultCart, { quantity: 5 }))).toBe(7_750_000)
  })

  test('stored carts are believed only when everything in them is for sale', () => {
    expect(isCart(defaultCart)).toBe(true)
    expect(isCart({ ...defaultCart, finishId: 'silverblue' })).toBe(false)
    expect(isCart({ ...defaultCart, quantity: 6 })).toBe(false)
    expect(isCart({ ...defaultCart, card: '4111111111111111' })).toBe(false)
    expect(isCart(null)).toBe(false)
  })
})
