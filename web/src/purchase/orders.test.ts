import { describe, expect, test } from '@jest/globals'
import { answerOf, paymentOf, refusalOf, SAMPLE_PAYMENT_ID } from '../api/sample-answers.ts'
import {
  addOrder,
  begin,
  forget,
  ORDER_COUNT_MAX,
  type Order,
  type PendingRequest,
  parseOrders,
  settle,
} from './orders.ts'

const pending = (operation: PendingRequest['operation']): PendingRequest => ({
  operation,
  request: { method: 'POST', path: `/payments/${operation}`, headers: {} },
})
const begun: Order = { orderId: 'order-1', pending: pending('authorize') }
const paid: Order = { orderId: 'order-1', paymentId: SAMPLE_PAYMENT_ID }

describe('an order', () => {
  test('comes first, and learns its payment from the answer', () => {
    const orders = settle(
      addOrder([{ orderId: 'old', paymentId: 'pay_0' }], begun),
      'order-1',
      answerOf(201, paymentOf('COMPLETED')),
    )
    expect(orders).toEqual([paid, { orderId: 'old', paymentId: 'pay_0' }])
  })

  test('that was declined keeps its payment; one that never came to a payment is forgotten', () => {
    expect(settle([begun], 'order-1', refusalOf(402, 'PAYMENT_DECLINED'))).toEqual([paid])
    expect(settle([begun], 'order-1', answerOf(400, { code: 'VALIDATION_FAILED', details: {} }))).toEqual([])
  })

  test('waits for one answer at a time: a second click changes nothing', () => {
    const refunding = begin([paid], SAMPLE_PAYMENT_ID, pending('refund'))
    expect(refunding).toEqual([{ ...paid, pending: pending('refund') }])
    expect(begin(refunding, SAMPLE_PAYMENT_ID, pending('void'))).toBe(refunding)
  })

  test('that another browser began joins the list with the first operation here', () => {
    expect(begin([], 'pay_2', pending('refund'))).toEqual([
      { orderId: 'pay_2', paymentId: 'pay_2', pending: pending('refund') },
    ])
  })

  test('is forgotten when it is old or unwanted, but never while its answer is awaited', () => {
    const many = Array.from({ length: ORDER_COUNT_MAX }, (_, index) => ({
      orderId: `o${index}`,
      paymentId: `p${index}`,
    }))
    const full = addOrder([...many.slice(1), begun], paid)
    expect(addOrder(full, { orderId: 'new', paymentId: 'pay_9' }).filter(order => order.pending)).toEqual([begun])
    expect(addOrder(many, paid)).toHaveLength(ORDER_COUNT_MAX)
    expect(forget([begun], 'order-1')).toEqual([begun])
    expect(forget([paid], 'order-1')).toEqual([])
  })
})

describe('parseOrders', () => {
  test('reads what was written', () => {
    expect(parseOrders(JSON.stringify([begun, paid]))).toEqual([begun, paid])
  })

  test.each([null, '', '{', '{}', '7', '[{}]', '[null]', '[{"orderId":"o"}]', '[{"orderId":"o","paymentId":7}]'])(
    '%p holds no order',
    text => {
      expect(parseOrders(text)).toEqual([])
    },
  )

  test('what is not an order is left out, and the others stay', () => {
    expect(parseOrders(JSON.stringify([paid, { orderId: 7 }, { ...begun, pending: {} }]))).toEqual([paid])
  })
})
