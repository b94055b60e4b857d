/** A database that is up and refuses a login, a query or a write: 503 with Retry-After, readiness says why, and it recovers by itself. */
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import mysql, { type Connection } from 'mysql2/promise'
import { rootLogin } from '../../scripts/lab/bench/scratch.ts'
import { until } from '../../shared/runtime/until.ts'
import { expectError, expectMutation, expectRetryAfter } from '../support/contract.ts'
import { type ExtraApi, startExtraApi } from '../support/extra-api.ts'
import { PaymentApi } from '../support/http.ts'
import { authorizeBody } from '../support/payments.ts'
import { ScratchDatabase } from '../support/scratch-stores.ts'
import { systemUnderTest } from '../support/system.ts'

jest.setTimeout(120_000)

const user = `refused_${randomBytes(4).toString('hex')}`
const PASSWORD = 'SECRET-of-the-inside'

const shared = new PaymentApi(systemUnderTest().apiUrl)
let root: Connection
let scratch: ScratchDatabase
let database: string
let login: string
let extra: ExtraApi
const holders: Connection[] = []

async function hold(login: string | mysql.ConnectionOptions): Promise<void> {
  holders.push(await mysql.createConnection(login as string))
}

async function holdAll(): Promise<void> {
  for (let count = 0; count < 20; count++) await hold(login)
}

async function letGo(): Promise<void> {
  await Promise.all(holders.splice(0).map(connection => connection.end()))
}

/** What they said to the connections that they have does not count any more. */
const newConnections = () => root.query('KILL HARD USER ?', [user])
const grantAll = () => root.query("GRANT ALL ON ??.* TO ?@'%'", [database, user])
const limit = (what: string) => root.query(`ALTER USER ?@'%' WITH ${what}`, [user])
const password = (text: string) => root.query("ALTER USER ?@'%' IDENTIFIED BY ?", [user, text])

beforeAll(async () => {
  const { databaseUrl } = systemUnderTest()
  scratch = await ScratchDatabase.create(databaseUrl, 'refusals')
  root = await mysql.createConnection(await rootLogin(databaseUrl))
  const url = new URL(scratch.url)
  database = url.pathname.slice(1)
  await root.query("CREATE USER ?@'%' IDENTIFIED BY ?", [user, PASSWORD])
  await grantAll()
  url.username = user
  url.password = PASSWORD
  login = url.href
  // In the journal of the system's acquirer, approvals for another database would be unknown to the system's own.
  const env = { DATABASE_URL: login, DATABASE_CONNECTIONS: '4', ACQUIRER_URL: 'in-process:' }
  extra = await startExtraApi({ name: 'refusals', env })
})

afterAll(async () => {
  await extra?.stop()
  await letGo()
  await root?.query("DROP USER ?@'%'", [user])
  await root?.end()
  await scratch?.drop()
  // The API that all tests share met read-only mode and a full server, too: the next test is to find it well.
  await until(async () => (await shared.get('/health/ready')).json.status === 'ok', {
    what: 'the shared API to be well again',
    deadlineMs: 60_000,
  })
})

interface Refusal {
  errno: number
  /** Readiness is 503 unless reads go on. */
  readsGoOn?: true
  begin(): Promise<unknown>
  end(): Promise<unknown>
}

const refusals: Record<string, Refusal> = {
  'a wrong password': {
    errno: 1045,
    begin: () => password('another').then(newConnections),
    end: () => password(PASSWORD),
  },
  'a user without grants': {
    errno: 1044,
    begin: () => root.query("REVOKE ALL ON ??.* FROM ?@'%'", [database, user]).then(newConnections),
    end: grantAll,
  },
  'a user who may only read': {
    errno: 1142,
    readsGoOn: true,
    begin: () => root.query("REVOKE INSERT, UPDATE ON ??.* FROM ?@'%'", [database, user]).then(newConnections),
    end: grantAll,
  },
  "all of the user's connections taken": {
    errno: 1226,
    begin: async () => {
      await limit('MAX_USER_CONNECTIONS 1')
      await newConnections()
      await hold(login)
    },
    end: async () => {
      await letGo()
      await limit('MAX_USER_CONNECTIONS 0')
    },
  },
  "the user's queries of this hour used up": {
    errno: 1226,
    begin: () => limit('MAX_QUERIES_PER_HOUR 1').then(newConnections),
    end: () => limit('MAX_QUERIES_PER_HOUR 0').then(newConnections),
  },
  'all connections of the server taken': {
    errno: 1040,
    begin: async () => {
      await root.query('SET GLOBAL max_connections = 10')
      await newConnections()
      await expect(holdAll()).rejects.toThrow(/Too many connections/)
    },
    end: async () => {
      await root.query('SET GLOBAL max_connections = 200')
      await letGo()
    },
  },
  'a server in read-only mode': {
    errno: 1290,
    readsGoOn: true,
    begin: () => root.query('SET GLOBAL read_only = 1'),
    end: () => root.query('SET GLOBAL read_only = 0'),
  },
}

async function expectRefused({ errno, readsGoOn }: Refusal): Promise<void> {
  const reply = await extra.api.authorize(authorizeBody())
  expectError(reply, 503, 'SERVICE_UNAVAILABLE')
  expectRetryAfter(reply)
  const ready = await extra.api.get('/health/ready')
  expect(ready.status).toBe(readsGoOn ? 200 : 503)
  expect(ready.json.problems).toContainEqual({
    kind: 'database_refuses',
    message: expect.stringContaining(`(${errno})`),
    since: expect.any(String),
  })
  for (const secret of [PASSWORD, user, database]) expect(ready.text).not.toContain(secret)
  expect(extra.log()).not.toContain(PASSWORD)
}

test.each(Object.entries(refusals))('%s', async (_, refusal) => {
  expectMutation(await extra.api.authorize(authorizeBody()), 201)
  await refusal.begin()
  try {
    await expectRefused(refusal)
  } finally {
    await refusal.end()
  }
  const body = authorizeBody()
  await until(async () => (await extra.api.authorize(body)).status === 201, { what: 'payments to go on' })
})

test('readiness forgets it', async () => {
  const problems = async () => (await extra.api.get('/health/ready')).json.problems
  await until(async () => (await problems()).length === 0, { what: 'no problem', deadlineMs: 30_000 })
})
