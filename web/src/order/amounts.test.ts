import { describe, expect, test } from '@jest/globals'
import { paymentOf } from '../api/sample-answers.ts'
import { amountRowsOf } from './amounts.ts'

const rowsOf = (...payment: Parameters<typeof paymentOf>) =>
  amountRowsOf(paymentOf(...payment)).map(({ name, amount }) => [name, amount])

describe('the amounts of a receipt', () => {
  test('a declined payment was only asked for, and nothing was paid', () => {
    const rows = [
      ['requested', 1_550_000],
      ['net', 0],
    ]
    expect(rowsOf('DECLINED', { captureBefore: null })).toEqual(rows)
    expect(rowsOf('FAILED', { captureBefore: null })).toEqual(rows)
  })

  test('while the authorization is awaited nothing is said about what is paid', () => {
    expect(rowsOf('REQUESTED', { captureBefore: null })).toEqual([['requested', 1_550_000]])
  })

  test('a hold is authorized', () => {
    expect(rowsOf('AUTHORIZED')).toEqual([['authorized', 1_550_000]])
  })

  test.each(['VOIDED', 'EXPIRED'] as const)('%s lets all of it go', status => {
    expect(rowsOf(status)).toEqual([
      ['authorized', 1_550_000],
      ['released', -1_550_000],
      ['net', 0],
    ])
  })

  test('a part is captured and the rest held', () => {
    expect(rowsOf('PARTIALLY_CAPTURED', { capturedAmount: 550_000, capturableAmount: 1_000_000 })).toEqual([
      ['authorized', 1_550_000],
      ['held', 1_000_000],
      ['paid', 550_000],
    ])
  })

  test('a part is captured and the rest released', () => {
    expect(rowsOf('COMPLETED', { capturedAmount: 550_000 })).toEqual([
      ['authorized', 1_550_000],
      ['released', -1_000_000],
      ['paid', 550_000],
    ])
  })

  test('captured, then refunded in part and whole', () => {
    expect(rowsOf('COMPLETED')).toEqual([['paid', 1_550_000]])
    expect(rowsOf('PARTIALLY_REFUNDED', { capturedAmount: 1_550_000, refundedAmount: 50_000 })).toEqual([
      ['paid', 1_550_000],
      ['refunded', -50_000],
      ['net', 1_500_000],
    ])
    expect(rowsOf('REFUNDED').at(-1)).toEqual(['net', 0])
  })

  test('what the card company took back is no refund, and is not paid', () => {
    const taken = { capturedAmount: 1_550_000, disputedAmount: 1_500_000 }
    expect(rowsOf('COMPLETED', taken)).toEqual([
      ['paid', 1_550_000],
      ['disputed', -1_500_000],
      ['net', 50_000],
    ])
    expect(rowsOf('PARTIALLY_REFUNDED', { ...taken, refundedAmount: 50_000 }).slice(1)).toEqual([
      ['refunded', -50_000],
      ['disputed', -1_500_000],
      ['net', 0],
    ])
  })

  test('an answer from before disputes were known says none', () => {
    const { disputedAmount: _, ...answer } = paymentOf('REFUNDED')
    expect(amountRowsOf(answer)).toEqual(amountRowsOf(paymentOf('REFUNDED')))
  })
})
