import { describe, expect, test } from '@jest/globals'
import { idsIn } from './ids-in.ts'

const PAYMENT = 'pay_01M81XZHJW17YGZNRCM5X9JWX9'
const ULID = '01M8E2V4T0C5X9QK7R3HWN6B1D'
const OPERATION = 'op_01M81XZHJW4N8QF6T2R0C7V5KD'

describe('idsIn', () => {
  test('finds payments, and what is looked up, between the words', () => {
    expect(idsIn(`${PAYMENT} capture ${OPERATION}: none`)).toEqual([
      { kind: 'page', text: PAYMENT, at: 0, address: `/payments/${PAYMENT}` },
      { kind: 'text', text: ' capture ', at: 30 },
      { kind: 'lookup', text: OPERATION, at: 39 },
      { kind: 'text', text: ': none', at: 68 },
    ])
  })

  test.each([
    ['bat', '/settlement/batches'],
    ['pof', '/settlement/files'],
    ['brk', '/reconciliation/breaks'],
    ['rcf', '/reconciliation/files'],
    ['led', '/ledger/entries'],
  ])('leads from %s_… to its page below %s', (prefix, folder) => {
    const id = `${prefix}_${ULID}`
    expect(idsIn(`shop: ${id}.`)).toEqual([
      { kind: 'text', text: 'shop: ', at: 0 },
      { kind: 'page', text: id, at: 6, address: `${folder}/${id}` },
      { kind: 'text', text: '.', at: 36 },
    ])
  })

  // They have no page of their own, and are shown with what has one.
  test.each(['evt', 'itm', 'out', 'dsp', 'hld', 'inv', 'exp'])('looks %s_… up', prefix => {
    const id = `${prefix}_${ULID}`
    expect(idsIn(`${id} of shop`)[0]).toEqual({ kind: 'lookup', text: id, at: 0 })
  })

  test.each([
    ...['chg', 'opr', 'vrf', 'req'].map(prefix => `${prefix}_${ULID} of shop`),
    'pay_short',
    `x${PAYMENT}`,
    `${PAYMENT}0`,
    'payment.captured 0/15',
  ])('leaves %s as it is', text => {
    expect(idsIn(text)).toEqual([{ kind: 'text', text, at: 0 }])
  })

  test('gives back every character, and nothing of nothing', () => {
    const text = `${OPERATION}${' '.repeat(3)}${PAYMENT}, ${PAYMENT}`
    expect(
      idsIn(text)
        .map(piece => piece.text)
        .join(''),
    ).toBe(text)
    expect(idsIn('')).toEqual([])
  })
})
