/** The packaged functions over the Lambda Runtime API: a whole payment, and what freezing, killing and lost connections do to it. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { Redis } from 'ioredis'
import { type Connection, createConnection } from 'mysql2/promise'
import { verify } from '../../scripts/operate/verify/settle.ts'
import type { MutationView } from '../../shared/contracts/payment.ts'
import { until } from '../../shared/runtime/until.ts'
import {
  expectDetail,
  expectError,
  expectList,
  expectMutation,
  expectOperations,
  problemPaths,
} from '../support/contract.ts'
import { openDatabase, type TestDatabase } from '../support/database.ts'
import { NOWHERE } from '../support/extra-api.ts'
import { PaymentApi, type Reply } from '../support/http.ts'
import { full } from '../support/in-full.ts'
import { type DeployedSystem, startDeployedSystem } from '../support/lambda/deployed-system.ts'
import { authorizeBody, authorized, newKey, newMerchant } from '../support/payments.ts'

jest.setTimeout(240_000)

const used = [
  ...['authorize', 'capture', 'refund', 'getPayment', 'getOperations', 'listPayments', 'getLiveness', 'getReadiness'],
  ...['notFound', 'relayOutbox', 'recordLedger', 'expectSettlement', 'sweepOutbox', 'resolveUnknown'],
]
/** By other parts of serverless.yml. */
const named = ['metrics', 'sandboxClock', 'signIn', 'signOut', 'recordDeadLetters']

let deployed: DeployedSystem
let api: PaymentApi
let database: TestDatabase

beforeAll(async () => {
  deployed = await startDeployedSystem('lambda', [...used, ...named])
  api = new PaymentApi(deployed.service.url)
  database = openDatabase(deployed.system.databaseUrl)
})
afterAll(async () => {
  await database?.close()
  await deployed?.stop()
})

/** Nothing listens there. */
const NO_DATABASE = 'mysql://pay:pay@127.0.0.1:1/paydb'
/** Its cache is away, too: no payment waits for it. */
const servicesAt = (databaseUrl: string) => ({
  SERVICE_URLS: JSON.stringify({ DATABASE_URL: databaseUrl, REDIS_URL: 'redis://127.0.0.1:1/0' }),
})

const withKey = (key: string) => ({ 'idempotency-key': key })
const bells = (): Promise<number> => deployed.service.recordCount('outbox.ready')
const pidOf = (key: string): number => deployed.service.function(key).environment.pid

/**
 * Waits until a request's doorbell is in Kafka. A process that froze before its bell was sent goes on with it at its next
 * invocation: the same request again, which the stored answer answers.
 */
async function untilRung(bellsBefore: number, again: () => Promise<Reply>): Promise<void> {
  const probe = async () => {
    if ((await bells()) > bellsBefore) return true
    expect((await again()).replayed).toBe(true)
    return false
  }
  await until(probe, { what: 'the doorbell in outbox.ready' })
}

/** Brings the waiting bells to the relay, and what that published to the ledger, until the payment has no event that waits. */
async function untilPublished(paymentId: string): Promise<void> {
  const probe = async () => {
    await deployed.service.deliverTo('relayOutbox')
    await deployed.service.deliverTo('recordLedger')
    await deployed.service.deliverTo('expectSettlement')
    return (await unpublishedOf(paymentId)) === 0
  }
  await until(probe, { what: `the events of ${paymentId}` })
}

const unpublishedOf = (paymentId: string): Promise<number> =>
  database.count('SELECT COUNT(*) FROM outbox_event WHERE message_key = ? AND published_at IS NULL', [paymentId])

const capturesOf = (paymentId: string): Promise<number> =>
  database.count(`SELECT COUNT(*) FROM ledger_entry WHERE payment_id = ? AND entry_type = 'capture'`, [paymentId])

const operationsOf = (paymentId: string): Promise<{ kind: string; state: string }[]> =>
  database.rows('SELECT kind, state FROM payment_operation WHERE payment_id = ? ORDER BY operation_id', [paymentId])

interface EmbeddedLine {
  _aws: { CloudWatchMetrics: [{ Namespace: string; Dimensions: [string[]]; Metrics: { Name: string }[] }] }
  [member: string]: unknown
}

