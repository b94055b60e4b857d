/** The contract over HTTP: bodies that are refused before anything is done, 400, 413 and 415, with every problem named at once. */
import { describe, expect, jest, test } from '@jest/globals'
import { expectDetail, expectError, expectMutation, problemPaths } from '../support/contract.ts'
import { PaymentApi } from '../support/http.ts'
import { authorizeBody, authorized, captured, newKey, newMerchant } from '../support/payments.ts'
import { systemUnderTest } from '../support/system.ts'

jest.setTimeout(60_000)

const api = new PaymentApi(systemUnderTest().apiUrl)
const ABSENT = undefined
const LIMIT_BYTES = 16 * 1024

const withKey = () => ({ 'idempotency-key': newKey() })

describe('the body of an authorization', () => {
  test.each([
    ['merchantId', ABSENT],
    ['merchantId', ''],
    ['merchantId', 'm'.repeat(33)],
    ['merchantId', 'with space'],
    ['merchantId', '상점'],
    ['merchantId', 'tab\there'],
    ['merchantId', 7],
    ['merchantId', null],
    ['amount', ABSENT],
    ['amount', 0],
    ['amount', -1],
    ['amount', 1.5],
    ['amount', 1_000_000_000_000],
    ['amount', '1000'],
    ['amount', null],
    ['amount', true],
    ['amount', [1000]],
    ['currency', ABSENT],
    ['currency', 'XYZ'],
    ['currency', 'krw'],
    ['currency', 'KRW '],
    ['currency', ''],
    ['currency', 410],
    ['idempotencyKey', ABSENT],
    ['idempotencyKey', ''],
    ['idempotencyKey', 'k'.repeat(301)],
    ['idempotencyKey', 'with space'],
    ['idempotencyKey', '키'],
    ['idempotencyKey', 5],
    ['idempotencyKey', null],
    ['paymentMethod', ''],
    ['paymentMethod', '4111111111111111'],
    ['paymentMethod', null],
    ['paymentMethod', { token: 'tok_approve' }],
    ['color', 'black'],
    ['cardNumber', '4111111111111111'],
    ['constructor', {}],
  ])('%s: %j is a 400 that names this field only', async (field, value) => {
    const reply = await api.authorize({ ...authorizeBody(), [field]: value })
    expect([...new Set(problemPaths(reply))]).toEqual([`/${field}`])
  })

  test('a field by the name of __proto__ is unknown like any other', async () => {
    const text = JSON.stringify(authorizeBody()).replace('{', '{"__proto__":{"amount":1},')
    expect(problemPaths(await api.authorize(text))).toEqual(['/__proto__'])
  })

  test('all problems come at once', async () => {
    const reply = await api.authorize({
      merchantId: '',
      amount: 0,
      currency: 'won',
      paymentMethod: 1,
      coupon: 'x',
      gift: 1,
    })
    const paths = ['/amount', '/coupon', '/currency', '/gift', '/idempotencyKey', '/merchantId', '/paymentMethod']
    expect(problemPaths(reply)).toEqual(paths)
  })

  test('a card number is not repeated to whoever sent it', async () => {
    const card = '4111111111111111'
    const reply = await api.authorize({ ...authorizeBody(), paymentMethod: card })
    expectError(reply, 400, 'VALIDATION_FAILED')
    expect(reply.text).not.toContain(card)
  })

  test.each([
    '{',
    '{"merchantId":',
    '',
    ' ',
    'null',
    '[]',
    '"text"',
    '7',
    '0',
    'false',
    'true',
    '""',
    '{"a":1}{',
    "{'a':1}",
    '\u0000',
    '{"amount":01}',
  ])('the text %j is a 400', async text => {
    expectError(await api.authorize(text), 400, 'VALIDATION_FAILED')
  })

  test('bytes that are not UTF-8 are a 400', async () => {
    expectError(await api.authorize(Buffer.from([0x7b, 0xff, 0xfe, 0x7d])), 400, 'VALIDATION_FAILED')
  })

  // Not stored: the key is free for the request that was meant.
  test('a 400 does not use up its key', async () => {
    const body = authorizeBody()
    problemPaths(await api.authorize({ ...body, amount: 0 }))
    expectMutation(await api.authorize(body), 201)
  })
})

