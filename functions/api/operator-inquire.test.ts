/** POST /operator/payments/{paymentId}/inquire: what the acquirer is asked, and who may ask. */
import { beforeEach, describe, expect, test } from '@jest/globals'
import { sampleWrite } from '../../shared/contracts/operator-write.ts'
import { contract } from '../../shared/contracts/routes/operator-inquire.ts'
import { authorizePayment } from '../../shared/payments/authorize-payment.ts'
import { authorizeRequestOf, caller, claimOf } from '../../shared/payments/fakes.ts'
import { ask, createConsoleOf } from '../../test/unit/console-fakes.ts'
import { jsonOf } from '../../test/unit/http-fakes.ts'
import { createHandler } from './operator-inquire.ts'

const ROUTE = 'POST /operator/payments/{paymentId}/inquire'
const NO_SUCH_PAYMENT = 'pay_01M80000000000000000000000'

let made: Awaited<ReturnType<typeof createConsoleOf>>
beforeEach(async () => {
  made = await createConsoleOf('operator')
})

async function unknownPayment(): Promise<string> {
  made.books.acquirer.script.submit.push({ kind: 'unknown' })
  await authorizePayment(made.books, authorizeRequestOf(), claimOf('key-0'), { ...caller })
  return made.books.payments.table.rows()[0]!.paymentId
}

const inquire = (paymentId: string, headers = made.headers, body: object = sampleWrite) =>
  ask(createHandler(made.ports), { route: ROUTE, pathParameters: { paymentId }, headers, body })

describe(ROUTE, () => {
  test('200 with the operation as it is now', async () => {
    const paymentId = await unknownPayment()
    made.books.acquirer.script.inquire.push({ kind: 'approved' })
    const result = await inquire(paymentId)

    expect(contract.answers[200].parse(jsonOf(result))).toMatchObject({
      paymentId,
      operation: { kind: 'authorize', amount: 10_000, state: 'SUCCEEDED' },
    })
    expect(made.auditLog.entries).toMatchObject([{ action: 'payment.inquired', actor: 'lee', subject: paymentId }])
  })

  test('200 without an operation when no outcome is unknown', async () => {
    await authorizePayment(made.books, authorizeRequestOf(), claimOf('key-0'), caller)
    const [{ paymentId } = { paymentId: '' }] = made.books.payments.table.rows()

    expect(jsonOf(await inquire(paymentId))).toEqual({ paymentId, operation: null })
  })

  test('401, 403, 404 and 422', async () => {
    const paymentId = await unknownPayment()
    await inquire(paymentId)

    expect((await inquire(paymentId, {})).statusCode).toBe(401)
    expect((await inquire(paymentId, await made.signIn('viewer', 'park'))).statusCode).toBe(403)
    expect(
      (await inquire(NO_SUCH_PAYMENT, made.headers, { ...sampleWrite, key: sampleWrite.key.replace('Z', '0') }))
        .statusCode,
    ).toBe(404)
    expect((await inquire(paymentId, made.headers, { ...sampleWrite, reason: 'another' })).statusCode).toBe(422)
  })

  test('429 beyond the limit, 503 when the database is away', async () => {
    const paymentId = await unknownPayment()
    made.ports.limiter.refusing = 'ip'
    expect((await inquire(paymentId)).statusCode).toBe(429)
    made.ports.limiter.refusing = undefined
    made.books.transactions.away = true
    expect((await inquire(paymentId)).statusCode).toBe(503)
  })
})
