/** `npm run unknown` on a database that has unknown outcomes: what it lists, and what it records. */
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { authorizePayment } from '../../shared/payments/authorize-payment.ts'
import { authorizeRequestOf, caller, claimOf, createFakePorts, FakeClock } from '../../shared/payments/fakes.ts'
import { createIds } from '../../shared/runtime/ids.ts'
import { inheritedEnv } from '../support/extra-api.ts'
import { ScratchDatabase, type Stores } from '../support/scratch-stores.ts'
import { repositoryFolder, systemUnderTest } from '../support/system.ts'

jest.setTimeout(60_000)

const { databaseUrl, logsFolder } = systemUnderTest()

let scratch: ScratchDatabase
let stores: Stores
let envFile: string
beforeAll(async () => {
  scratch = await ScratchDatabase.create(databaseUrl, 'unknown')
  stores = scratch.stores()
  envFile = join(logsFolder, 'unknown-command.env')
  writeFileSync(envFile, `DATABASE_URL="${scratch.url}"\n`, { mode: 0o600 })
})
afterAll(() => scratch?.drop())

const run = (...args: string[]) =>
  promisify(execFile)(process.execPath, ['--', 'scripts/unknown.ts', ...args, '--env-file', envFile], {
    cwd: repositoryFolder,
    env: inheritedEnv(),
  }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  )

/** An authorization whose outcome the acquirer did not tell a minute ago; returns its operation's id. */
async function unknown(key: string, paymentMethod: string): Promise<string> {
  const nowMs = Date.now() - 60_000
  const ports = { ...createFakePorts(), ...stores, clock: new FakeClock(nowMs), ids: createIds(() => nowMs) }
  ports.acquirer.script.submit.push({ kind: 'unknown' })
  const request = authorizeRequestOf({ paymentMethod })
  const outcome = await authorizePayment(ports, request, claimOf(key, request), caller)
  if (outcome.kind !== 'unknown') throw new Error(`not unknown but ${outcome.kind}`)
  return outcome.operationId
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
