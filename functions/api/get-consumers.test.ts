/** GET /operator/consumers: how far they are, also while Kafka is away, and who may ask. */
import { describe, expect, test } from '@jest/globals'
import { contract } from '../../shared/contracts/routes/get-consumers.ts'
import { DependencyUnavailableError } from '../../shared/payments/ports.ts'
import { ask, createConsoleOfViewer } from '../../test/unit/console-fakes.ts'
import { jsonOf } from '../../test/unit/http-fakes.ts'
import { createHandler } from './get-consumers.ts'

const ROUTE = 'GET /operator/consumers'

async function signedIn() {
  const { ports, headers } = await createConsoleOfViewer()
  const read = (sent = headers) => ask(createHandler(ports) as never, { route: ROUTE, headers: sent })
  return { ports, read }
}

describe(ROUTE, () => {
  test('200 as Kafka says it, and 200 with what is known when Kafka is away', async () => {
    const { ports, read } = await signedIn()
    const group = { groupId: 'record-ledger-captured', topic: 'payment.captured', partition: 0 }
    ports.offsets.offsets = [{ ...group, committedOffset: 1, endOffset: 3 }]

    expect(contract.answers[200].parse(jsonOf(await read()))).toMatchObject({ live: true, groups: [{ lag: 2 }] })
    ports.offsets.away = true
    expect(contract.answers[200].parse(jsonOf(await read()))).toEqual({ live: false, asOf: null, groups: [] })
  })

  test('401 when nobody is signed in, 403 for what is not from the console, 429 beyond the limit of reads', async () => {
    const { ports, read } = await signedIn()

    expect((await read({})).statusCode).toBe(401)
    expect((await read({ host: 'evil.example' })).statusCode).toBe(403)
    ports.limiter.refusing = 'ip'
    expect((await read()).statusCode).toBe(429)
  })

  test('503 when the database is away', async () => {
    const { ports, read } = await signedIn()
    ports.progress.readConsumers = () => Promise.reject(new DependencyUnavailableError('away'))

    expect((await read()).statusCode).toBe(503)
  })
})
