/**
 * A database that was put back to an earlier state, while Redis, Kafka and the callers know more: nothing is answered that it does not
 * hold. Then docs/restore.md, step by step.
 */
import { execFile } from 'node:child_process'
import { cpSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { Redis } from 'ioredis'
import { type Control, connectControl } from '../../scripts/local/control.ts'
import type { MutationView } from '../../shared/contracts/payment.ts'
import { until } from '../../shared/runtime/until.ts'
import { expectError, expectMutation } from '../support/contract.ts'
import { openDatabase, type TestDatabase } from '../support/database.ts'
import { inheritedEnv } from '../support/extra-api.ts'
import { PaymentApi, type Reply } from '../support/http.ts'
import { type OwnSystem, startOwnSystem } from '../support/own-system.ts'
import { authorizeBody, captured, newKey } from '../support/payments.ts'
import { repositoryFolder, systemUnderTest } from '../support/system.ts'

jest.setTimeout(240_000)

const run = promisify(execFile)

/** What goes on naming what was lost, once it has been given back. */
const LEFT_BROKEN = ['no-ghost-events', 'distinct-events', 'no-dead-letters', 'hold-is-payment']

// In Docker the data lies in a volume; what is restored there is the same database.
const describeNatively = systemUnderTest().mode === 'native' ? describe : describe.skip

describeNatively('a restored database', () => {
  let own: OwnSystem
  let control: Control
  let api: PaymentApi
  let folder: string
  let redis: Redis

  beforeAll(async () => {
    own = await startOwnSystem('restored')
    control = connectControl(own.runFile)
    api = new PaymentApi(own.system.apiUrl)
    folder = dirname(own.runFile)
    redis = new Redis(own.system.redisUrl)
  })
  afterAll(async () => {
    redis?.disconnect()
    await own?.stop()
  })

  const dataOf = (name: string) => join(folder, name)

  async function withDatabase<T>(work: (database: TestDatabase) => Promise<T>): Promise<T> {
    const database = openDatabase(own.system.databaseUrl)
    try {
      return await work(database)
    } finally {
      await database.close()
    }
  }

  const incarnation = () =>
    withDatabase(
      async database => (await database.rows<{ id: string }>('SELECT incarnation_id AS id FROM incarnation'))[0]!.id,
    )

  const untilPublished = () =>
    withDatabase(database =>
      until(async () => (await database.count('SELECT COUNT(*) FROM outbox_event WHERE published_at IS NULL')) === 0, {
        what: 'all events to be published',
        deadlineMs: 90_000,
      }),
    )

  /** A copy of MariaDB's data while it is stopped. */
  async function backUp(): Promise<void> {
    await control.stop('mariadb')
    rmSync(dataOf('backup'), { recursive: true, force: true })
    cpSync(dataOf('mariadb'), dataOf('backup'), { recursive: true })
    await control.start('mariadb')
  }

  async function putBack(): Promise<void> {
    await control.stop('mariadb')
    rmSync(dataOf('mariadb'), { recursive: true })
    cpSync(dataOf('backup'), dataOf('mariadb'), { recursive: true })
    await control.start('mariadb')
  }

  /** A request that is repeated until MariaDB has been found again. */
  const answered = (ask: () => Promise<Reply>): Promise<Reply> =>
    until(
      async () => {
        const reply = await ask()
        return reply.status === 503 ? undefined : reply
      },
      { what: 'an answer that is not 503', deadlineMs: 30_000 },
    ) as Promise<Reply>

  /** Redis is left out for a second after it, or MariaDB, was not there. */
  const untilRedisHolds = ({ operationId }: MutationView, ask: () => Promise<Reply>) =>
    until(
      async () => {
        expect((await ask()).replayed).toBe(true)
        const known = await redis.zrange(`operations ${await incarnation()}`, 0, '-1')
        return known.some(member => member.startsWith(operationId))
      },
      { what: `Redis to hold the answer to ${operationId}` },
    )

  /** A payment that the copy will hold, and Redis too. */
  async function held(): Promise<MutationView> {
    const body = authorizeBody()
    const first = expectMutation(await api.authorize(body), 201)
    await untilRedisHolds(first, () => api.authorize(body))
    await untilPublished()
    return first
  }

  /** What a caller did after the copy was made: it captured one payment and authorized another. */
  async function newerPast(first: MutationView) {
    const captureKey = { 'idempotency-key': newKey() }
    const body = authorizeBody()
    const capture = () => api.capture(first.paymentId, {}, captureKey)
    const authorize = () => api.authorize(body)
    const lost = {
      capture: expectMutation(await answered(capture), 200),
      authorize: expectMutation(await answered(authorize), 201),
    }
    await untilRedisHolds(lost.capture, capture)
    await untilRedisHolds(lost.authorize, authorize)
    return { capture, authorize, lost }
  }

  test('that was put back while the API ran is never answered from newer answers in Redis', async () => {
    const first = await held()
    await backUp()
    const { capture, authorize, lost } = await newerPast(first)
    const before = await incarnation()

    await putBack()

    const again = await answered(authorize)
    expect(again.replayed).toBe(false)
    expect(expectMutation(again, 201).paymentId).not.toBe(lost.authorize.paymentId)
    expect((await api.payment(first.paymentId)).json).toMatchObject({ status: 'AUTHORIZED', capturedAmount: 0 })
    const capturedAgain = await capture()
    expect(capturedAgain.replayed).toBe(false)
    // It was executed again, and the acquirer knows that this hold was captured.
    expect(expectError(capturedAgain, 402, 'PAYMENT_DECLINED').details).toMatchObject({ reason: 'hold_closed' })
    expect((await api.payment(lost.authorize.paymentId)).status).toBe(404)

    // From here on everything is as ever.
    const isReplayed = async () => (await authorize()).replayed
    await until(async () => (await isReplayed()) && (await incarnation()) !== before, { what: 'a new incarnation' })
    for (const [ask, answer] of [
      [authorize, again],
      [capture, capturedAgain],
    ] as const) {
      const repeat = await ask()
      expect({ replayed: repeat.replayed, same: repeat.bytes.equals(answer.bytes) }).toEqual({
        replayed: true,
        same: true,
      })
    }
    const apiLog = join(own.system.logsFolder, 'api.log')
    await until(() => readFileSync(apiLog, 'utf8').includes('was it restored?'), {
      what: 'a line in the log of the API',
    })
  })

  test('goes on as docs/restore.md says', async () => {
    const kept = await captured(api)
    await until(async () => (await api.payment(kept.paymentId)).json.ledgerEntries.length === 2, {
      what: 'the fee of the payment that the copy holds',
      deadlineMs: 90_000,
    })
    const first = await held()
    const backedUpAt = new Date().toISOString()
    // A copy made between the event and its fee.
    await withDatabase(database =>
      database.write("DELETE FROM ledger_entry WHERE payment_id = ? AND entry_type = 'fee'", [kept.paymentId]),
    )
    await backUp()
    const { capture, authorize } = await newerPast(first)

    await control.stop('api')
    await putBack()
    const env = { ...inheritedEnv(), PAY_RUN_FILE: own.runFile }
    const npmRun = (script: string, ...args: string[]) =>
      run(process.execPath, [join(repositoryFolder, `scripts/${script}.ts`), ...args], { cwd: repositoryFolder, env })
    expect((await npmRun('migrate')).stdout).toContain('up to date')
    const since = new Date(Date.parse(backedUpAt) - 60 * 60_000).toISOString()
    expect((await npmRun('reread', '--since', since)).stdout).toMatch(/record-ledger-captured: [1-9]\d* records/)
    await control.start('api')

    for (const ask of [authorize, capture]) expect((await answered(ask)).replayed).toBe(false)
    await until(async () => (await api.payment(kept.paymentId)).json.ledgerEntries.length === 2, {
      what: 'the fee that the copy did not hold',
      deadlineMs: 90_000,
    })
    // What is newer than the database stays in Kafka, and `verify` names it.
    const verified = await npmRun('verify', '--settle', '60').catch(error => error as { stdout: string })
    expect(verified.stdout).toContain('no-ghost-events')
    expect(verified.stdout).toMatch(new RegExp(`of ${first.paymentId} is not in the outbox`))
    // So does the acquirer's journal; what it holds and captured is given back there, and nothing of it is left.
    expect(verified.stdout).toMatch(/the acquirer approved this authorize of \d+ KRW, and it is not known here/)
    const orphans = await npmRun('unknown', 'orphans').catch(error => error as { stdout: string })
    expect(orphans.stdout).toMatch(/--release would refund/)
    expect(orphans.stdout).toMatch(/--release would void/)
    expect((await npmRun('unknown', 'orphans', '--release', '--yes')).stdout).toMatch(/void .*: approved/)
    expect((await npmRun('unknown', 'orphans')).stdout).toContain('The acquirer has approved nothing')
    const json = (await npmRun('verify', '--json').catch(error => error as { stdout: string })).stdout
    const broken = (JSON.parse(json) as { name: string; ok: boolean }[]).filter(({ ok }) => !ok).map(({ name }) => name)
    expect(broken.filter(name => !LEFT_BROKEN.includes(name))).toEqual([])
    // The ledger consumers have read them again, and booked nothing of them.
    const { stdout: letters } = await npmRun('dlq')
    expect(letters).toContain('not from the outbox: it has no event')
    expect(letters).toContain(first.paymentId)
  })
})
