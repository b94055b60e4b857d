/** Runs of `npm run verify` that the console asks for: from the request to the result, two at once, and one whose process is killed. */
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { createConnection } from 'mysql2/promise'
import type { VerifyRunsView } from '../../shared/contracts/verify-run-views.ts'
import { everyInvariant } from '../../shared/invariants/catalogue.ts'
import { configFrom } from '../../shared/runtime/config.ts'
import { until } from '../../shared/runtime/until.ts'
import { Ports } from '../../shared/runtime/wiring.ts'
import { beginOwnRun, failRun, requestRun, VERIFY_LEASE_MS } from '../../shared/settlement/verify-runs.ts'
import { openDatabase, type TestDatabase } from '../support/database.ts'
import { inheritedEnv } from '../support/extra-api.ts'
import { send } from '../support/http.ts'
import { newOperatorKey, TestOperators } from '../support/operators.ts'
import { ScratchDatabase } from '../support/scratch-stores.ts'
import { repositoryFolder, systemUnderTest } from '../support/system.ts'

jest.setTimeout(180_000)

const { apiUrl, databaseUrl } = systemUnderTest()
const PATH = '/operator/verify-runs'
const REASON = 'before the month is closed'

const newProcess = (url: string) => new Ports(() => configFrom({ DATABASE_URL: url, LOG_LEVEL: 'silent' })).forBatches

let database: TestDatabase
let operators: TestOperators
let ports: ReturnType<typeof newProcess>
const headers = {} as Record<'viewer' | 'operator', Record<string, string>>

beforeAll(async () => {
  database = openDatabase(databaseUrl)
  operators = new TestOperators(database, 'verify runs')
  ports = newProcess(databaseUrl)
  await operators.add('viewer', 'operator')
  for (const role of ['viewer', 'operator'] as const) headers[role] = await operators.signIn(role, apiUrl)
})
afterAll(async () => {
  await operators?.remove()
  await ports?.database.close()
  await database?.close()
})
beforeEach(async () => {
  await database.write('DELETE FROM verify_run')
})

const ask = (key: string, role: 'viewer' | 'operator' = 'operator') =>
  send(apiUrl, { method: 'POST', path: PATH, headers: headers[role], body: { key, reason: REASON } })

const shown = async (): Promise<VerifyRunsView> =>
  (await send(apiUrl, { path: `${PATH}/last`, headers: headers.viewer })).json

const untilNewestIs = (state: string, runId: string) =>
  until(
    async () => {
      const view = await shown()
      return view.newest?.runId === runId && view.newest.state === state ? view : undefined
    },
    { what: `${runId} to be ${state}`, deadlineMs: 90_000 },
  )

/** Of the process that carries out this run; undefined while there is none. */
function pidOf(runId: string): number | undefined {
  const pids = readdirSync('/proc').filter(name => /^\d+$/.test(name))
  const found = pids.find(pid => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(runId)
    } catch {
      return false
    }
  })
  return found === undefined ? undefined : Number(found)
}

describe('a run that an operator asks for', () => {
  test('is carried out by a process of its own, to the end, and is in the audit log', async () => {
    expect((await shown()).newest).toBeNull()
    const key = newOperatorKey()
    const asked = await ask(key)
    expect([asked.status, asked.json.run]).toEqual([200, expect.objectContaining({ state: 'REQUESTED' })])
    const { runId } = asked.json.run
    const { lastResult } = await untilNewestIs('DONE', runId)

    expect(lastResult!.run).toMatchObject({ runId, askedBy: operators.nameOf('operator'), problem: null })
    expect(lastResult!.rules.map(({ name }) => name)).toEqual(everyInvariant.map(({ name }) => name))
    expect(lastResult!.figures.payments).toBe(await database.count('SELECT COUNT(*) FROM payment'))
    const [entry] = await database.rows('SELECT actor, action, reason FROM audit_log WHERE subject = ?', [runId])
    expect(entry).toEqual({ actor: operators.nameOf('operator'), action: 'verify.requested', reason: REASON })

    const again = await ask(key)
    expect([again.status, again.replayed, again.json]).toEqual([200, true, asked.json])
    expect(await database.count('SELECT COUNT(*) FROM verify_run')).toBe(1)
    expect(await database.count('SELECT COUNT(*) FROM audit_log WHERE subject = ?', [runId])).toBe(1)
  })

  test('is one of two that are asked for at once; the other is told who was first', async () => {
    const both = await Promise.all([ask(newOperatorKey()), ask(newOperatorKey())])
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409])
    const [first, second] = both.toSorted((one, other) => one.status - other.status)
    const { runId } = first!.json.run
    expect(second!.json).toMatchObject({
      code: 'VERIFY_CONFLICT',
      details: { reason: 'busy', runId, askedBy: operators.nameOf('operator') },
    })
    await untilNewestIs('DONE', runId)
  })

  test('is refused to a viewer, and with a key that was used for another request', async () => {
    const refused = await ask(newOperatorKey(), 'viewer')
    expect([refused.status, refused.json.details]).toEqual([403, { reason: 'role', needed: 'operator' }])
    const key = newOperatorKey()
    const { runId } = (await ask(key)).json.run
    const body = { key, reason: 'another one' }
    const other = await send(apiUrl, { method: 'POST', path: PATH, headers: headers.operator, body })
    expect([other.status, other.json.details]).toEqual([422, { reason: 'different_request', differences: ['/reason'] }])
    await untilNewestIs('DONE', runId)
  })
})

