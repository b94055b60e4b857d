/**
 * Importing, matching and aging are killed at each of their commits, the bank and the database stop answering, and others go on:
 * no line is booked twice, no break is opened twice, and nothing is lost.
 */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { type ReconDisturbance, type ReconStep, reconcile, reconSteps } from '../support/crash/recon-cell.ts'
import type { ReconTallies } from '../support/crash/recon-tallies.ts'
import { type SettlementPlace, toNextBusinessDay } from '../support/crash/settlement-cell.ts'
import { expectNothingBroken, openSettlementPlace } from '../support/crash/settlement-place.ts'

jest.setTimeout(1_800_000)

/** More than a step makes on one day. */
const COMMITS_MAX = 24
const PAUSE_MS = 18_000

const settings = {
  CAPTURE_WINDOW_MS: String(10 * 365 * 24 * 60 * 60_000),
  SETTLEMENT_TERMS: JSON.stringify({ delayDays: 0 }),
  IS_OFFLINE: 'true',
}

let sandbox: SettlementPlace
/** Of a run that nothing disturbs. */
let expected: ReconTallies

beforeAll(async () => {
  sandbox = await openSettlementPlace('recon-crash', settings)
  await toNextBusinessDay(sandbox)
  // The first cell also opens the statements of the bank.
  await reconcile(sandbox)
  expected = (await reconcile(sandbox)).tallies
})

afterAll(async () => {
  await sandbox?.ports.database.close()
  await sandbox?.system.stop()
}, 120_000)

interface Cell {
  step: ReconStep
  day: number
  /** What happens to it, and when. */
  place: string
  runners: number
}

const cells: Cell[] = []

/** Says whether anything happened to the step. The end must be as without it. */
async function runCell(cell: Cell, disturb: ReconDisturbance['disturb']): Promise<boolean> {
  const { isDisturbed, tallies } = await reconcile(sandbox, { ...cell, disturb })
  expect({ cell, tallies }).toEqual({ cell, tallies: expected })
  if (isDisturbed) cells.push(cell)
  return isDisturbed
}

test('undisturbed, every fault of the acquirer is one break, and what was paid is PAID', () => {
  const breaks = Object.entries(expected).filter(([what]) => what.startsWith('breaks '))
  expect(breaks.map(([what, [count]]) => `${what} ${count}`)).toEqual([
    'breaks AMOUNT_UNDER OPEN 1',
    'breaks DUPLICATE OPEN 1',
    'breaks FEE OPEN 1',
    'breaks MISSING_THERE OPEN 1',
  ])
  expect(expected['payouts PAID']?.[0]).toBe(1)
  expect(expected['lines acquirer capture MATCHED']?.[0]).toBe(4)
})

describe('a step is disturbed, and others go on', () => {
  afterAll(() =>
    console.log(
      cells.map(({ step, day, place, runners }) => `${step} day ${day} ${place}: ok by ${runners}`).join('\n'),
    ),
  )

  // The days on which a step has its work: the acquirer's file, the statement of what it paid, what is missing.
  test.each<[ReconStep, number]>([
    ['importFiles', 1],
    ['importFiles', 3],
    ['matchFiles', 1],
    ['matchFiles', 3],
    ['ageBreaks', 5],
  ])('%s of day %i is killed at each commit', async (step, day) => {
    for (let commit = 1; commit <= COMMITS_MAX; commit++) {
      const cell = { step, day, place: `killed at commit ${commit}`, runners: 1 + (commit % 2) }
      const at = { point: 'database:committing', hits: commit }
      if (await runCell(cell, act => sandbox.system.isFunctionKilled(step, at, act))) continue
      expect(commit).toBeGreaterThan(1)
      return
    }
    throw new Error(`${step} makes more than ${COMMITS_MAX} commits`)
  })

  test.each([
    ['bank', 'importFiles', 3],
    ['mariadb', 'importFiles', 1],
    ['mariadb', 'matchFiles', 1],
  ] as const)('%s stands still for 18 s during %s of day %i', async (service, step, day) => {
    await runCell({ step, day, place: `${service} paused`, runners: 2 }, async act => {
      await sandbox.system.whilePaused(service, PAUSE_MS, act)
      return true
    })
  })

  test.each(reconSteps)('%s of day 3 is done by three at once', async step => {
    await runCell({ step, day: 3, place: 'nothing', runners: 3 }, async () => true)
  })
})

test('every invariant holds without any grace', async () => {
  const { system } = sandbox
  await system.startApi()
  await expectNothingBroken(sandbox, { settleMs: 120_000, graceMs: 60_000 })
  await system.stopApi()
  await expectNothingBroken(sandbox, { settleMs: 0, graceMs: 0 })
})
