/** `npm run unknown` on a database with unknown outcomes and the sandbox acquirer: what it lists, and what it records. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { Journal } from '../../sandbox/acquirer/journal.ts'
import { startAcquirer } from '../../sandbox/acquirer/server.ts'
import type { RunningService } from '../../sandbox/service/http-service.ts'
import { authorizePayment } from '../../shared/payments/authorize-payment.ts'
import { authorizeRequestOf, caller, claimOf, createFakePorts, FakeClock } from '../../shared/payments/fakes.ts'
import { confirmSettlements } from '../../shared/payments/settle-by-hand.ts'
import { configFrom } from '../../shared/runtime/config.ts'
import { createIds } from '../../shared/runtime/ids.ts'
import { Ports } from '../../shared/runtime/wiring.ts'
import { inheritedEnv } from '../support/extra-api.ts'
import { ScratchDatabase, type Stores } from '../support/scratch-stores.ts'
import { repositoryFolder, systemUnderTest } from '../support/system.ts'

jest.setTimeout(60_000)

const { databaseUrl, logsFolder } = systemUnderTest()

let scratch: ScratchDatabase
let stores: Stores
/** Of its own: what it approves is not in the database of the system under test. */
let acquirer: RunningService
let acquirerUrl: string
let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'unknown-command-'))
  const options = { holdWindowMs: 86_400_000, lateMs: 0, slowMs: 0, nowMs: Date.now, log: () => {} }
  acquirer = await startAcquirer({ ...options, journal: new Journal(folder) }, 0, '127.0.0.1')
  acquirerUrl = `http://127.0.0.1:${acquirer.port}`
  scratch = await ScratchDatabase.create(databaseUrl, 'unknown')
  stores = scratch.stores()
})
afterAll(async () => {
  await acquirer?.close()
  rmSync(folder, { recursive: true, force: true })
  await scratch?.drop()
})

/** Nobody listens there. */
const NO_ACQUIRER = 'http://127.0.0.1:9'

const runWith = (url: string, args: string[]) => {
  const envFile = join(logsFolder, 'unknown-command.env')
  writeFileSync(envFile, `DATABASE_URL="${scratch.url}"\nACQUIRER_URL="${url}"\n`, { mode: 0o600 })
  const command = ['--', 'scripts/unknown.ts', ...args, '--env-file', envFile]
  return promisify(execFile)(process.execPath, command, { cwd: repositoryFolder, env: inheritedEnv() }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  )
}
const run = (...args: string[]) => runWith(acquirerUrl, args)

/** An authorization whose outcome the acquirer did not tell a minute ago; returns its operation's id. */
async function unknown(key: string, paymentMethod: string): Promise<string> {
  const nowMs = Date.now() - 60_000
  const ports = { ...createFakePorts(), ...stores, clock: new FakeClock(nowMs), ids: createIds(() => nowMs) }
  ports.acquirer.script.submit.push({ kind: 'unknown' })
  const request = authorizeRequestOf({ paymentMethod })
  // The fakes' own fingerprint is longer than its column.
  const claim = { ...claimOf(key, request), fingerprint: `v1:${key}` }
  const outcome = await authorizePayment(ports, request, claim, caller)
  if (outcome.kind !== 'unknown') throw new Error(`not unknown but ${outcome.kind}`)
  return outcome.operationId
}