/**
 * Ends the process of a run that has begun, by this signal, and gives the run. It cannot have come to its end before: it waits for a
 * table that nobody else reads.
 */
async function endedBy(signal: 'SIGTERM' | 'SIGKILL'): Promise<string> {
  const lock = await createConnection({ uri: databaseUrl })
  try {
    await lock.query('LOCK TABLES closed_month_account WRITE')
    const { runId } = (await ask(newOperatorKey())).json.run
    const pid = await until(() => pidOf(runId), { what: 'its process', intervalMs: 20 })
    await until(async () => (await ports.verifyRuns.open())?.state === 'RUNNING', { what: 'its run', intervalMs: 20 })
    process.kill(pid, signal)
    await until(() => pidOf(runId) === undefined, { what: 'its end' })
    return runId
  } finally {
    await lock.end()
  }
}

describe('a process that ends in the middle', () => {
  test('says so when it is asked to, and is in nobody’s way', async () => {
    const runId = await endedBy('SIGTERM')
    const { newest } = await untilNewestIs('FAILED', runId)
    expect(newest!.problem).toBe('it was ended by SIGTERM')
    const next = await ask(newOperatorKey())
    expect(next.status).toBe(200)
    await untilNewestIs('DONE', next.json.run.runId)
  })

  test('leaves its run to its lease when it is killed; then it is shown without a result, and the next run is done', async () => {
    const runId = await endedBy('SIGKILL')

    expect((await ask(newOperatorKey())).json.details).toMatchObject({ reason: 'busy', runId })
    // Half a minute passes.
    await database.write('UPDATE verify_run SET lease_until = ? WHERE run_id = ?', [new Date(), runId])
    const { newest, lastResult } = await shown()
    expect([newest!.state, newest!.problem, lastResult]).toEqual(['FAILED', null, null])

    const next = await ask(newOperatorKey())
    expect(next.status).toBe(200)
    await untilNewestIs('DONE', next.json.run.runId)
    const [row] = await database.rows('SELECT state, open_run FROM verify_run WHERE run_id = ?', [runId])
    expect(row).toEqual({ state: 'FAILED', open_run: null })
  })
})

describe('npm run verify -- --save', () => {
  const type = (...args: string[]) =>
    promisify(execFile)(process.execPath, ['scripts/run.mjs', 'verify', '--save', ...args], {
      cwd: repositoryFolder,
      env: inheritedEnv(),
    }).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
    )

  test('keeps what it prints, under the login of the database', async () => {
    const { stdout } = await type()
    const [, runId] = /^Kept for the console as (vrf_\S+)\.$/m.exec(stdout) ?? []
    const { newest, lastResult } = await shown()
    expect(newest).toMatchObject({ runId, state: 'DONE', askedBy: 'system login pay' })
    for (const { sentence } of lastResult!.rules) expect(stdout).toContain(sentence)
  })

  test('begins nothing while another run is going on, and says whose', async () => {
    await beginOwnRun(ports, 'somebody')
    const { code, stderr } = await type()
    expect([code, stderr]).toEqual([1, expect.stringContaining('another run is going on, which somebody asked for')])
    expect(await database.count('SELECT COUNT(*) FROM verify_run')).toBe(1)
  })

  test('does not carry out a run that nobody waits for', async () => {
    const { code, stderr } = await type('vrf_01M81Y5M2N7C4X9QK8R3HW6B1D')
    expect([code, stderr]).toEqual([1, expect.stringContaining('nobody waits for this run')])
  })
})

