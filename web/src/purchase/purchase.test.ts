import { describe, expect, test } from '@jest/globals'
import type { PaymentStatus } from '../../../shared/contracts/lists.ts'
import { answerOf, paymentOf, refusalOf, SAMPLE_PAYMENT_ID } from '../api/sample-answers.ts'
import {
  changeCart,
  newPurchase,
  type Operation,
  type Purchase,
  parsePurchase,
  recordAnswer,
  recordStatus,
  startAgain,
  startPayment,
  startRefund,
} from './purchase.ts'

function countingKeys() {
  let count = 0
  return (operation: Operation) => `${operation}-${++count}`
}

const authorized = answerOf(201, paymentOf('AUTHORIZED'))
const captured = answerOf(200, paymentOf('COMPLETED'))
const refunded = answerOf(200, paymentOf('REFUNDED'))
const declined = refusalOf(402, 'PAYMENT_DECLINED', { reason: 'insufficient_funds' })

function paidPurchase(newKey = countingKeys()): Purchase {
  const capturing = recordAnswer(startPayment(newPurchase(), newKey), 'authorize', authorized, newKey)
  return recordAnswer(capturing, 'capture', captured, newKey)
}

describe('paying', () => {
  test('a second click changes nothing', () => {
    const newKey = countingKeys()
    const once = startPayment(newPurchase(), newKey)
    expect(startPayment(once, newKey)).toBe(once)
    expect(once).toMatchObject({ step: 'authorizing', keys: { authorize: 'authorize-1' } })
  })

  test('the approval brings the payment id and a key for the capture, and drops its own key', () => {
    const newKey = countingKeys()
    const purchase = recordAnswer(startPayment(newPurchase(), newKey), 'authorize', authorized, newKey)
    expect(purchase).toMatchObject({ step: 'capturing', paymentId: SAMPLE_PAYMENT_ID })
    expect(purchase.keys).toEqual({ capture: 'capture-2' })
  })

  test('the capture ends it, and no key is left', () => {
    const paid = paidPurchase()
    expect(paid).toMatchObject({ step: 'paid', answers: { authorize: authorized, capture: captured } })
    expect(paid.keys).toEqual({})
  })

  test('an answer to another operation than the pending one is not recorded', () => {
    const purchase = startPayment(newPurchase(), countingKeys())
    expect(recordAnswer(purchase, 'capture', captured, countingKeys())).toBe(purchase)
  })
})

describe('keys', () => {
  test('a decline is final: the next attempt has another key and forgets the old answer', () => {
    const newKey = countingKeys()
    const refused = recordAnswer(startPayment(newPurchase(), newKey), 'authorize', declined, newKey)
    expect(refused).toMatchObject({ step: 'refused', answers: { authorize: declined } })
    expect(refused.keys).toEqual({})
    const again = startPayment(refused, newKey)
    expect(again.keys).toEqual({ authorize: 'authorize-2' })
    expect(again.answers).toEqual({})
    expect(again.paymentId).toBeUndefined()
  })

  test('the cart cannot change while an outcome is awaited, nor after the money moved', () => {
    const pending = startPayment(newPurchase(), countingKeys())
    expect(changeCart(pending, { quantity: 3 })).toBe(pending)
    const paid = paidPurchase()
    expect(changeCart(paid, { quantity: 3 })).toBe(paid)
  })

  test('a changed cart after a decline is a new purchase', () => {
    const newKey = countingKeys()
    const refused = recordAnswer(startPayment(newPurchase(), newKey), 'authorize', declined, newKey)
    expect(changeCart(refused, { quantity: 2 })).toEqual(newPurchase({ ...refused.cart, quantity: 2 }))
  })

  test('starting again never drops a key whose outcome is awaited', () => {
    const pending = startPayment(newPurchase(), countingKeys())
    expect(startAgain(pending)).toBe(pending)
    expect(startAgain(paidPurchase())).toEqual(newPurchase())
  })
})

describe('refunding', () => {
  test('one key from click to answer', () => {
    const newKey = countingKeys()
    const refunding = startRefund(paidPurchase(newKey), newKey)
    expect(refunding.keys).toEqual({ refund: 'refund-3' })
    expect(startRefund(refunding, newKey)).toBe(refunding)
    const done = recordAnswer(refunding, 'refund', refunded, newKey)
    expect(done.step).toBe('refunded')
    expect(done.keys).toEqual({})
  })

  test('a declined refund leaves the purchase paid, and can be asked for again with another key', () => {
    const newKey = countingKeys()
    const again = recordAnswer(startRefund(paidPurchase(newKey), newKey), 'refund', declined, newKey)
    expect(again).toMatchObject({ step: 'paid', answers: { refund: declined } })
    expect(again.keys).toEqual({})
    expect(startRefund(again, newKey)).toMatchObject({ keys: { refund: 'refund-4' } })
    expect(startRefund(again, newKey).answers.refund).toBeUndefined()
  })

  test('nothing else can be refunded', () => {
    const choosing = newPurchase()
    expect(startRefund(choosing, countingKeys())).toBe(choosing)
  })
})

describe('what the payment itself says', () => {
  const conflict = refusalOf(409, 'CAPTURE_CONFLICT', { status: 'COMPLETED' })
  const capturing = recordAnswer(startPayment(newPurchase(), countingKeys()), 'authorize', authorized, countingKeys())

  test.each([
    ['COMPLETED', 'paid'],
    ['REFUNDED', 'refunded'],
    ['VOIDED', 'refused'],
    ['AUTHORIZED', 'refused'],
  ] as const)('a capture that was already decided: %s', (status, step) => {
    expect(recordStatus(capturing, 'capture', conflict, status, countingKeys()).step).toBe(step)
  })

  test('a status that this page has never heard of counts as a refusal', () => {
    const newer = 'DISPUTED_TOMORROW' as PaymentStatus
    expect(recordStatus(capturing, 'capture', conflict, newer, countingKeys()).step).toBe('refused')
  })

  test('an authorization that was already decided goes on to its capture', () => {
    const pending = startPayment(newPurchase(), countingKeys())
    const finished = refusalOf(409, 'DUPLICATE_REQUEST', { reason: 'finished' })
    expect(recordStatus(pending, 'authorize', finished, 'AUTHORIZED', countingKeys())).toMatchObject({
      step: 'capturing',
      paymentId: SAMPLE_PAYMENT_ID,
      keys: { capture: 'capture-1' },
    })
  })
})

describe('parsePurchase', () => {
  test('reads what was written, at every step', () => {
    const pending = startPayment(newPurchase(), countingKeys())
    for (const purchase of [newPurchase(), pending, paidPurchase()]) {
      expect(parsePurchase(JSON.stringify(purchase))).toEqual(purchase)
    }
  })

  test.each([
    null,
    '',
    '{',
    '{}',
    '[]',
    JSON.stringify({ ...newPurchase(), version: 2 }),
    JSON.stringify({ ...newPurchase(), step: 'stealing' }),
    JSON.stringify({ ...newPurchase(), cart: {} }),
    JSON.stringify({ ...newPurchase(), keys: null }),
    JSON.stringify({ ...newPurchase(), step: 'authorizing' }),
    JSON.stringify({ ...newPurchase(), step: 'paid' }),
  ])('%s is no purchase', text => {
    expect(parsePurchase(text)).toBeUndefined()
  })
})
