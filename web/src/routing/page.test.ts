import { describe, expect, test } from '@jest/globals'
import { orderPath, pageAt } from './page.ts'

describe('pageAt', () => {
  test.each([
    ['/', { name: 'shop' }],
    ['', { name: 'shop' }],
    ['/orders', { name: 'orders' }],
    ['/orders/', { name: 'orders' }],
    ['/orders/pay_1', { name: 'order', paymentId: 'pay_1' }],
    ['/orders/pay_1/', { name: 'order', paymentId: 'pay_1' }],
    ['/orders/pay_1/more', { name: 'notFound' }],
    ['/orders/%E0%A4%A', { name: 'notFound' }],
    ['/nope', { name: 'notFound' }],
    ['/index.html', { name: 'notFound' }],
  ])('%s', (path, page) => {
    expect(pageAt(path)).toEqual(page)
  })

  test('reads every address that the shop makes', () => {
    expect(pageAt(orderPath('a/b?c'))).toEqual({ name: 'order', paymentId: 'a/b?c' })
  })
})
