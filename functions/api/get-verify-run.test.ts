/** GET /operator/verify-runs/last: what was found last, and who may ask. */
import { describe, expect, test } from '@jest/globals'
import { contract } from '../../shared/contracts/routes/get-verify-run.ts'
import type { VerifyRun } from '../../shared/contracts/verify-runs.ts'
import { NO_PROGRESS } from '../../shared/contracts/verify-runs.ts'
import { FakeVerifyRuns } from '../../shared/settlement/fake-verify-runs.ts'
import { ask, createConsole } from '../../test/unit/console-fakes.ts'
import { jsonOf } from '../../test/unit/http-fakes.ts'
import { createHandler } from './get-verify-run.ts'

const ROUTE = 'GET /operator/verify-runs/last'

async function signedIn() {
  const made = createConsole()
  const rows = { verifyRuns: [] as VerifyRun[] }
  const verifyStarter = { start: async () => {} }
  const ports = { ...made.ports, verifyRuns: new FakeVerifyRuns(rows), verifyStarter }
  const headers = await made.signIn('viewer')
  const read = (sent = headers, given: Partial<Parameters<typeof createHandler>[0]> = {}) =>
    ask(createHandler({ ...ports, ...given }) as never, { route: ROUTE, headers: sent })
  const nowMs = made.ports.clock.nowMs()
  const run: VerifyRun = {
    runId: 'vrf_01M81Y5M2N7C4X9QK8R3HW6B1D',
    state: 'DONE',
    askedBy: 'kim',
    askedAtMs: nowMs,
    startedAtMs: nowMs + 1_000,
    finishedAtMs: nowMs + 3_000,
    leaseUntilMs: nowMs + 30_000,
    progress: NO_PROGRESS,
    problem: null,
    result: {
      figures: { payments: 1, outboxRows: 2, distinctEvents: 2, kafkaRecords: 2, duplicates: 0 },
      acquirerDecisions: null,
      acquirerSkipped: 'it keeps no journal',
      rules: [
        {
          name: 'trial-balance',
          group: 'Ledger',
          sentence: 'x',
          checked: 1,
          failed: 1,
          pending: 0,
          rows: [{ row: 'KRW', problem: 'debits 1, credits 2' }],
        },
      ],
    },
  }
  return { ports, rows, run, read }
}

describe(ROUTE, () => {
  test('200 with nothing before the first run; it says whether one can be asked for', async () => {
    const { read } = await signedIn()
    const nothing = { newest: null, lastResult: null }

    expect(contract.answers[200].parse(jsonOf(await read()))).toEqual({ ...nothing, canRunNow: true })
    const alone = await read(undefined, { verifyStarter: undefined })
    expect(contract.answers[200].parse(jsonOf(alone))).toEqual({ ...nothing, canRunNow: false })
  })

  test('200 with the last result, and the newest run beside it', async () => {
    const { rows, run, read } = await signedIn()
    const going = { ...run, runId: 'vrf_01M81Y6M2N7C4X9QK8R3HW6B1D', state: 'RUNNING' as const, finishedAtMs: null }
    rows.verifyRuns.push(run, { ...going, result: null, progress: { ...NO_PROGRESS, payments: 7 } })
    const { newest, lastResult } = contract.answers[200].parse(jsonOf(await read()))

    expect(newest).toMatchObject({ runId: going.runId, state: 'RUNNING', progress: { payments: 7 } })
    expect(lastResult).toMatchObject({
      run: { runId: run.runId, askedBy: 'kim' },
      figures: { payments: 1, acquirerDecisions: null },
      acquirerSkipped: 'it keeps no journal',
      rules: [{ name: 'trial-balance', failed: 1, rows: [{ row: 'KRW' }] }],
    })
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
    ports.verifyRuns.away = true

    expect((await read()).statusCode).toBe(503)
  })
})
