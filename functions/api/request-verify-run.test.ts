/** POST /operator/verify-runs: who may ask for a run, once for each key, and what becomes of it. */
import { describe, expect, test } from '@jest/globals'
import { sampleWrite } from '../../shared/contracts/operator-write.ts'
import { contract } from '../../shared/contracts/routes/request-verify-run.ts'
import type { VerifyRun } from '../../shared/contracts/verify-runs.ts'
import { FakeAuditLog, FakeConsoleActions } from '../../shared/payments/fake-console-actions.ts'
import { FakeDatabase } from '../../shared/payments/fake-store.ts'
import { FakeVerifyRuns } from '../../shared/settlement/fake-verify-runs.ts'
import { beginRequestedRun } from '../../shared/settlement/verify-runs.ts'
import { ask, createConsole } from '../../test/unit/console-fakes.ts'
import { jsonOf } from '../../test/unit/http-fakes.ts'
import { createHandler } from './request-verify-run.ts'

const ROUTE = 'POST /operator/verify-runs'
const OTHER_KEY = 'console:01M81Y03QK7V5D2W9T4R6H8XNA'

function setUp() {
  const made = createConsole()
  const rows = { verifyRuns: [] as VerifyRun[] }
  const started: string[] = []
  const starter = {
    isAway: false,
    start: async (runId: string) => {
      if (starter.isAway) throw new Error('the starter does not begin it')
      started.push(runId)
    },
  }
  let ids = 0
  const transactions = new FakeDatabase()
  const auditLog = new FakeAuditLog(transactions)
  const ports = {
    ...made.ports,
    transactions,
    auditLog,
    consoleActions: new FakeConsoleActions(transactions),
    verifyRuns: new FakeVerifyRuns(rows),
    verifyStarter: starter as typeof starter | undefined,
    ids: { verifyRun: () => `vrf_${String(++ids).padStart(26, '0')}` },
  }
  const headersOf = new Map<string, Record<string, string>>()
  const send = async (
    body: object = sampleWrite,
    { role = 'operator' as 'viewer' | 'operator', name = 'lee' } = {},
  ) => {
    const headers = headersOf.get(name) ?? (await made.signIn(role, name))
    headersOf.set(name, headers)
    return ask(createHandler(ports) as never, { route: ROUTE, headers, body })
  }
  return { ports, rows, started, starter, auditLog, send }
}

describe(ROUTE, () => {
  test('200, the run waits, is in the audit log, and the starter was asked', async () => {
    const { rows, started, auditLog, send } = setUp()
    const { run } = contract.answers[200].parse(jsonOf(await send()))

    expect(run).toMatchObject({ state: 'REQUESTED', askedBy: 'lee', startedAt: null })
    expect(rows.verifyRuns).toMatchObject([{ runId: run.runId, state: 'REQUESTED' }])
    expect(started).toEqual([run.runId])
    expect(auditLog.entries).toEqual([
      { actor: 'lee', action: 'verify.requested', subject: run.runId, reason: sampleWrite.reason, details: {} },
    ])
  })

  test('the same key again is the same run, and the starter is asked again while it waits', async () => {
    const { ports, started, auditLog, send } = setUp()
    const first = await send()
    const again = await send()
    const { runId } = jsonOf(first).run

    expect([again.statusCode, again.headers['idempotent-replayed'], jsonOf(again)]).toEqual([
      200,
      'true',
      jsonOf(first),
    ])
    expect(started).toEqual([runId, runId])
    expect(auditLog.entries).toHaveLength(1)
    await beginRequestedRun(ports, runId)
    await send()
    expect(started).toEqual([runId, runId])
  })

  test('409 while another is going on; its key is free when that is over', async () => {
    const { ports, send } = setUp()
    const { runId } = jsonOf(await send()).run
    const busy = await send({ ...sampleWrite, key: OTHER_KEY }, { name: 'kim' })

    expect([busy.statusCode, jsonOf(busy)]).toEqual([
      409,
      expect.objectContaining({
        code: 'VERIFY_CONFLICT',
        details: { reason: 'busy', runId, askedBy: 'lee' },
      }),
    ])
    await ports.verifyRuns.finish(runId, { state: 'FAILED', problem: null }, 0)
    expect((await send({ ...sampleWrite, key: OTHER_KEY }, { name: 'kim' })).statusCode).toBe(200)
  })

  test('409 where no starter runs the API, and nothing is written', async () => {
    const { ports, rows, send } = setUp()
    ports.verifyStarter = undefined
    const refused = await send()

    expect([refused.statusCode, jsonOf(refused).details]).toEqual([409, { reason: 'no_starter' }])
    expect(rows.verifyRuns).toEqual([])
    expect(jsonOf(refused).message).toContain('details.reason')
  })

  test('a starter that does not answer fails the run at once', async () => {
    const { rows, starter, send } = setUp()
    starter.isAway = true
    expect((await send()).statusCode).toBe(200)
    expect(rows.verifyRuns).toMatchObject([{ state: 'FAILED', problem: 'the starter does not begin it' }])
  })

  test('422 for another request under the key, also when somebody else sends it', async () => {
    const { send } = setUp()
    await send()
    const other = await send({ ...sampleWrite, reason: 'another' })
    const others = await send(sampleWrite, { name: 'kim' })

    expect([other.statusCode, jsonOf(other).details.differences]).toEqual([422, ['/reason']])
    expect([others.statusCode, jsonOf(others).details.differences]).toEqual([422, ['/operator']])
  })

  test.each<object>([{}, { key: 'x', reason: 'y' }, { ...sampleWrite, reason: ' ' }, { ...sampleWrite, more: 1 }])(
    '400 for %p',
    async body => {
      expect((await setUp().send(body)).statusCode).toBe(400)
    },
  )

  test('401 when nobody is signed in, 403 for a viewer and for what is not from the console, 429 beyond the limit', async () => {
    const { rows, ports, send } = setUp()
    const viewer = await send(sampleWrite, { role: 'viewer', name: 'viewer' })

    expect([viewer.statusCode, jsonOf(viewer).details]).toEqual([403, { reason: 'role', needed: 'operator' }])
    const sent = (headers: Record<string, string>) =>
      ask(createHandler(ports) as never, { route: ROUTE, headers, body: sampleWrite })
    expect((await sent({})).statusCode).toBe(401)
    expect((await sent({ host: 'evil.example' })).statusCode).toBe(403)
    ports.limiter.refusing = 'ip'
    expect((await send(sampleWrite, { name: 'kim' })).statusCode).toBe(429)
    expect(rows.verifyRuns).toEqual([])
  })

  test('503 when the database is away, and nothing is begun', async () => {
    const { ports, started, send } = setUp()
    ports.verifyRuns.away = true

    expect((await send()).statusCode).toBe(503)
    expect(started).toEqual([])
  })
})