describe('the key', () => {
  test('may come in the header, bare or quoted, instead of the body', async () => {
    for (const value of [newKey(), `"${newKey()}"`]) {
      const reply = await api.authorize(authorizeBody({ idempotencyKey: undefined }), { 'idempotency-key': value })
      expectMutation(reply, 201)
    }
  })

  test('may come in both when they agree', async () => {
    const body = authorizeBody()
    expectMutation(await api.authorize(body, { 'idempotency-key': `"${body.idempotencyKey}"` }), 201)
  })

  test('in both but different is a 400', async () => {
    const reply = await api.authorize(authorizeBody(), withKey())
    expect(problemPaths(reply)).toHaveLength(1)
  })

  test('in both but different in case only is a 400', async () => {
    const reply = await api.authorize(authorizeBody({ idempotencyKey: 'key-A' }), { 'idempotency-key': 'key-a' })
    expect(problemPaths(reply)).toHaveLength(1)
  })

  test.each(['', '""', 'two words', 'k'.repeat(301), 'clé'])('%j in the header is a 400', async value => {
    const { paymentId } = await captured(api)
    for (const reply of [
      await api.authorize(authorizeBody({ idempotencyKey: undefined }), { 'idempotency-key': value }),
      await api.capture(paymentId, {}, { 'idempotency-key': value }),
      await api.refund(paymentId, {}, { 'idempotency-key': value }),
    ])
      expect(problemPaths(reply).length).toBeGreaterThan(0)
  })

  test('is needed by a refund with an amount', async () => {
    const { paymentId } = await captured(api, { amount: 500 })
    expect(problemPaths(await api.refund(paymentId, { amount: 500 }))).toEqual(['/idempotencyKey'])
    expect(expectDetail(await api.payment(paymentId)).refundedAmount).toBe(0)
  })

  test('is needed by a capture that is not the final one', async () => {
    const { paymentId } = await authorized(api)
    expect(problemPaths(await api.capture(paymentId, { finalCapture: false }))).toContain('/idempotencyKey')
  })

  test('does not belong into the body of a capture or a refund', async () => {
    const { paymentId } = await captured(api)
    expect(problemPaths(await api.capture(paymentId, { idempotencyKey: newKey() }))).toEqual(['/idempotencyKey'])
    expect(problemPaths(await api.refund(paymentId, { idempotencyKey: newKey() }))).toEqual(['/idempotencyKey'])
  })
})

describe('the body of a capture and a refund', () => {
  test.each([
    ['amount', 0],
    ['amount', -5],
    ['amount', 0.1],
    ['amount', '10'],
    ['amount', null],
    ['merchantId', ''],
    ['merchantId', 'm'.repeat(33)],
    ['merchantId', 5],
    ['currency', 'KRW'],
    ['unknown', 1],
  ])('%s: %j is a 400 that names this field only', async (field, value) => {
    const { paymentId } = await captured(api)
    for (const reply of [
      await api.capture(paymentId, { [field]: value }, withKey()),
      await api.refund(paymentId, { [field]: value }, withKey()),
    ])
      expect(problemPaths(reply)).toEqual([`/${field}`])
  })

  test.each([
    ['finalCapture', 'yes'],
    ['finalCapture', null],
    ['reason', 'of a refund'],
  ])('capture: %s: %j is a 400', async (field, value) => {
    const { paymentId } = await authorized(api)
    expect(problemPaths(await api.capture(paymentId, { [field]: value }))).toEqual([`/${field}`])
  })

  test.each([
    ['reason', 5],
    ['reason', null],
    ['reason', 'r'.repeat(129)],
    ['finalCapture', true],
  ])('refund: %s: %j is a 400', async (field, value) => {
    const { paymentId } = await captured(api)
    expect(problemPaths(await api.refund(paymentId, { [field]: value }))).toEqual([`/${field}`])
  })

  test('a reason of 128 characters, in any script, is kept whole', async () => {
    const { paymentId } = await captured(api)
    const reason = '가'.repeat(128)
    expectMutation(await api.refund(paymentId, { reason }), 200)
    const { operations } = (await api.operations(paymentId)).json
    expect(operations.at(-1).reason).toBe(reason)
  })

  test('no body and an empty object are the same', async () => {
    const { paymentId } = await authorized(api)
    expectMutation(await api.capture(paymentId, {}), 200)
    expectMutation(await api.refund(paymentId), 200)
  })
})

describe('size and type', () => {
  /** A valid authorization that is exactly so many bytes long: JSON allows white space. */
  const paddedTo = (sizeBytes: number): string => JSON.stringify(authorizeBody()).padEnd(sizeBytes, ' ')

  test('a body of exactly 16 KiB is read', async () => {
    expectMutation(await api.authorize(paddedTo(LIMIT_BYTES)), 201)
  })

  test.each([LIMIT_BYTES + 1, 100_000, 1_000_000])('a body of %d bytes is a 413 on every mutation', async sizeBytes => {
    const { paymentId } = await captured(api)
    for (const reply of [
      await api.authorize(paddedTo(sizeBytes)),
      await api.capture(paymentId, '{}'.padEnd(sizeBytes, ' ')),
      await api.refund(paymentId, '{}'.padEnd(sizeBytes, ' ')),
    ])
      expectError(reply, 413, 'PAYLOAD_TOO_LARGE')
  })

  test('the limit counts bytes, not characters', async () => {
    const { paymentId } = await captured(api)
    const reply = await api.refund(paymentId, { reason: '가'.repeat(LIMIT_BYTES / 3) })
    expectError(reply, 413, 'PAYLOAD_TOO_LARGE')
  })

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'application/xml', 'application/jsonp', 'text/json'])(
    '%s is a 415 on every mutation',
    async type => {
      const { paymentId } = await captured(api)
      const headers = { 'content-type': type }
      for (const reply of [
        await api.authorize(authorizeBody(), headers),
        await api.capture(paymentId, {}, headers),
        await api.refund(paymentId, {}, headers),
      ])
        expectError(reply, 415, 'UNSUPPORTED_MEDIA_TYPE')
    },
  )

  test.each(['application/json; charset=utf-8', 'APPLICATION/JSON', 'application/json;charset=UTF-8'])(
    '%s is read',
    async type => {
      expectMutation(await api.authorize(authorizeBody({ merchantId: newMerchant() }), { 'content-type': type }), 201)
    },
  )
})
