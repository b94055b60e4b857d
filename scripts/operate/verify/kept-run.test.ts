/** A run that is kept: its signs of life, its result, and why another is not begun. */
import { describe, expect, test } from '@jest/globals'
import type { VerifyRun } from '../../../shared/contracts/verify-runs.ts'
import { until } from '../../../shared/runtime/until.ts'
import { FakeVerifyRuns } from '../../../shared/settlement/fake-verify-runs.ts'
import { beginOwnRun, failRun, VERIFY_LEASE_MS } from '../../../shared/settlement/verify-runs.ts'
import { KeptRun, keptLine, resultOf, whyNot } from './kept-run.ts'
import type { VerifyReport } from './verify-system.ts'

const NOW_MS = Date.UTC(2026, 10, 30)
const RUN_ID = 'vrf_01M81Y5M2N7C4X9QK8R3HW6B1D'

const report: VerifyReport = {
  ok: false,
  pending: 0,
  figures: { payments: 1, outboxRows: 2, distinctEvents: 2, kafkaRecords: 3, duplicates: 1 },
  results: [
    {
      name: 'trial-balance',
      group: 'Ledger',
      sentence: 'x',
      ok: false,
      checked: 1,
      failed: 1,
      pending: 0,
      rows: [{ row: 'KRW', problem: 'debits 1, credits 2' }],
    },
  ],
  acquirer: { whyNot: 'it keeps no journal' },
}

async function begun() {
  const rows = { verifyRuns: [] as VerifyRun[] }
  const state = { nowMs: NOW_MS, closed: 0 }
  const ports = {
    verifyRuns: new FakeVerifyRuns(rows),
    transactions: {
      areSeparate: true as const,
      run: <T>(_: string, work: (tx: never) => Promise<T>) => work({} as never),
    },
    clock: { nowMs: () => state.nowMs },
    ids: { verifyRun: () => RUN_ID },
  }
  await beginOwnRun(ports, 'system login pay')
  const run = new KeptRun(ports, RUN_ID, async () => void state.closed++, 5)
  return { rows, state, ports, run }
}

describe('a run that is kept', () => {
  test('says by itself how far it has come, and so keeps its lease', async () => {
    const { rows, state, run } = await begun()
    run.note('records of Kafka', 400)
    run.note('payments', 1_000)
    state.nowMs += 10_000
    await until(() => rows.verifyRuns[0]!.progress.payments === 1_000, { what: 'a sign of life', intervalMs: 5 })
    expect(rows.verifyRuns[0]).toMatchObject({
      progress: { records: 400, payments: 1_000, decisions: 0 },
      leaseUntilMs: state.nowMs + VERIFY_LEASE_MS,
    })
    await run.close()
  })

  test('goes on when the database does not take a sign of life', async () => {
    const { rows, ports, run } = await begun()
    ports.verifyRuns.away = true
    run.note('payments', 5)
    await run.close()
    ports.verifyRuns.away = false
    expect(await run.keep(report)).toBe(true)
    expect(rows.verifyRuns[0]!.state).toBe('DONE')
  })

  test('keeps what was found, rule by rule', async () => {
    const { rows, state, run } = await begun()
    expect(await run.keep(report)).toBe(true)
    await run.close()
    expect(rows.verifyRuns[0]).toMatchObject({ state: 'DONE', result: resultOf(report) })
    expect(resultOf(report)).toMatchObject({
      acquirerDecisions: null,
      acquirerSkipped: 'it keeps no journal',
      rules: [{ name: 'trial-balance', sentence: 'x', failed: 1, rows: [{ row: 'KRW' }] }],
    })
    expect(state.closed).toBe(1)
  })

  test('keeps why it came to nothing, for a person to read', async () => {
    const { rows, run } = await begun()
    await run.fail(new Error('Kafka is away\u001b[2J'))
    await run.close()
    expect(rows.verifyRuns[0]).toMatchObject({ state: 'FAILED', problem: 'Kafka is away\\u{1b}[2J' })
  })

  test('that was given up keeps nothing, and says so', async () => {
    const { rows, ports, run } = await begun()
    await failRun(ports, RUN_ID, null)
    expect(await run.keep(report)).toBe(false)
    await run.close()
    expect(rows.verifyRuns[0]!.result).toBeNull()
    expect(keptLine(RUN_ID, false)).toContain('Not kept')
  })
})

test('whoever may not begin is told who was first, or that nobody waits', async () => {
  const { rows, run } = await begun()
  await run.close()
  expect(whyNot({ kind: 'busy', run: rows.verifyRuns[0]! })).toBe(
    'another run is going on, which system login pay asked for at 2026-11-30T00:00:00.000Z: wait for its end, or leave --save out',
  )
  expect(whyNot({ kind: 'not_waiting' })).toContain('nobody waits for this run')
})