/** The counters in a log's lines in the embedded metric format, by their names and labels. */
const embeddedIn = (log: string): { sample: string; value: number }[] =>
  log
    .split('\n')
    .filter(line => line.startsWith('{"_aws"'))
    .map(line => JSON.parse(line) as EmbeddedLine)
    .flatMap(line => {
      const [{ Namespace, Dimensions, Metrics }] = line._aws.CloudWatchMetrics
      expect(Namespace).toMatch(/^payment-backend-/)
      const labels = Dimensions[0].map(name => line[name])
      return Metrics.map(({ Name }) => ({ sample: [Name, ...labels].join(' '), value: Number(line[Name]) }))
    })

/** As if the lease had run out: nobody works on it any more. */
const endLeases = (paymentId: string): Promise<number> =>
  database.write(
    `UPDATE payment_operation SET lease_until_ms = 1, next_attempt_at_ms = 1 WHERE payment_id = ? AND state = 'PENDING'`,
    [paymentId],
  )

const untilPending = (merchantId: string, kind: string): Promise<{ payment_id: string; operation_id: string }> =>
  until(
    async () => {
      const [row] = await database.rows<{ payment_id: string; operation_id: string }>(
        `SELECT payment_id, operation_id FROM payment_operation WHERE merchant_id = ? AND kind = ? AND state = 'PENDING'`,
        [merchantId, kind],
      )
      return row
    },
    { what: `a pending ${kind}`, intervalMs: 10 },
  )

/** Waits until the acquirer has executed the operation, whether or not it answered. */
async function untilDecided(operationId: string): Promise<void> {
  const decision = `${deployed.system.acquirerUrl}/operations/${operationId}`
  await until(async () => (await fetch(decision)).ok, { what: 'the decision of the acquirer', intervalMs: 10 })
}

/** What Lambda itself says in place of a killed function, and what API Gateway makes of it. */
function expectKilled(reply: Reply, key: string, seconds: string): void {
  expect({ status: reply.status, body: reply.json }).toEqual({
    status: 500,
    body: { message: 'Internal Server Error' },
  })
  const invocation = deployed.service.function(key).invocations.at(-1)!
  expect(invocation.functionError).toBe('Unhandled')
  expect(JSON.parse(invocation.payload)).toEqual({
    errorType: 'Sandbox.Timedout',
    errorMessage: `RequestId: ${invocation.requestId} Error: Task timed out after ${seconds} seconds`,
  })
  expect(deployed.service.function(key).environments).toEqual([])
}

