import { describe, expect, test } from '@jest/globals'
import { inOrder, isPaymentId, paymentLine } from './payment-lines.ts'

const mine = 'pay_01M81XZHJW17YGZNRCM5X9JWX9'
const other = 'pay_01M81XZHJW17YGZNRCM5X9JWX8'
const lineOf = (fields: object) => JSON.stringify({ level: 30, time: '2026-11-28T13:00:00.120Z', ...fields })

describe('paymentLine', () => {
  test('an answer, with its fields and without the payment that every line is about', () => {
    const line = lineOf({ route: 'POST /x', statusCode: 201, requestId: 'req_1', paymentId: mine, msg: 'answered' })
    expect(paymentLine(line, mine, 'api')).toEqual({
      atMs: Date.parse('2026-11-28T13:00:00.120Z'),
      text: '2026-11-28T13:00:00.120Z  api       answered route=POST /x statusCode=201 requestId=req_1',
    })
  })

  test('of a batch only what is of the payment', () => {
    const events = [
      { paymentId: other, eventId: 'evt_1', topic: 'payment.captured' },
      { paymentId: mine, eventId: 'evt_2', topic: 'payment.captured' },
    ]
    const line = paymentLine(lineOf({ written: 7, events, msg: 'booked' }), mine, 'api')
    expect(line?.text).toMatch(/booked eventId=evt_2 topic=payment\.captured$/)
  })

  test('an error says that it is one, and text that others wrote cannot move the cursor', () => {
    const line = lineOf({ level: 50, paymentId: mine, error: 'a\u001b[2J', msg: 'parked' })
    expect(paymentLine(line, mine, 'api')?.text).toMatch(/ERROR parked error=a\\u\{1b\}\[2J$/)
    expect(paymentLine(`no JSON ${mine}\u009b`, mine, 'kafka')?.text).toMatch(/kafka +no JSON .*\\u\{9b\}$/)
  })

  test.each([
    ['no list of events', { events: 3 }, 'events=3'],
    ['no events', { events: null }, 'events=null'],
    ['events that are none', { events: [null, 3, 'x', []], a: 1 }, 'a=1'],
    ['an object for an event list', { events: { length: 1 } }, 'events={"length":1}'],
    [
      'no text where text is due',
      { time: null, level: { a: null }, msg: { toString: 1 }, a: [null] },
      '{"toString":1} a=[null]',
    ],
    ['a time and a level of another kind', { time: { toString: null }, level: { valueOf: 1, toString: 1 } }, 'api'],
  ])('of another program, with %s, is shown', (_, fields, words) => {
    expect(paymentLine(lineOf({ paymentId: mine, ...fields }), mine, 'api')?.text).toContain(words)
  })

  test('a list that is a line of its own is shown', () => {
    expect(paymentLine(JSON.stringify([null, mine, { a: null }]), mine, 'api')?.text).toMatch(/0=null 2=\{"a":null\}$/)
  })

  test('lines of other payments are none', () => {
    expect(paymentLine(lineOf({ paymentId: other }), mine, 'api')).toBeUndefined()
  })
})

test('inOrder: by time over all processes; a line without one stays behind the one that it followed', () => {
  const lines = [
    { atMs: 3, text: 'three' },
    { atMs: undefined, text: 'at stack' },
    { atMs: 1, text: 'one' },
    { atMs: 3, text: 'three again' },
  ]
  expect(inOrder(lines).map(({ text }) => text)).toEqual(['one', 'three', 'at stack', 'three again'])
})

test('isPaymentId', () => {
  expect(isPaymentId(mine)).toBe(true)
  for (const text of ['pay_1', `${mine}\n`, 'pay_01M81XZHJW17YGZNRCM5X9JWXI', '']) expect(isPaymentId(text)).toBe(false)
})
