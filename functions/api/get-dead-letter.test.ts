/** GET /operator/dead-letters/{partition}/{offset}: a letter with its bytes, and who may ask. */
import { describe, expect, test } from '@jest/globals'
import { contract } from '../../shared/contracts/routes/get-dead-letter.ts'
import { ask, createConsoleOfViewer } from '../../test/unit/console-fakes.ts'
import { jsonOf } from '../../test/unit/http-fakes.ts'
import { letterAt } from '../../test/unit/letters.ts'
import { createHandler } from './get-dead-letter.ts'

const ROUTE = 'GET /operator/dead-letters/{partition}/{offset}'

async function signedIn() {
  const { books, ports, headers } = await createConsoleOfViewer()
  await books.transactions.run('letters', tx => books.deadLetterRows.put(tx, letterAt(7)))
  const read = (offset = '7', sent = headers) =>
    ask(createHandler(ports) as never, { route: ROUTE, pathParameters: { partition: '0', offset }, headers: sent })
  return { books, ports, read }
}

describe(ROUTE, () => {
  test('200 with reason, origin and bytes', async () => {
    const { read } = await signedIn()
    const letter = contract.answers[200].parse(jsonOf(await read()))

    expect(letter).toMatchObject({ offset: 7, state: 'WAITING', origin: { topic: 'payment.captured' }, handled: null })
    expect(Buffer.from(letter.value!.base64, 'base64')).toEqual(letterAt(7).bytes.value)
  })

  test.each(['8', '07', '-1', 'x', '9'.repeat(20)])('404 for %p', async offset => {
    const { read } = await signedIn()
    expect((await read(offset)).statusCode).toBe(404)
  })

  test('401 when nobody is signed in, 403 for what is not from the console, 429 beyond the limit of reads', async () => {
    const { ports, read } = await signedIn()

    expect((await read('7', {})).statusCode).toBe(401)
    expect((await read('7', { host: 'evil.example' })).statusCode).toBe(403)
    ports.limiter.refusing = 'ip'
    expect((await read()).statusCode).toBe(429)
  })

  test('503 when the database is away', async () => {
    const { books, read } = await signedIn()
    books.transactions.away = true

    expect((await read()).statusCode).toBe(503)
  })
})
