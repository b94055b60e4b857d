/** What ids, keys, amounts, currencies and tokens may look like. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type * as z from 'zod'
import { SEED, seeded } from '../../test/unit/seed.ts'
import { currencyCodes } from './currency.ts'
import {
  AMOUNT_MAX,
  amountMinor,
  currency,
  entryId,
  eventId,
  idempotencyKey,
  merchantId,
  operationId,
  paymentId,
  paymentMethod,
} from './identifiers.ts'

const fits = (schema: z.ZodType, value: unknown): boolean => schema.safeParse(value).success
const messagesOf = (schema: z.ZodType, value: unknown): string[] =>
  schema.safeParse(value).error?.issues.map(issue => issue.message) ?? []

const notText = [undefined, null, 1, true, {}, ['a'], Number.NaN]

describe.each([
  { name: 'merchantId', schema: merchantId, lengthMax: 32 },
  { name: 'idempotencyKey', schema: idempotencyKey, lengthMax: 300 },
])('$name', ({ schema, lengthMax }) => {
  const visible = fc.integer({ min: 0x21, max: 0x7e }).map(code => String.fromCharCode(code))
  const printable = fc.string({ unit: visible, minLength: 1, maxLength: lengthMax })
  const otherCharacter = fc
    .oneof(fc.integer({ min: 0, max: 0x20 }), fc.integer({ min: 0x7f, max: 0xffff }))
    .map(code => String.fromCharCode(code))

  test(`any printable ASCII of 1 to ${lengthMax} characters is accepted as it is (seed ${SEED})`, () => {
    fc.assert(
      fc.property(printable, text => {
        expect(schema.parse(text)).toBe(text)
      }),
      seeded(),
    )
  })

  test('every single printable character is accepted, every other one of the first 256 is not', () => {
    for (let code = 0; code < 256; code++)
      expect([code, fits(schema, String.fromCharCode(code))]).toEqual([code, code >= 0x21 && code <= 0x7e])
  })

  test(`one character that is not printable ASCII spoils any text (seed ${SEED})`, () => {
    fc.assert(
      fc.property(printable, otherCharacter, fc.nat(), (text, character, at) => {
        const place = at % (text.length + 1)
        const spoilt = `${text.slice(0, place)}${character}${text.slice(place)}`.slice(0, lengthMax)
        fc.pre(spoilt.includes(character))
        expect(fits(schema, spoilt)).toBe(false)
      }),
      seeded(),
    )
  })

  test(`${lengthMax} characters fit, one more or none do not`, () => {
    expect(fits(schema, 'x'.repeat(lengthMax))).toBe(true)
    expect(fits(schema, 'x'.repeat(lengthMax + 1))).toBe(false)
    expect(fits(schema, '')).toBe(false)
  })

  test('a line break at the end does not slip through', () => {
    expect(fits(schema, 'abc\n')).toBe(false)
  })

  test.each(notText)('%p is not text', value => {
    expect(fits(schema, value)).toBe(false)
  })

  test('absent and wrong are told apart', () => {
    expect(messagesOf(schema, undefined)).toEqual(['is required'])
    expect(messagesOf(schema, 5)).toEqual(['must be text'])
    expect(messagesOf(schema, 'a b')).toEqual([`must be 1 to ${lengthMax} printable ASCII characters without spaces`])
  })
})

describe('amountMinor', () => {
  test.each([1, 2, 1_550_000, AMOUNT_MAX])('%p is an amount', value => {
    expect(amountMinor.parse(value)).toBe(value)
  })

  test.each([
    0,
    -0,
    -1,
    0.5,
    1.000_1,
    AMOUNT_MAX + 1,
    Number.MAX_SAFE_INTEGER,
    1e21,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    '1',
    1n,
    null,
    undefined,
    true,
    [1],
  ])('%p is not an amount', value => {
    expect(fits(amountMinor, value)).toBe(false)
  })

  test('AMOUNT_MAX has twelve digits', () => {
    expect(AMOUNT_MAX).toBe(999_999_999_999)
  })

  test('each refusal says what would be right', () => {
    expect(messagesOf(amountMinor, undefined)).toEqual(['is required'])
    expect(messagesOf(amountMinor, '5')).toEqual(['must be an integer in the minor unit of the currency'])
    expect(messagesOf(amountMinor, 1.5)).toEqual(['must be an integer in the minor unit of the currency'])
    expect(messagesOf(amountMinor, 0)).toEqual(['must be at least 1'])
    expect(messagesOf(amountMinor, AMOUNT_MAX + 1)).toEqual([`must be at most ${AMOUNT_MAX}`])
  })
})

describe('currency', () => {
  test('every code of the table is accepted', () => {
    for (const code of currencyCodes) expect(fits(currency, code)).toBe(true)
  })

  test.each(['krw', 'KR', 'XXX', 'KRW ', ' KRW', '', 'constructor', 410, null, undefined])('%p is refused', value => {
    expect(fits(currency, value)).toBe(false)
  })
})

describe('paymentMethod', () => {
  test.each(['tok_approve', 'tok_decline', 'tok_slow', 'tok_a', `tok_${'a'.repeat(40)}`])('%p is a token', value => {
    expect(fits(paymentMethod, value)).toBe(true)
  })

  test.each([
    '4111111111111111',
    'tok_',
    'tok_Approve',
    'tok_4111 1111',
    'TOK_approve',
    ` tok_approve`,
    'tok_approve\n',
    `tok_${'a'.repeat(41)}`,
    null,
    5,
  ])('%p is refused', value => {
    expect(fits(paymentMethod, value)).toBe(false)
  })

  test('a card number is refused with the advice never to send one', () => {
    expect(messagesOf(paymentMethod, '4111111111111111').join()).toContain('never send card numbers')
  })
})

describe.each([
  { prefix: 'pay', schema: paymentId },
  { prefix: 'op', schema: operationId },
  { prefix: 'evt', schema: eventId },
  { prefix: 'led', schema: entryId },
])('$prefix ids', ({ prefix, schema }) => {
  const ULID = '01HZZZZZZZZZZZZZZZZZZZZZZZ'

  test('are the prefix and a ULID', () => {
    expect(fits(schema, `${prefix}_${ULID}`)).toBe(true)
    expect(fits(schema, `${prefix}_7ZZZZZZZZZZZZZZZZZZZZZZZZZ`)).toBe(true)
  })

  test.each([
    ['without the prefix', ULID],
    ['with another prefix', `x_${ULID}`],
    ['too short', `${prefix}_${ULID.slice(1)}`],
    ['too long', `${prefix}_${ULID}0`],
    ['in lower case', `${prefix}_${ULID.toLowerCase()}`],
    ['with I, L, O or U, which Crockford leaves out', `${prefix}_${ULID.slice(1)}U`],
    ['beyond 128 bits', `${prefix}_8${ULID.slice(1)}`],
    ['with a line break', `${prefix}_${ULID}\n`],
    ['not text', 5],
  ])('%s are refused', (_, value) => {
    expect(fits(schema, value)).toBe(false)
  })
})
