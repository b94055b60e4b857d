/** GET /operator/outbox: what waits, and who may ask. */
import { describe, expect, test } from '@jest/globals'
import { contract } from '../../shared/contracts/routes/get-outbox.ts'
import { FAKE_NOW_MS } from '../../shared/payments/fakes.ts'
import { ask, createConsoleOfViewer } from '../../test/unit/console-fakes.ts'
import { jsonOf } from '../../test/unit/http-fakes.ts'
import { createHandler } from './get-outbox.ts'

const ROUTE = 'GET /operator/outbox'

async function signedIn() {
  const { ports, headers } = await createConsoleOfViewer()
  const read = (sent = headers) => ask(createHandler(ports) as never, { route: ROUTE, headers: sent })
  return { ports, read }
}

describe(ROUTE, () => {
  test('200 with each shard', async () => {
    const { ports, read } = await signedIn()
    const eventId = `evt_${'0'.repeat(26)}`
    const oldestWaiting = { eventId, topic: 'payment.captured', messageKey: 'pay_1', createdAtMs: FAKE_NOW_MS }
    ports.outboxShards.shards = [{ shard: 2, waitingCount: 1, parkedCount: 0, oldestWaiting, firstParked: null }]

    expect(contract.answers[200].parse(jsonOf(await read())).shards).toMatchObject([
      { shard: 2, waiting: { count: 1 }, oldestWaiting: { topic: 'payment.captured', subjectId: 'pay_1' } },
    ])
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
    ports.outboxShards.away = true

    expect((await read()).statusCode).toBe(503)
  })
})