/** The acquirer got the order all the same. */
async function arrivesLate(operationId: string, method: string): Promise<void> {
  const order = {
    kind: 'authorize',
    amount: 10_000,
    currency: 'KRW',
    method,
    authorizationId: null,
    finalCapture: null,
  }
  const body = JSON.stringify(order)
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${acquirerUrl}/operations/${operationId}`, { method: 'PUT', headers, body })
  expect(response.status).toBe(200)
}

const stateOf = async (operationId: string): Promise<unknown> => {
  const rows = await stores.database.select<{ state: string }>(
    'SELECT state FROM payment_operation WHERE operation_id = ?',
    [operationId],
  )
  return rows[0]?.state
}

test('lists, asks again, and settles what the acquirer has decided by its word', async () => {
  const [approved, declined, contrary] = [
    await unknown('key-1', 'tok_approve'),
    await unknown('key-2', 'tok_decline'),
    await unknown('key-3', 'tok_approve'),
  ]
  await arrivesLate(approved, 'tok_approve')
  await arrivesLate(declined, 'tok_decline')
  await arrivesLate(contrary, 'tok_approve')

  const listed = JSON.parse((await run('--json')).stdout)
  expect(listed.settlements).toEqual([])
  expect(listed.operations.map((row: { operationId: string }) => row.operationId)).toEqual(
    [approved, declined, contrary].toSorted(),
  )

  expect(await run('inquire', approved, 'op_nowhere')).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/There is no operation op_nowhere.*the acquirer approved it; recorded/s),
  })
  expect(await stateOf(approved)).toBe('SUCCEEDED')

  const byHand = ['--outcome', 'failed', '--as', 'kim', '--reason', 'a letter']
  expect(await run('settle', declined, ...byHand)).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('--yes'),
  })
  expect(await stateOf(declined)).toBe('PENDING')
  expect(await run('settle', declined, ...byHand, '--yes')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('The acquirer declined it. That is recorded'),
  })
  expect(await stateOf(declined)).toBe('DECLINED')
  expect(await run('settle', declined, ...byHand, '--yes')).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('is DECLINED: there is nothing to settle'),
  })

  expect(await run('settle', contrary, ...byHand, '--yes')).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('which is not what you said'),
  })
  expect(await stateOf(contrary)).toBe('SUCCEEDED')
  expect(await run()).toMatchObject({ code: 0, stdout: 'No outcome is unknown.\n' })
})

test('records what a person says while the acquirer is away, and lists it until the acquirer has agreed', async () => {
  const [agreed, contradicted] = [await unknown('key-4', 'tok_approve'), await unknown('key-5', 'tok_approve')]
  const settle = (operationId: string, outcome: string) =>
    runWith(NO_ACQUIRER, ['settle', operationId, '--outcome', outcome, '--as', 'kim', '--reason', 'a letter', '--yes'])
  await arrivesLate(contradicted, 'tok_approve')

  expect(await settle(agreed, 'failed')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('Recorded as FAILED, settled by kim.'),
  })
  expect(await settle(contradicted, 'failed')).toMatchObject({ code: 0 })
  expect([await stateOf(agreed), await stateOf(contradicted)]).toEqual(['FAILED', 'FAILED'])
  const { settlements } = JSON.parse((await run('--json')).stdout)
  expect(settlements).toMatchObject([{ operationId: agreed }, { operationId: contradicted, acquirerSaid: null }])

  const env = { DATABASE_URL: scratch.url, ACQUIRER_URL: acquirerUrl, LOG_LEVEL: 'silent' }
  const ports = new Ports(() => configFrom(env))
  await confirmSettlements(ports, { limit: 10, concurrency: 2, deadlineMs: Number.POSITIVE_INFINITY })
  await ports.database.close()

  expect((await ports.metrics.settlementsContradicted.get()).values[0]!.value).toBe(1)
  const { stdout } = await run()
  expect(stdout).not.toContain(agreed)
  expect(stdout).toMatch(new RegExp(`^${contradicted}  settled by hand as FAILED .*THE ACQUIRER SAYS approved$`, 'm'))
  expect(await stateOf(contradicted)).toBe('FAILED')
})

test('lists what the acquirer approved and the database lost, and gives it back', async () => {
  const nowMs = Date.now()
  const ids = createIds(() => nowMs)
  const lost = ids.operation()
  await arrivesLate(lost, 'tok_approve')

  const listed = await run('orphans')
  expect(listed).toMatchObject({
    code: 1,
    stdout: expect.stringContaining(`of hold ${lost}: --release would void 10000 KRW`),
  })
  expect(await run('orphans', '--release', '--yes')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining(`void 10000 KRW (minor units) of hold ${lost}: approved`),
  })
  expect(await run('orphans')).toMatchObject({
    code: 0,
    stdout: 'The acquirer has approved nothing that is not known here.\n',
  })
})