describe('a payment', () => {
  const key = newKey()
  let payment: MutationView

  test('is authorized, and the doorbell has rung before the process freezes', async () => {
    const before = await bells()
    const body = authorizeBody({ amount: 40_000, idempotencyKey: key })
    payment = expectMutation(await api.authorize(body), 201)
    expect(payment).toMatchObject({ status: 'AUTHORIZED', merchantId: body.merchantId })
    expect(deployed.service.function('authorize').environment.frozen).toBe(true)
    await untilRung(before, () => api.authorize(body))
  })

  test('is captured by another process, which rings too', async () => {
    const before = await bells()
    const captureKey = newKey()
    const capture = () => api.capture(payment.paymentId, undefined, withKey(captureKey))
    expect(expectMutation(await capture(), 200)).toMatchObject({ status: 'COMPLETED', capturedAmount: 40_000 })
    expect(pidOf('capture')).not.toBe(pidOf('authorize'))
    await untilRung(before, capture)
  })

  test('the relay takes the bells from Kafka and publishes both events', async () => {
    const delivery = await deployed.service.deliverTo('relayOutbox')
    expect(delivery.records).toBeGreaterThanOrEqual(2)
    expect(await unpublishedOf(payment.paymentId)).toBe(0)
    expect(await deployed.service.recordCount('payment.authorized')).toBe(1)
    expect(await deployed.service.recordCount('payment.captured')).toBe(1)
  })

  test('the consumer writes the fee from the real record, and a second delivery writes nothing', async () => {
    expect(await deployed.service.deliverTo('recordLedger')).toMatchObject({ records: 1 })
    const fees = await database.rows(`SELECT amount FROM ledger_entry WHERE payment_id = ? AND entry_type = 'fee'`, [
      payment.paymentId,
    ])
    expect(fees.map(({ amount }) => Number(amount))).toEqual([1_000])
    expect(await deployed.service.deliverTo('recordLedger')).toMatchObject({ records: 0, invocations: [] })
  })

  test('the consumer of settlement writes from the same record what the merchant is owed', async () => {
    expect(await deployed.service.deliverTo('expectSettlement')).toMatchObject({ records: 1 })
    const items = await database.rows('SELECT type, net FROM settlement_item WHERE payment_id = ?', [payment.paymentId])
    expect(items).toEqual([{ type: 'capture', net: 39_000 }])
    expect(await deployed.service.deliverTo('expectSettlement')).toMatchObject({ records: 0, invocations: [] })
  })

  test('is refunded, and its whole story can be read', async () => {
    const before = await bells()
    const refundKey = newKey()
    const refund = () => api.refund(payment.paymentId, undefined, withKey(refundKey))
    expect(expectMutation(await refund(), 200)).toMatchObject({ status: 'REFUNDED', refundedAmount: 40_000 })
    await untilRung(before, refund)
    await untilPublished(payment.paymentId)
    const detail = expectDetail(await api.payment(payment.paymentId))
    expect(detail.ledgerEntries.map(({ type, amount }) => [type, amount])).toEqual([
      ['capture', 40_000],
      ['fee', 1_000],
      ['refund', 40_000],
    ])
    expect(detail.events.map(({ type, publishedAt }) => [type, typeof publishedAt])).toEqual([
      ['payment.authorized', 'string'],
      ['payment.captured', 'string'],
      ['payment.refunded', 'string'],
    ])
    expect(expectMutation(await refund(), 200).status).toBe('REFUNDED')
  })

  test('was counted by the functions, each operation once, in lines for CloudWatch', () => {
    const functions = ['authorize', 'capture', 'refund', 'relayOutbox', 'recordLedger', 'expectSettlement']
    const counted = new Map<string, number>()
    for (const { sample, value } of functions.flatMap(name => embeddedIn(deployed.service.function(name).log())))
      counted.set(sample, (counted.get(sample) ?? 0) + value)

    expect(Object.fromEntries(counted)).toMatchObject({
      'operations_total authorize succeeded': 1,
      'operations_total capture succeeded': 1,
      'operations_total refund succeeded': 1,
      'outbox_published_total payment.captured': 1,
      'ledger_entries_written_total fee': 1,
      'records_handled_total record-ledger payment.captured done': 1,
      'records_handled_total expect-settlement payment.captured done': 1,
    })
  })

  test('the other routes answer: operations, list, health, and one that does not exist', async () => {
    const { operations } = expectOperations(await api.operations(payment.paymentId))
    expect(operations.map(({ kind }) => kind)).toEqual(['authorize', 'capture', 'refund'])
    const { items } = expectList(await api.get(`/payments?merchantId=${payment.merchantId}&limit=5`))
    expect(items.map(({ paymentId }) => paymentId)).toEqual([payment.paymentId])
    expect((await api.get('/health/live')).status).toBe(200)
    const ready = await api.get('/health/ready')
    expect([ready.status, ready.json.status]).toEqual([200, 'ok'])
    expectError(await api.get('/no/such/route'), 404, 'NOT_FOUND')
    // What serves a developer's machine only is not in the package.
    expectError(await api.get('/metrics'), 404, 'NOT_FOUND')
  })
})

