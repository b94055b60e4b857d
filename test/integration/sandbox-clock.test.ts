/** The sandbox clock on a running system of its own: holds and keys run out, acquirer and bank follow, two processes agree, leases stay. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { paymentDayOf } from '../../sandbox/acquirer/business-days.ts'
import { anyFreePort } from '../../scripts/local/ports.ts'
import { journalPage, settlementPage } from '../../shared/contracts/acquirer.ts'
import { bankJournalPage } from '../../shared/contracts/bank.ts'
import { contract } from '../../shared/contracts/routes/advance-clock.ts'
import { until } from '../../shared/runtime/until.ts'
import { advanceClock } from '../support/advance-days.ts'
import { expectDetail, expectError, expectMutation, expectOperations } from '../support/contract.ts'
import { type ExtraApi, inheritedEnv, startExtraApi } from '../support/extra-api.ts'
import { send } from '../support/http.ts'
import { authorizeBody, newKey, whileInProgress } from '../support/payments.ts'
import { ScratchDatabase } from '../support/scratch-stores.ts'
import { repositoryFolder, systemUnderTest } from '../support/system.ts'
import { makeUnscheduledService } from '../support/unscheduled-service.ts'

jest.setTimeout(120_000)

const DAY_MS = 24 * 60 * 60_000
const MINUTE_MS = 60_000

const system = systemUnderTest()
let folder: string
/** Jobs of each real minute would race with a test that counts what its own step of the clock did. */
let unscheduled: string
let scratch: ScratchDatabase
let acquirer: SandboxService
let bank: SandboxService
let one: ExtraApi
let two: ExtraApi

interface SandboxService {
  name: 'acquirer' | 'bank'
  port: number
  url: string
  process: ChildProcess
}

