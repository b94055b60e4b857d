/** GET /operator/operations/{operationId}: an operation with its request and answer, and who may ask. */
import { describe, expect, test } from '@jest/globals'
import { contract } from '../../shared/contracts/routes/get-operation.ts'
import { authorizePayment } from '../../shared/payments/authorize-payment.ts'
import { answerIn, authorizeRequestOf, bodyIn, caller, claimOf } from '../../shared/payments/fakes.ts'
import { ask, createConsoleOfViewer } from '../../test/unit/console-fakes.ts'
import { jsonOf } from '../../test/unit/http-fakes.ts'
import { createHandler } from './get-operation.ts'

const ROUTE = 'GET /operator/operations/{operationId}'
const NO_SUCH_OPERATION = 'op_01M80000000000000000000000'

async function signedIn() {
  const { books, ports, headers } = await createConsoleOfViewer()
  const read = (operationId = NO_SUCH_OPERATION, sent = headers) =>
    ask(createHandler(ports) as never, { route: ROUTE, pathParameters: { operationId }, headers: sent })
  return { books, ports, read }
}

describe(ROUTE, () => {
  test('200 for a viewer, with the answer byte for byte', async () => {
    const { books, read } = await signedIn()
    const request = authorizeRequestOf()
    const outcome = await authorizePayment(books, request, claimOf('key-1', request), caller)
    const { operationId, paymentId } = bodyIn(outcome)
    const operation = contract.answers[200].parse(jsonOf(await read(operationId)))

    expect(operation).toMatchObject({
      ...{ operationId, paymentId, kind: 'authorize', state: 'SUCCEEDED', keyState: 'finished' },
      request: { method: 'POST', path: '/payments/authorize', key: 'key-1', body: request },
      event: { type: 'payment.authorized' },
    })
    expect(operation.answer!.body).toBe(answerIn(outcome).body)
  })

  test('404 for an operation that there is not, and for what cannot be one', async () => {
    const { read } = await signedIn()

    expect((await read()).statusCode).toBe(404)
    expect((await read('nothing')).statusCode).toBe(404)
  })

  test('401 when nobody is signed in, 403 for what is not from the console, 429 beyond the limit of reads', async () => {
    const { ports, read } = await signedIn()

    expect((await read(NO_SUCH_OPERATION, {})).statusCode).toBe(401)
    expect((await read(NO_SUCH_OPERATION, { host: 'evil.example' })).statusCode).toBe(403)
    ports.limiter.refusing = 'ip'
    expect((await read()).statusCode).toBe(429)
  })

  test('503 when the database is away', async () => {
    const { books, read } = await signedIn()
    books.transactions.away = true

    expect((await read()).statusCode).toBe(503)
  })
})