describe('requests as API Gateway sends them', () => {
  test('a body in base64 is read as any other', async () => {
    const headers = { 'content-type': 'application/vnd.shop+json; charset=utf-8' }
    const body = authorizeBody({ merchantId: newMerchant('base64') })
    expect(expectMutation(await api.authorize(body, headers), 201)).toMatchObject({ merchantId: body.merchantId })
    const event = { ...httpApiEvent, body: Buffer.from('{"amount":').toString('base64'), isBase64Encoded: true }
    const { payload } = await deployed.service.function('authorize').invoke(event)
    expect(JSON.parse(payload).statusCode).toBe(400)
  })

  test('two key headers, which come as one line, execute nothing unless they are equal', async () => {
    const body = authorizeBody({ idempotencyKey: undefined })
    const key = newKey()
    expect(problemPaths(await api.authorize(body, { 'idempotency-key': [key, newKey()] }))).toEqual(['Idempotency-Key'])
    expect(await database.count('SELECT COUNT(*) FROM payment WHERE merchant_id = ?', [body.merchantId])).toBe(0)
    expectMutation(await api.authorize(body, { 'idempotency-key': [key, key] }), 201)
  })

  test('bytes that are not UTF-8 are refused as text and in base64', async () => {
    const body = Buffer.from('{"merchantId":"\xba\xaf"}', 'latin1')
    for (const type of ['application/json', 'application/vnd.shop+json'])
      expect(problemPaths(await api.authorize(body, { 'content-type': type }))).toEqual([''])
    const text = JSON.stringify(authorizeBody())
    expectError(await api.authorize(text, { 'content-encoding': 'gzip' }), 415, 'UNSUPPORTED_MEDIA_TYPE')
    expectError(await api.authorize(text, { 'content-type': '' }), 415, 'UNSUPPORTED_MEDIA_TYPE')
  })

  test('other methods and paths are 404s, cookies are ignored, repeated parameters are refused', async () => {
    expect((await api.send({ method: 'HEAD', path: '/payments' })).status).toBe(404)
    expectError(
      await api.send({ method: 'OPTIONS', path: '/payments', headers: { origin: 'http://x' } }),
      404,
      'NOT_FOUND',
    )
    expectError(await api.post('/payments/authorize/', authorizeBody()), 404, 'NOT_FOUND')
    expectList(await api.get('/payments?limit=1', { cookie: 'g_state={"i_l":0}' }))
    expect(problemPaths(await api.get('/payments?merchantId=a&merchantId=b'))).toEqual(['/merchantId'])
  })

  test('the same key at once in three processes is executed by one of them', async () => {
    const body = authorizeBody()
    const replies = await Promise.all([api.authorize(body), api.authorize(body), api.authorize(body)])
    expect(deployed.service.function('authorize').environments.length).toBeGreaterThan(1)
    const created = replies.filter(reply => reply.status === 201)
    for (const reply of replies.filter(({ status }) => status !== 201)) expectError(reply, 409, 'DUPLICATE_REQUEST')
    expect(new Set(created.map(reply => reply.json.paymentId)).size).toBe(1)
    expect(created.filter(reply => !reply.replayed)).toHaveLength(1)
    expect(await database.count('SELECT COUNT(*) FROM payment WHERE merchant_id = ?', [body.merchantId])).toBe(1)
    await deployed.service.redeploy('authorize')
  })

  test('two functions at once, on one payment: one wins, and money moves once', async () => {
    const { paymentId } = await authorized(api)
    const [capture, refund, read] = await Promise.all([
      api.capture(paymentId),
      api.refund(paymentId),
      api.payment(paymentId),
    ])
    expect(expectMutation(capture, 200).capturedAmount).toBe(1_550_000)
    expect([200, 409]).toContain(refund.status)
    expect(expectDetail(read).paymentId).toBe(paymentId)
    expect(await capturesOf(paymentId)).toBe(1)
  })
})

describe('a function that is killed at its time-out', () => {
  test('in the middle of an authorization: the key is finished by an inquiry of a fresh process', async () => {
    await deployed.service.redeploy('authorize', { timeoutMs: 3_000 })
    const body = authorizeBody({ paymentMethod: 'tok_timeout_after' })
    const killed = api.authorize(body)
    const { payment_id: paymentId, operation_id: operationId } = await untilPending(body.merchantId, 'authorize')
    await untilDecided(operationId)
    deployed.service.function('authorize').environment.stall()
    expectKilled(await killed, 'authorize', '3.00')

    await deployed.service.redeploy('authorize')
    expect(expectError(await api.authorize(body), 409, 'DUPLICATE_REQUEST').details).toMatchObject({
      reason: 'in_progress',
    })
    expect(await endLeases(paymentId)).toBe(1)
    expect(expectMutation(await api.authorize(body), 201)).toMatchObject({ paymentId, status: 'AUTHORIZED' })
    expect(await operationsOf(paymentId)).toEqual([{ kind: 'authorize', state: 'SUCCEEDED' }])
  })

  test('in the middle of a capture: the packaged resolver ends it, and there is exactly one', async () => {
    const { paymentId, merchantId } = await authorized(api)
    const key = newKey()
    await deployed.service.redeploy('capture', { timeoutMs: 4_000 })
    await withLedgerLocked(async blocked => {
      const killed = api.capture(paymentId, undefined, withKey(key))
      const thread = await blocked()
      deployed.service.function('capture').environment.stall()
      expectKilled(await killed, 'capture', '4.00')
      // The server would go on with what it has received; the connection's end undoes it.
      await database.write(`KILL ${thread}`)
    })
    await untilPending(merchantId, 'capture')

    await deployed.service.redeploy('capture')
    const repeat = () => api.capture(paymentId, undefined, withKey(key))
    expectError(await repeat(), 409, 'DUPLICATE_REQUEST')
    expect(await endLeases(paymentId)).toBe(1)
    const job = await deployed.service.runJob('resolveUnknown')
    expect(JSON.parse(job.payload)).toEqual({ resolved: 1, stillUnknown: 0 })
    const answer = await repeat()
    expect(expectMutation(answer, 200)).toMatchObject({ status: 'COMPLETED', capturedAmount: 1_550_000 })
    expect(answer.replayed).toBe(true)
    expect(await capturesOf(paymentId)).toBe(1)
  })

  test('a slow one answers 503 in time, freezes in the middle of its work and ends it when it thaws', async () => {
    const { paymentId } = await authorized(api)
    const key = newKey()
    const capture = () => api.capture(paymentId, undefined, withKey(key))
    const fn = await deployed.service.redeploy('capture', { timeoutMs: 4_000 })
    await withLedgerLocked(async blocked => {
      const slow = capture()
      await blocked()
      expectError(await slow, 503, 'OUTCOME_UNKNOWN')
      expect(fn.environment.frozen).toBe(true)
    })
    const { pid } = fn.environment
    const answer = await until(
      async () => {
        const reply = await capture()
        if (reply.status !== 200) expect([409, 503]).toContain(reply.status)
        return reply.status === 200 ? reply : undefined
      },
      { what: 'the capture that froze' },
    )
    expect(expectMutation(answer, 200).capturedAmount).toBe(1_550_000)
    expect(pidOf('capture')).toBe(pid)
    expect(await capturesOf(paymentId)).toBe(1)
    await deployed.service.redeploy('capture')
  })
})

