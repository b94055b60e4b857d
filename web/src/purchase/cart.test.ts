import { describe, expect, test } from '@jest/globals'
import { choose, defaultCart, isCart, isItem, itemOf, quantityOf, totalOf } from './cart.ts'

describe('the cart', () => {
  test('another phone brings a colour of its own', () => {
    expect(choose(defaultCart, { phoneId: 'galaxy-s25-ultra' })).toMatchObject({ finishId: 'silverblue' })
  })

  test('a colour that both phones have is kept', () => {
    const black = choose(defaultCart, { finishId: 'black' })
    expect(choose(black, { phoneId: 'xiaomi-14t-pro' })).toMatchObject({ finishId: 'black' })
  })

  test.each(['1', '5', '05'])('a quantity of "%s" can be ordered', quantityText => {
    expect(quantityOf({ ...defaultCart, quantityText })).toBe(Number(quantityText))
  })

  test.each(['', '0', '6', '12', '2.5', '-1', '1e1', ' ', 'two'])(
    'a quantity of "%s" cannot, and is not made another',
    quantityText => {
      expect(itemOf({ ...defaultCart, quantityText })).toBeUndefined()
      expect(choose(defaultCart, { quantityText }).quantityText).toBe(quantityText)
    },
  )

  test('the total is unit price times quantity', () => {
    expect(totalOf({ phoneId: 'iphone-16-pro', finishId: 'desert', quantity: 5 })).toBe(7_750_000)
  })

  test('what was stored is believed only when everything in it is for sale', () => {
    expect(isCart(defaultCart)).toBe(true)
    expect(isCart({ ...defaultCart, finishId: 'silverblue' })).toBe(false)
    expect(isCart({ ...defaultCart, quantityText: 6 })).toBe(false)
    expect(isCart({ ...defaultCart, card: '4111111111111111' })).toBe(false)
    expect(isCart({ ...defaultCart, card: 'tok_capture_decline', captures: 'later' })).toBe(true)
    expect(isCart({ ...defaultCart, captures: 'never' })).toBe(false)
    expect(isCart(null)).toBe(false)
    expect(isItem({ phoneId: 'iphone-16-pro', finishId: 'desert', quantity: 2 })).toBe(true)
    expect(isItem({ phoneId: 'iphone-16-pro', finishId: 'desert', quantity: 6 })).toBe(false)
  })
})
