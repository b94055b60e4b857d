/** Secrets that are planted into what is logged do not come out, wherever they stand; what an operator needs does. */
import { describe, expect, test } from '@jest/globals'
import { DependencyUnavailableError, DuplicateKeyError } from '../payments/ports.ts'
import { maskFields, maskText } from './log-mask.ts'

const KEY = 'shop-authorize-5f2c9e'
const CARD = '4242424242424242'
const MAIL = 'kim.minji@example.co.kr'
const PASSWORD = 'hunter2-0001'
const TOKEN = 'tok_visa_9f31'
const OPERATOR = `opk_${'aB3-_'.repeat(8)}xyz`
const BEARER = 'eyJhbGciOi.J9.abc-_123'
const OF_CONSOLE = ['opl_', 'ops_', 'opx_'].map(prefix => `${prefix}${'cD4-_'.repeat(8)}xyz`)
const secrets = [KEY, CARD, MAIL, PASSWORD, TOKEN, OPERATOR, ...OF_CONSOLE, BEARER]

const lineOf = (fields: Record<string, unknown>) => JSON.stringify(maskFields(fields))

function expectNoSecret(line: string): void {
  for (const secret of secrets) expect(line).not.toContain(secret)
}

/** As mysql2 makes them: the statement with its values, and the server's message twice. */
function mysqlError(sqlMessage: string, sql: string): Error {
  const error = new Error(sqlMessage)
  return Object.assign(error, { code: 'ER_DUP_ENTRY', errno: 1062, sqlState: '23000', sqlMessage, sql })
}

describe('maskFields', () => {
  test.each([
    ['authorization', `Bearer ${BEARER}`],
    ['Authorization', `Basic ${BEARER}`],
    ['idempotency-key', KEY],
    ['idempotencyKey', KEY],
    ['answerKey', KEY],
    ['paymentMethod', TOKEN],
    ['DATABASE_URL', `mysql://pay:${PASSWORD}@db/x`],
    ['password', PASSWORD],
    ['cookie', `session=${PASSWORD}`],
    ['set-cookie', `console_session=${PASSWORD}`],
    ['x-console-secret', PASSWORD],
  ])('%s is known by its name, at any depth', (name, value) => {
    expect(maskFields({ [name]: value })).toEqual({ [name]: '***' })
    expect(maskFields({ request: { headers: [{ [name]: value }] } })).toEqual({
      request: { headers: [{ [name]: '***' }] },
    })
  })

  test('the values of a statement and of the server’s message about it, in an error and in its causes', () => {
    const sql = `INSERT INTO idem_response_cache VALUES ('shop', '${KEY}', 'it\\'s ${TOKEN}', "${MAIL}", ${CARD})`
    const driver = mysqlError(`Duplicate entry 'shop-${KEY}' for key 'idem_response_cache.PRIMARY'`, sql)
    const wrapped = new DuplicateKeyError(driver.message, { cause: driver })
    const outer = new DependencyUnavailableError('the database is too busy', { cause: wrapped })

    for (const err of [driver, wrapped, outer]) expectNoSecret(lineOf({ err }))
    const line = lineOf({ err: driver })
    expect(line).toContain("for key 'idem_response_cache.PRIMARY'")
    expect(line).toContain('INSERT INTO idem_response_cache VALUES (?, ?, ?, ?, ?)')
    expect(line).toContain('ER_DUP_ENTRY')
    expect(lineOf({ err: outer })).toContain('the database is too busy')
  })

  test.each([
    `You have an error in your SQL syntax; check the manual near '${KEY}', 'x') FOR UPDATE' at line 1`,
    `Incorrect string value: '${KEY}' for column 'idempotency_key' at row 1`,
    `Incorrect integer value: '${CARD}' for column 'amount' at row 1`,
    `connect ECONNREFUSED mysql://pay:${PASSWORD}@db.internal:3306/paydb`,
    `WRONGPASS rediss://:${PASSWORD}/with/slashes@redis:6379/0`,
    `request failed: {"authorization":"Bearer ${BEARER}","idempotency-key":"${KEY}"}`,
    `not JSON: Unexpected token in {\\"idempotencyKey\\":\\"${KEY}\\",\\"paymentMethod\\":\\"${TOKEN}\\"}`,
    `mail to ${MAIL} bounced`,
    `card 4242 4242 4242 4242 and ${CARD} and 4242-4242-4242-4242`,
    `the acquirer refuses ${TOKEN}`,
    `the token of kim is ${OPERATOR}`,
    `password=${PASSWORD}; Bearer ${BEARER}`,
  ])('a secret in a message: %s', message => {
    const err = new Error('outer', { cause: new Error(message) })
    for (const fields of [
      { err },
      { reason: message },
      { err: Object.assign(new Error('x'), { detail: [message] }) },
    ]) {
      const line = lineOf(fields)
      expectNoSecret(line)
      expect(line).not.toMatch(/4242[ -]4242/)
    }
  })

  test('errors in a list, and a cause that leads back to its error', () => {
    const error: Error = new AggregateError([new Error(`mail ${MAIL}`), new Error(`key: ${TOKEN}`)], 'all failed')
    error.cause = error
    const line = lineOf({ err: error })
    expectNoSecret(line)
    expect(line).toContain('all failed')
  })

  test('what an operator needs stays as it is', () => {
    const fields = {
      route: 'POST /payments/capture/{paymentId}',
      statusCode: 200,
      requestId: 'req_01KB6X0W7VQK3ZJ7Y2M8N4P5R6',
      paymentId: 'pay_01KB6X0W7VQK3ZJ7Y2M8N4P5R6',
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      atMs: 1_798_000_000_000,
      record: 'payment.captured 3/123456',
      since: '2026-11-29T08:13:23.000Z',
      key: undefined,
      nothing: null,
    }
    expect(maskFields(fields)).toEqual(fields)
    // Fourteen digits, but no card number.
    expect(maskText('offset 12345678901234')).toBe('offset 12345678901234')
  })
})