describe('a process that wakes up', () => {
  test('with database connections that are gone still answers, at the latest at the repeat that a 503 asks for', async () => {
    const [first, second] = [await authorized(api), await authorized(api)]
    expectMutation(await api.capture(first.paymentId), 200)
    expectDetail(await api.payment(first.paymentId))
    const pids = ['authorize', 'capture', 'getPayment'].map(pidOf)
    expect(await killConnections()).toBeGreaterThanOrEqual(3)

    const body = authorizeBody()
    expectMutation(await api.authorize(body), 201)
    expectMutation(await api.capture(second.paymentId), 200)
    expect(expectDetail(await api.payment(first.paymentId)).status).toBe('COMPLETED')
    expect(['authorize', 'capture', 'getPayment'].map(pidOf)).toEqual(pids)
  })

  test('with Redis connections that are gone still answers and replays', async () => {
    const body = authorizeBody()
    expectMutation(await api.authorize(body), 201)
    const redis = new Redis(deployed.system.redisUrl)
    expect(await redis.call('CLIENT', 'KILL', 'TYPE', 'normal')).toBeGreaterThan(0)
    redis.disconnect()
    const again = await api.authorize(body)
    expect([again.status, again.replayed]).toEqual([201, true])
  })

  full('with a rejection that nobody waited for goes on, and says so in its log', async () => {
    // The code is as packaged; NODE_OPTIONS is part of a function's configuration. It begins when the guard listens.
    const reject = `setInterval(() => Promise.reject(new Error('a late one')), 50)`
    const late = `process.on('newListener', name => name === 'unhandledRejection' && ${reject})`
    await deployed.service.redeploy('authorize', {
      environment: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(late)}` },
    })
    await authorized(api)
    const { pid } = deployed.service.function('authorize').environment
    await authorized(api, { paymentMethod: 'tok_slow' })
    expect(pidOf('authorize')).toBe(pid)
    await until(() => deployed.service.function('authorize').log().includes('"unhandled rejection"'), {
      what: 'the late rejection in the log',
    })
    await deployed.service.redeploy('authorize')
  })
})

describe('a batch that fails', () => {
  test('comes again until it succeeds, and counts once', async () => {
    // A process that froze before it had rung for another payment would ring for that one now.
    await deployed.service.redeploy('capture')
    const { paymentId } = await authorized(api)
    const captureKey = newKey()
    const before = await bells()
    const capture = () => api.capture(paymentId, undefined, withKey(captureKey))
    expectMutation(await capture(), 200)
    await untilRung(before, capture)
    await deployed.service.deliverTo('relayOutbox')
    await deployed.service.redeploy('recordLedger', { environment: { DATABASE_URL: NO_DATABASE } })
    await expect(deployed.service.deliverTo('recordLedger')).rejects.toThrow('the database is away')
    await expect(deployed.service.deliverTo('recordLedger')).rejects.toThrow('the database is away')
    await deployed.service.redeploy('recordLedger')
    await untilPublished(paymentId)
    const { ledgerEntries } = expectDetail(await api.payment(paymentId))
    expect(ledgerEntries.map(({ type }) => type)).toEqual(['capture', 'fee'])
  })
})

describe('a configuration that is wrong', () => {
  full.each([
    ['an address that is none', servicesAt('there'), 500, 'INTERNAL_ERROR'],
    ['a number that is none', { LEASE_MS: 'soon' }, 500, 'INTERNAL_ERROR'],
    ['a database that is away', servicesAt(NO_DATABASE), 503, 'SERVICE_UNAVAILABLE'],
  ] as const)('%s is answered in the one shape of errors', async (_, environment, status, code) => {
    await deployed.service.redeploy('authorize', { environment })
    expectError(await api.authorize(authorizeBody()), status, code)
    await deployed.service.redeploy('authorize')
  })

  full('Kafka that is away delays no payment, and the packaged sweep makes up for the bells', async () => {
    await deployed.service.redeploy('authorize', { environment: { KAFKA_BROKERS: NOWHERE } })
    const { paymentId } = await authorized(api)
    await deployed.service.redeploy('authorize')
    await untilOlderThan2s(paymentId)
    const before = await bells()
    // It would sweep for 55 s; its first round is enough, and Lambda may end it at any time.
    await deployed.service.redeploy('sweepOutbox', { timeoutMs: 4_000 })
    const rings = async () => {
      const swept = await deployed.service.runJob('sweepOutbox')
      expect(JSON.parse(swept.payload)).toMatchObject({ errorType: 'Sandbox.Timedout' })
      return (await bells()) > before
    }
    await until(rings, { what: 'the bell of the sweep' })
    await untilPublished(paymentId)
  })
})

test('in the end every invariant of `npm run verify` holds, with nothing on its way', async () => {
  const sweep = await deployed.service.redeploy('sweepOutbox', { timeoutMs: 4_000 })
  const probe = async () => {
    await sweep.invoke({})
    await deployed.service.deliverTo('relayOutbox')
    await deployed.service.deliverTo('recordLedger')
    await deployed.service.deliverTo('expectSettlement')
    return (await database.count('SELECT COUNT(*) FROM outbox_event WHERE published_at IS NULL')) === 0
  }
  await until(probe, { what: 'an empty outbox' })
  const report = await verify(deployed.system, { settleMs: 60_000, graceMs: 60_000 })
  expect(report.results.filter(({ ok }) => !ok)).toEqual([])
  expect(report.pending).toBe(0)
  expect(report.figures.payments).toBeGreaterThan(10)
})

const httpApiEvent = {
  version: '2.0',
  routeKey: 'POST /payments/authorize',
  rawPath: '/payments/authorize',
  rawQueryString: '',
  headers: { 'content-type': 'application/json' },
  requestContext: { http: { method: 'POST', path: '/payments/authorize' }, timeEpoch: 1_767_323_045_006 },
}

/** Ends every connection to the database but the one that says so, as a server's time-out for idle ones does. */
async function killConnections(): Promise<number> {
  const connection = await createConnection({ uri: deployed.system.databaseUrl })
  try {
    const [threads] = await connection.query(
      'SELECT id FROM information_schema.processlist WHERE user = SUBSTRING_INDEX(USER(), "@", 1) AND id <> CONNECTION_ID()',
    )
    const ids = (threads as { id: number }[]).map(({ id }) => id)
    for (const id of ids) await connection.query(`KILL ${id}`)
    return ids.length
  } finally {
    await connection.end()
  }
}

/** While `work` runs, nobody can write to the ledger: a capture waits in the middle of its last transaction. */
async function withLedgerLocked(work: (blocked: () => Promise<number>) => Promise<void>): Promise<void> {
  const connection: Connection = await createConnection({ uri: deployed.system.databaseUrl })
  try {
    await connection.query('LOCK TABLES ledger_entry WRITE')
    await work(() =>
      until(
        async () => {
          const [row] = await database.rows<{ id: number }>(
            `SELECT id FROM information_schema.processlist WHERE state = 'Waiting for table metadata lock'`,
          )
          return row?.id
        },
        { what: 'a transaction that waits for the ledger', intervalMs: 10 },
      ),
    )
  } finally {
    await connection.end()
  }
}

const untilOlderThan2s = (paymentId: string): Promise<unknown> =>
  until(
    async () => {
      const [row] = await database.rows<{ created_at: Date }>(
        'SELECT created_at FROM outbox_event WHERE message_key = ?',
        [paymentId],
      )
      return row !== undefined && Date.now() - row.created_at.getTime() > 2_100
    },
    { what: 'an event that the sweep takes up' },
  )
