/** Runs of `npm run verify` that are kept: one at a time, and none in the way for ever. */
import { describe, expect, test } from '@jest/globals'
import { NO_PROGRESS, type VerifyResult, type VerifyRun } from '../contracts/verify-runs.ts'
import type { Transaction } from '../payments/ports.ts'
import { FakeVerifyRuns } from './fake-verify-runs.ts'
import type { AuditEntry } from './ports.ts'
import {
  beginOwnRun,
  beginRequestedRun,
  failRun,
  keepResult,
  proceed,
  readVerifyRuns,
  requestRun,
  startRun,
  VERIFY_LEASE_MS,
} from './verify-runs.ts'

const NOW_MS = Date.UTC(2026, 10, 30, 9)
const DAY_MS = 24 * 60 * 60_000

const resultOf = (failed = 0): VerifyResult => ({
  figures: { payments: 1, outboxRows: 2, distinctEvents: 2, kafkaRecords: 2, duplicates: 0 },
  acquirerDecisions: 2,
  acquirerSkipped: null,
  rules: [{ name: 'trial-balance', group: 'Ledger', sentence: 'x', checked: 1, failed, pending: 0, rows: [] }],
})

function setUp() {
  const rows = { verifyRuns: [] as VerifyRun[] }
  const entries: AuditEntry[] = []
  const state = { nowMs: NOW_MS, made: 0 }
  const tx: Transaction = { kind: 'transaction' }
  const ports = {
    verifyRuns: new FakeVerifyRuns(rows),
    transactions: {
      areSeparate: true as const,
      run: <T>(_: string, work: (tx: Transaction) => Promise<T>) => work(tx),
    },
    auditLog: { append: async (_: Transaction, entry: AuditEntry) => void entries.push(entry) },
    clock: { nowMs: () => state.nowMs },
    ids: { verifyRun: () => `vrf_${String(++state.made).padStart(26, '0')}` },
  }
  const ask = () => requestRun(ports, { operator: 'kim', reason: 'ticket 1' })
  const asked = async () => {
    const outcome = await ask()
    if (outcome.kind !== 'requested') throw new Error(outcome.kind)
    return outcome.run.runId
  }
  const begun = async () => {
    const outcome = await beginOwnRun(ports, 'system login pay')
    if (outcome.kind !== 'begun') throw new Error(outcome.kind)
    return outcome.runId
  }
  return { rows, entries, state, ports, ask, asked, begun }
}

describe('a run that is asked for', () => {
  test('is in the audit log, waits for a process, and is done when that has kept its result', async () => {
    const { ports, entries, asked } = setUp()
    const runId = await asked()
    expect(entries).toEqual([
      { actor: 'kim', action: 'verify.requested', subject: runId, reason: 'ticket 1', details: {} },
    ])
    expect((await readVerifyRuns(ports, true)).newest).toMatchObject({ runId, state: 'REQUESTED', askedBy: 'kim' })

    expect(await beginRequestedRun(ports, runId)).toEqual({ kind: 'begun', runId })
    expect(await proceed(ports, runId, { ...NO_PROGRESS, payments: 1_000 })).toBe(true)
    expect((await readVerifyRuns(ports, true)).newest).toMatchObject({
      state: 'RUNNING',
      progress: { payments: 1_000 },
    })

    expect(await keepResult(ports, runId, resultOf(1))).toBe(true)
    const shown = await readVerifyRuns(ports, false)
    expect(shown).toMatchObject({ newest: { state: 'DONE', problem: null }, canRunNow: false })
    expect(shown.lastResult).toMatchObject({ run: { runId }, rules: [{ name: 'trial-balance', failed: 1 }] })
  })

  test('is begun by one process only', async () => {
    const { ports, asked } = setUp()
    const runId = await asked()
    const both = [await beginRequestedRun(ports, runId), await beginRequestedRun(ports, runId)]
    expect(both.map(({ kind }) => kind)).toEqual(['begun', 'not_waiting'])
  })

  test('is refused while another is going on, and leaves no audit entry', async () => {
    const { entries, ask, asked } = setUp()
    const runId = await asked()
    expect(await ask()).toEqual({ kind: 'busy', runId, askedBy: 'kim' })
    expect(entries).toHaveLength(1)
  })

  // Both have looked before either has written: the unique key decides.
  test('is refused when another was written a moment before', async () => {
    const { ports, ask, begun } = setUp()
    const runId = await begun()
    const open = ports.verifyRuns.open.bind(ports.verifyRuns)
    let looks = 0
    ports.verifyRuns.open = async () => (++looks === 1 ? undefined : open())
    expect(await ask()).toEqual({ kind: 'busy', runId, askedBy: 'system login pay' })
  })

  test('hides no other error', async () => {
    const { ports, ask } = setUp()
    ports.verifyRuns.away = true
    await expect(ask()).rejects.toThrow('away')
  })
})