describe('on a database of its own', () => {
  let scratch: ScratchDatabase
  let processes: ReturnType<typeof newProcess>[]
  beforeAll(async () => {
    scratch = await ScratchDatabase.create(databaseUrl, 'verify_runs')
    processes = [newProcess(scratch.url), newProcess(scratch.url), newProcess(scratch.url)]
  })
  afterAll(async () => {
    for (const each of processes ?? []) await each.database.close()
    await scratch?.drop()
  })

  test('of processes that begin a run at once exactly one does, time and again, whoever asks', async () => {
    const [one, other, third] = processes as [(typeof processes)[0], (typeof processes)[0], (typeof processes)[0]]
    for (let round = 0; round < 10; round++) {
      const outcomes = await Promise.all([
        beginOwnRun(one, 'one'),
        beginOwnRun(other, 'other'),
        requestRun(third, { operator: 'kim', reason: REASON }),
      ])
      expect(outcomes.map(({ kind }) => kind).filter(kind => kind !== 'busy')).toHaveLength(1)
      const open = await one.verifyRuns.open()
      expect(await failRun(one, open!.runId, 'the round is over')).toBe(true)
    }
    // One that was refused leaves no trace.
    const requested = await scratch.direct.count("SELECT COUNT(*) FROM verify_run WHERE asked_by = 'kim'")
    expect(await scratch.direct.count('SELECT COUNT(*) FROM audit_log')).toBe(requested)
  })

  test('of processes that find a run given up exactly one takes its place', async () => {
    for (let round = 0; round < 5; round++) {
      const begun = await beginOwnRun(processes[0]!, 'killed')
      expect(begun.kind).toBe('begun')
      await scratch.direct.write('UPDATE verify_run SET lease_until = ? WHERE open_run = 1', [new Date(0)])
      const outcomes = await Promise.all(processes.map(each => beginOwnRun(each, 'next')))
      expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['begun', 'busy', 'busy'])
      const open = (await processes[0]!.verifyRuns.open())!
      expect(open.leaseUntilMs).toBeGreaterThan(open.askedAtMs + VERIFY_LEASE_MS - 1)
      await failRun(processes[0]!, open.runId, null)
    }
  })

  test('the table takes no second open run, and no open run that is over', async () => {
    const insert = (runId: string, state: string, open: number | null) =>
      scratch.direct.write(
        "INSERT INTO verify_run (run_id, state, open_run, asked_by, asked_at, lease_until, progress) VALUES (?, ?, ?, 'x', ?, ?, '{}')",
        [runId, state, open, new Date(), new Date()],
      )
    await insert('vrf_1', 'RUNNING', 1)
    await expect(insert('vrf_2', 'REQUESTED', 1)).rejects.toThrow('Duplicate entry')
    await expect(insert('vrf_3', 'DONE', 1)).rejects.toThrow('verify_run_is_open')
    await expect(insert('vrf_4', 'RUNNING', null)).rejects.toThrow('verify_run_is_open')
    await expect(insert('vrf_5', 'RUNNING', 2)).rejects.toThrow('verify_run_is_one')
    await insert('vrf_6', 'FAILED', null)
    await insert('vrf_7', 'DONE', null)
  })

  test('what is shown is read by an index, however many runs there are', async () => {
    const explained = async (sql: string) => (await scratch.direct.rows<{ key: string }>(`EXPLAIN ${sql}`))[0]!.key
    expect(await explained('SELECT * FROM verify_run ORDER BY run_id DESC LIMIT 1')).toBe('PRIMARY')
    expect(await explained("SELECT * FROM verify_run WHERE state = 'DONE' ORDER BY run_id DESC LIMIT 1")).toBe(
      'verify_run_by_state',
    )
    expect(await explained('SELECT * FROM verify_run WHERE open_run = 1')).toBe('verify_run_open')
  })
})
