/**
 * Every settlement job is killed at each of its commits, the bank and the database stop answering, and others go on: nothing is paid,
 * booked or made twice, and nothing is lost.
 */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { bankPoints } from '../support/crash/cells.ts'
import { reconSteps } from '../support/crash/recon-cell.ts'
import {
  type Disturbance,
  type SettlementPlace,
  type SettlementStep,
  settle,
  settlementSteps,
  toNextBusinessDay,
} from '../support/crash/settlement-cell.ts'
import { expectNothingBroken, openSettlementPlace } from '../support/crash/settlement-place.ts'
import { atBank, rowCounts, type Tallies } from '../support/crash/settlement-tallies.ts'

jest.setTimeout(900_000)

/** More than any job makes for three merchants. */
const COMMITS_MAX = 20
/** Longer than a call to the bank waits, three times over. */
const PAUSE_MS = 18_000

const settings = {
  CAPTURE_WINDOW_MS: String(365 * 24 * 60 * 60_000),
  SETTLEMENT_TERMS: JSON.stringify({ delayDays: 0 }),
  // The functions go by the sandbox's clock.
  IS_OFFLINE: 'true',
}

let sandbox: SettlementPlace
/** Of a run that nothing disturbs. */
let expected: Tallies

beforeAll(async () => {
  sandbox = await openSettlementPlace('settlement-crash', settings)
  await toNextBusinessDay(sandbox)
  expected = (await settle(sandbox)).tallies
})

afterAll(async () => {
  await sandbox?.ports.database.close()
  await sandbox?.system.stop()
}, 120_000)

interface Cell {
  step: SettlementStep
  /** What happens to it, and when. */
  place: string
  runners: number
}

const cells: Cell[] = []

/** Says whether anything happened to the step. The end must be as without it. */
async function runCell(cell: Cell, disturb: Disturbance['disturb']): Promise<boolean> {
  const { isDisturbed, tallies } = await settle(sandbox, { ...cell, disturb })
  expect({ cell, tallies }).toEqual({ cell, tallies: expected })
  if (isDisturbed) cells.push(cell)
  return isDisturbed
}

const killedAt = (step: SettlementStep, point: string, hits: number, runners: number): Promise<boolean> =>
  runCell({ step, place: `killed at ${point} ${hits}`, runners }, act =>
    sandbox.system.isFunctionKilled(step, { point, hits }, act),
  )

/** Step × place; a number for each cell: how many went on at once. */
function table(): string {
  const rows = Map.groupBy(cells, ({ step, place }) => `${step.padEnd(16)}  ${place}`)
  const lineOf = ([name, found]: [string, Cell[]]) =>
    `${name}: ${found.map(({ runners }) => `ok by ${runners}`).join(', ')}`
  return [...rows].map(lineOf).join('\n')
}

test('undisturbed, one merchant is paid, five payouts of one fail, and one carries what it owes', () => {
  expect(expected.filter(line => /^(batches|payouts)/.test(line))).toEqual([
    'batches CARRIED 3 0 1',
    'batches CLOSED 1 292500 1',
    'batches CLOSED 3 970000 1',
    'payouts CONFIRMED 1 970000 0 1',
    ...[1, 2, 3, 4, 5].map(attempt => `payouts FAILED ${attempt} 292500 0 1`),
  ])
})

describe('a step is disturbed, and others go on', () => {
  afterAll(() => console.log(table()))

  test.each(settlementSteps)('%s is killed at each commit', async step => {
    for (let commit = 1; commit <= COMMITS_MAX; commit++)
      for (const runners of [1, 2])
        if (!(await killedAt(step, 'database:committing', commit, runners))) {
          expect(commit).toBeGreaterThan(1)
          return
        }
    throw new Error(`${step} makes more than ${COMMITS_MAX} commits`)
  })

  test.each([1, 2])('the sender is killed when only the bank knows that it has the file, %i go on', async runners => {
    expect(await killedAt('sendPayoutFiles', 'settlement:handed-in', 1, runners)).toBe(true)
  })

  test.each(bankPoints)('the bank is killed at %s while a file is sent', async point => {
    for (const runners of [1, 2])
      await runCell({ step: 'sendPayoutFiles', place: `the bank killed at ${point}`, runners }, async act => {
        await sandbox.system.killBank({ point, hits: 1 }, act)
        return true
      })
  })

  test.each([
    ['bank', 'sendPayoutFiles'],
    ['bank', 'inquirePayouts'],
    ['mariadb', 'createPayouts'],
  ] as const)('%s stands still for 18 s during %s', async (service, step) => {
    await runCell({ step, place: `${service} paused`, runners: 2 }, async act => {
      await sandbox.system.whilePaused(service, PAUSE_MS, act)
      return true
    })
  })
})

test('every invariant holds without any grace, and the API that reads all events again adds nothing', async () => {
  const { system } = sandbox
  // The jobs of the API would match the statements of these days.
  for (const step of reconSteps) await system.invoke(step)
  const before = await rowCounts(system.database)
  await system.startApi()
  await expectNothingBroken(sandbox, { settleMs: 120_000, graceMs: 60_000 })
  await system.stopApi()
  await expectNothingBroken(sandbox, { settleMs: 0, graceMs: 0 })
  expect(await rowCounts(system.database)).toEqual(before)
})

test('the bank has taken each file and each payout once, and paid once what is confirmed', async () => {
  const { database, system } = sandbox.system
  const payouts = await database.rows<PayoutRow>('SELECT payout_id, state, amount FROM payout ORDER BY payout_id')
  // The API may have read the statement meanwhile.
  const confirmed = payouts.filter(({ state }) => state === 'CONFIRMED' || state === 'PAID')
  const files = await database.rows<{ file_id: string; sha256: string }>('SELECT file_id, sha256 FROM payout_file')
  const bank = await atBank(system.bankUrl)

  expect([...bank.taken].toSorted()).toEqual(payouts.map(({ payout_id: id }) => [id, 1]))
  expect([...bank.paid].toSorted()).toEqual(confirmed.map(({ payout_id: id }) => [id, 1]))
  expect(bank.paidMinor).toBe(confirmed.reduce((sum, { amount }) => sum + Number(amount), 0))
  expect(bank.hashes).toEqual(new Map(files.map(({ file_id: id, sha256 }) => [id, [sha256]])))
})

interface PayoutRow {
  payout_id: string
  state: string
  amount: number
}