describe('a run whose process was killed', () => {
  test('is in the way until its lease ends, then is shown as failed and makes room', async () => {
    const { ports, state, begun, ask } = setUp()
    const killed = await begun()
    state.nowMs += VERIFY_LEASE_MS - 1
    expect(await ask()).toMatchObject({ kind: 'busy' })
    expect((await readVerifyRuns(ports, true)).newest).toMatchObject({ state: 'RUNNING' })

    state.nowMs += 1
    const { newest } = await readVerifyRuns(ports, true)
    expect(newest).toMatchObject({ runId: killed, state: 'FAILED', problem: null })
    expect(newest!.finishedAt).toBe(new Date(state.nowMs).toISOString())
    expect(await ask()).toMatchObject({ kind: 'requested' })
  })

  test('keeps its place as long as it gives signs of life', async () => {
    const { ports, state, begun, ask } = setUp()
    const runId = await begun()
    for (let sign = 0; sign < 3; sign++) {
      state.nowMs += VERIFY_LEASE_MS - 1
      expect(await proceed(ports, runId, NO_PROGRESS)).toBe(true)
    }
    expect(await ask()).toMatchObject({ kind: 'busy' })
  })

  test('and that lives after all keeps nothing once another has taken its place', async () => {
    const { ports, state, begun } = setUp()
    const first = await begun()
    state.nowMs += VERIFY_LEASE_MS
    const second = await begun()
    expect(await proceed(ports, first, NO_PROGRESS)).toBe(false)
    expect(await keepResult(ports, first, resultOf())).toBe(false)
    expect(await keepResult(ports, second, resultOf())).toBe(true)
  })
})

describe('what is shown', () => {
  test('is nothing before the first run', async () => {
    expect(await readVerifyRuns(setUp().ports, true)).toEqual({ newest: null, lastResult: null, canRunNow: true })
  })

  test('is the last result also while another run goes on, and when that fails', async () => {
    const { ports, state, begun } = setUp()
    const first = await begun()
    await keepResult(ports, first, resultOf())
    state.nowMs += 1_000
    const second = await begun()
    expect(await readVerifyRuns(ports, true)).toMatchObject({
      newest: { runId: second, state: 'RUNNING' },
      lastResult: { run: { runId: first, state: 'DONE' } },
    })
    await failRun(ports, second, 'Kafka is away')
    expect(await readVerifyRuns(ports, true)).toMatchObject({
      newest: { runId: second, state: 'FAILED', problem: 'Kafka is away' },
      lastResult: { run: { runId: first } },
    })
  })

  test('goes back ninety days', async () => {
    const { ports, rows, state, begun } = setUp()
    await keepResult(ports, await begun(), resultOf())
    state.nowMs += 90 * DAY_MS
    await keepResult(ports, await begun(), resultOf())
    expect(rows.verifyRuns).toHaveLength(2)
    state.nowMs += 1
    await keepResult(ports, await begun(), resultOf())
    expect(rows.verifyRuns).toHaveLength(2)
  })
})

describe('having a run carried out', () => {
  test('asks the starter while the run waits, and not again when it was begun', async () => {
    const { ports, asked } = setUp()
    const runId = await asked()
    const started: string[] = []
    const starter = { start: async (id: string) => void started.push(id) }
    await startRun(ports, starter, runId)
    await startRun(ports, starter, runId)
    await beginRequestedRun(ports, runId)
    await startRun(ports, starter, runId)
    expect(started).toEqual([runId, runId])
  })

  test('fails the run at once when the starter does not', async () => {
    const { ports, asked, ask } = setUp()
    const runId = await asked()
    await startRun(ports, { start: () => Promise.reject(new Error('the starter does not begin it')) }, runId)
    const { newest } = await readVerifyRuns(ports, true)
    expect(newest).toMatchObject({ runId, state: 'FAILED', problem: 'the starter does not begin it' })
    expect(await ask()).toMatchObject({ kind: 'requested' })
  })
})