/** An acquirer or a bank of its own: those of the system under test must not move. */
async function startSandbox(name: SandboxService['name'], port: number): Promise<SandboxService> {
  const log = openSync(join(system.logsFolder, `extra-${name}-of-the-clock.log`), 'w')
  const bankUrl = name === 'acquirer' ? { BANK_URL: bank.url } : {}
  const data = { [`${name.toUpperCase()}_PORT`]: String(port), [`${name.toUpperCase()}_DATA`]: join(folder, name) }
  const child = spawn(process.execPath, [join(repositoryFolder, 'sandbox', name, 'main.ts')], {
    env: { ...inheritedEnv(), ...data, ...bankUrl },
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  const url = `http://127.0.0.1:${port}`
  await until(
    () =>
      send(url, { path: '/health' }).then(
        reply => reply.status === 200,
        () => false,
      ),
    { what: `the ${name}` },
  )
  return { name, port, url, process: child }
}

async function end(service: SandboxService | undefined): Promise<void> {
  if (service === undefined || service.process.exitCode !== null) return
  const ended = once(service.process, 'exit')
  service.process.kill('SIGTERM')
  await ended
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sandbox-clock-'))
  scratch = await ScratchDatabase.create(system.databaseUrl, 'sandbox_clock')
  const taken = new Set<number>()
  bank = await startSandbox('bank', await anyFreePort(taken))
  acquirer = await startSandbox('acquirer', await anyFreePort(taken))
  unscheduled = makeUnscheduledService('sandbox-clock')
  const env = { DATABASE_URL: scratch.url, ACQUIRER_URL: acquirer.url, BANK_URL: bank.url }
  ;[one, two] = await Promise.all([
    startExtraApi({ name: 'clock-one', folder: unscheduled, env }),
    startExtraApi({ name: 'clock-two', folder: unscheduled, env }),
  ])
})

afterAll(async () => {
  await Promise.all([one?.stop(), two?.stop()])
  await Promise.all([end(acquirer), end(bank)])
  await scratch?.drop()
  for (const made of [folder, unscheduled && dirname(unscheduled)])
    if (made) rmSync(made, { recursive: true, force: true })
})

const post = (to: ExtraApi, advance: string) => to.api.post('/sandbox/clock', { advance })

/** Where the clock stands when it is there, and what was done on the way: a busy machine may need more than one answer. */
async function advanced(to: ExtraApi, advance: string) {
  const done = await advanceClock(to.api, advance)
  const reply = await post(to, 'PT0S')
  expect({ status: reply.status, body: reply.text }).toMatchObject({ status: 200 })
  const { now, offsetMs } = contract.answers[200].parse(reply.json)
  return { ...done, now, offsetMs }
}

/** By the journals of both, which agree. */
async function followersOffsetMs(): Promise<number> {
  const decided = journalPage.parse((await send(acquirer.url, { path: '/journal' })).json)
  const booked = bankJournalPage.parse((await send(bank.url, { path: '/journal' })).json)
  const [one, other] = [decided, booked].map(({ entries }) =>
    entries.reduce((last, entry) => (entry.type === 'clock' ? entry.offsetMs : last), 0),
  )
  expect(other).toBe(one)
  return one!
}

const filesOfAcquirer = async () =>
  settlementPage.parse((await send(acquirer.url, { path: '/settlements' })).json).files

const held = async (to: ExtraApi) => expectMutation(await to.api.authorize(authorizeBody()), 201)
const nextMinute = (time: string): number => Math.ceil(Date.parse(time) / MINUTE_MS) * MINUTE_MS

test('a hold runs out in its due minute; a capture in the other process is too late at once', async () => {
  const { paymentId, captureBefore } = await held(one)
  await two.api.payment(paymentId)

  const { now, expired, offsetMs } = await advanced(one, 'P8D')
  const late = await two.api.capture(paymentId, {}, { 'idempotency-key': newKey() })

  expect([expired, offsetMs]).toEqual([1, 8 * DAY_MS])
  expect(Date.parse(now)).toBeGreaterThan(Date.parse(captureBefore!))
  expect(expectError(late, 409, 'CAPTURE_CONFLICT').details).toMatchObject({ status: 'EXPIRED', remaining: 0 })
  expect(await followersOffsetMs()).toBe(8 * DAY_MS)
  const payment = expectDetail(await two.api.payment(paymentId))
  expect(payment).toMatchObject({ status: 'EXPIRED', capturableAmount: 0, pendingOperation: null })
  const { operations } = expectOperations(await one.api.operations(paymentId))
  expect(operations).toMatchObject([{ kind: 'authorize' }, { kind: 'expire', state: 'SUCCEEDED' }])
  const dueMs = nextMinute(captureBefore!)
  const finishedMs = Date.parse(operations[1]!.finishedAt!)
  expect([finishedMs >= dueMs, finishedMs < dueMs + MINUTE_MS]).toEqual([true, true])
})

test('before the jobs have run a claim is judged by the new time, in both processes', async () => {
  const { paymentId } = await held(two)
  await scratch.direct.write(
    'UPDATE sandbox_clock SET offset_ms = offset_ms + ?, target_offset_ms = target_offset_ms + ?',
    [8 * DAY_MS, 8 * DAY_MS],
  )

  // As long as POST /sandbox/clock waits.
  await new Promise(resolve => setTimeout(resolve, 600))

  for (const { api } of [one, two]) {
    const { details } = expectError(await api.capture(paymentId), 409, 'CAPTURE_CONFLICT')
    expect(details).toMatchObject({ reason: 'expired', status: 'AUTHORIZED' })
  }
  expect(await advanced(one, 'PT0S')).toMatchObject({ expired: 1 })
})

test('a key runs out after sixteen days, wherever its answer was cached', async () => {
  const body = authorizeBody()
  expectMutation(await one.api.authorize(body), 201)
  expect((await two.api.authorize(body)).replayed).toBe(true)

  const { pruned } = await advanced(two, 'P16D')

  expect(pruned).toBeGreaterThanOrEqual(1)
  for (const { api } of [one, two])
    expect(expectError(await api.authorize(body), 409, 'DUPLICATE_REQUEST').details.reason).toBe('expired')
})

test('an operation in progress is not taken over because the clock jumped', async () => {
  const slow = await whileInProgress(one.api, {}, async ({ pendingOperation }) => {
    expect(pendingOperation).not.toBeNull()
    await advanceClock(two.api, 'PT1H')
  })

  const { paymentId } = expectMutation(slow, 201)
  expect(expectOperations(await one.api.operations(paymentId)).operations).toMatchObject([
    { kind: 'authorize', state: 'SUCCEEDED', attempt: 1 },
  ])
})

test('two at once add up, and each waits for its own', async () => {
  const before = (await advanced(one, 'PT0S')).offsetMs

  const both = await Promise.all([advanced(one, 'P3D'), advanced(two, 'P5D')])

  expect(Math.max(...both.map(({ offsetMs }) => offsetMs)) - before).toBe(8 * DAY_MS)
  expect(await followersOffsetMs()).toBe(before + 8 * DAY_MS)
})

test('however far it jumps, the acquirer has paid each day on its own business day', async () => {
  const { paymentId } = await held(one)
  expectMutation(await one.api.capture(paymentId), 200)
  // Nobody consumes the events of this database, and the clock waits for the item of a captured one.
  await scratch.direct.write("DELETE FROM outbox_event WHERE topic = 'payment.captured'")
  await expectLineOf(paymentId)
  const before = (await filesOfAcquirer()).length

  await advanceClock(one.api, 'P30D')

  const files = await filesOfAcquirer()
  expect(files.length).toBeGreaterThan(before)
  const { entries } = bankJournalPage.parse((await send(bank.url, { path: '/journal' })).json)
  const paid = entries.flatMap(entry => (entry.type === 'movement' ? [[entry.reference, entry.bookedOn]] : []))
  expect(paid).toEqual(files.map(({ batch, day }) => [batch, paymentDayOf(day)]))
  await expectImportedOnTheWay(files, paymentDayOf(files.at(-1)!.day))
})

/** What the consumer would have written. */
async function expectLineOf(paymentId: string): Promise<void> {
  const { operations } = expectOperations(await one.api.operations(paymentId))
  const capture = operations.find(({ kind }) => kind === 'capture')!
  await scratch.direct.write('INSERT INTO recon_expectation SET ?', [
    {
      ...{ expectation_id: `exp_${paymentId.slice(4)}`, event_id: `evt_${paymentId.slice(4)}`, payment_id: paymentId },
      ...{
        source_id: 'acquirer',
        match_key: capture.operationId,
        kind: 'capture',
        amount: capture.amount,
        fee: 0,
        vat: 0,
      },
      ...{ currency: capture.currency, due_on: new Date('2037-01-01'), state: 'OPEN', recorded_at: new Date() },
    },
  ])
}

/** The files of all days, and each that has lines in the minute after its day. */
async function expectImportedOnTheWay(files: readonly { name: string }[], firstPaidOn: string): Promise<void> {
  const imported = await scratch.direct.rows<{
    source_id: string
    name: string
    day: Date
    late: number
    lines: number
  }>(
    `SELECT source_id, name, day, line_count AS \`lines\`,
       TIMESTAMPDIFF(SECOND, DATE_ADD(day, INTERVAL 15 HOUR), received_at) AS late FROM recon_file ORDER BY day`,
  )
  const ofAcquirer = imported.filter(({ source_id }) => source_id === 'acquirer')
  const days = imported.flatMap(({ source_id, day }) => (source_id === 'bank-operating' ? [day.getTime()] : []))
  expect(ofAcquirer.map(({ name }) => name)).toEqual(files.map(({ name }) => name))
  expect(days).toEqual(days.map((_, index) => Date.parse(firstPaidOn) + index * DAY_MS))
  expect(days.length).toBeGreaterThan(20)
  for (const { name, late } of imported.filter(({ lines }) => lines > 0))
    expect({ name, isInItsMinute: late >= 0 && late < 60 }).toEqual({ name, isInItsMinute: true })
}

test.each(['acquirer', 'bank'] as const)('while the %s is away nothing moves', async name => {
  const { offsetMs } = await advanced(one, 'PT0S')
  const service = name === 'acquirer' ? acquirer : bank
  await end(service)

  expectError(await post(one, 'P1D'), 503, 'SERVICE_UNAVAILABLE')

  const again = await startSandbox(name, service.port)
  if (name === 'acquirer') acquirer = again
  else bank = again
  expect((await advanced(one, 'PT0S')).offsetMs).toBe(offsetMs)
})
