/**
 * Settled days in which every scheduled job, consumer and command of operators is killed before and after each of its commits, and
 * others in which each service stands still while money is sent and statements are matched: they end as days that nothing disturbed.
 */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { KillingHands, type Pause, PausingHands, SteadyHands } from '../support/crash/hands.ts'
import type { ReconTallies } from '../support/crash/recon-tallies.ts'
import { settledDays } from '../support/crash/settled-days.ts'
import type { SettlementPlace } from '../support/crash/settlement-cell.ts'
import { expectNothingBroken, openSettlementPlace } from '../support/crash/settlement-place.ts'
import { atBank } from '../support/crash/settlement-tallies.ts'

jest.setTimeout(1_800_000)

const settings = {
  CAPTURE_WINDOW_MS: String(10 * 365 * 24 * 60 * 60_000),
  SETTLEMENT_TERMS: JSON.stringify({ delayDays: 0 }),
  IS_OFFLINE: 'true',
}

/** On a day of its own each: while its payouts are sent, and while the statement of the day before is matched. */
const pauses: Pause[] = (['bank', 'acquirer', 'mariadb', 'redis', 'kafka'] as const).flatMap((service, index) => [
  { service, day: 1 + index, step: 'sendPayoutFiles' },
  { service, day: 2 + index, step: 'matchFiles' },
])

let place: SettlementPlace
/** Of days that nothing disturbs. */
let expected: ReconTallies

beforeAll(async () => {
  place = await openSettlementPlace('settled-days', settings)
  expected = await settledDays(place, new SteadyHands(place))
})

afterAll(async () => {
  await place?.ports.database.close()
  await place?.system.stop()
}, 120_000)

/** Whatever else comes of the days, these do. */
const happenings = [
  ...['payouts PAID', 'payouts FAILED', 'payouts RETURNED', 'payouts CANCELED', 'settlements CARRIED'],
  ...['items reserve_hold', 'items reserve_use', 'items reserve_release', 'items invoiced', 'items deducted'],
  ...['items chargeback', 'items chargeback_won', 'items dispute_fee', 'items payout_returned'],
  ...['disputes OPEN', 'disputes WON', 'disputes LOST', 'invoices PAID', 'invoices LOST', 'accounts APPROVED'],
  ...['breaks AMOUNT_UNDER OPEN', 'breaks MISSING_THERE OPEN', 'breaks MISSING_HERE RESOLVED', 'breaks FEE RESOLVED'],
  ...['breaks OVER_DISPUTED OPEN', 'breaks DUPLICATE WRITTEN_OFF', 'expectations chargeback SETTLED'],
  ...['months closed', 'audited month.closed', 'audited dispute.lost', 'audited recon-file.imported'],
  ...['calendar operator 1', 'audited calendar.added'],
  ...['actions approve', 'actions refuse', 'actions expected', 'allocations transfer', 'allocations return'],
]

test('undisturbed, everything that settlement knows happens', () => {
  expect(happenings.filter(what => !Object.hasOwn(expected, what))).toEqual([])
})

describe('each step is killed at each of its commits', () => {
  test('and the days end as without it', async () => {
    const hands = new KillingHands(place)
    const tallies = await settledDays(place, hands)
    const byStep = Map.groupBy(hands.kills, ({ what }) => what)
    console.log([...byStep].map(([what, kills]) => `${what}: ${kills.length} kills`).join('\n'))
    expect(tallies).toEqual(expected)
    for (const step of steps)
      for (const when of ['before', 'after'] as const)
        expect([step, when, byStep.get(step)?.some(kill => kill.when === when)]).toEqual([step, when, true])
  })
})

const steps = [
  ...['recordLedger', 'expectSettlement', 'importFiles', 'matchFiles', 'ageBreaks', 'closeBatches'],
  ...['createPayouts', 'sendPayoutFiles', 'inquirePayouts', 'dailyFunds', 'snapshotBalances', 'checkInvariants'],
  ...['settle approve', 'settle cancel', 'settle terms', 'settle lose', 'settle approve-account', 'settle safeguard'],
  ...['breaks propose', 'breaks refuse', 'breaks approve', 'disputes lose', 'settle calendar', 'recon import'],
  'books close',
] as const

test('each service stands still for 18 s while money is sent and statements are matched, and the days end as without it', async () => {
  const hands = new PausingHands(place, pauses)
  const tallies = await settledDays(place, hands)
  expect(hands.done).toHaveLength(pauses.length)
  expect(tallies).toEqual(expected)
})

test('every invariant holds without any grace, and the bank has paid each payout once', async () => {
  const { system } = place
  await system.startApi()
  await expectNothingBroken(place, { settleMs: 120_000, graceMs: 60_000 })
  await system.stopApi()
  await expectNothingBroken(place, { settleMs: 0, graceMs: 0 })
  expect(await onceAtTheBank(place)).toEqual([])
})

/** What was taken or paid more than once, or not at all; and what of it the books say otherwise. */
async function onceAtTheBank({ system }: SettlementPlace): Promise<string[]> {
  const bank = await atBank(system.system.bankUrl)
  const payouts = await system.database.rows<{ id: string; state: string }>('SELECT payout_id AS id, state FROM payout')
  const known = new Set(payouts.map(({ id }) => id))
  const strangers = [...bank.taken.keys(), ...bank.paid.keys()].filter(id => !known.has(id))
  return [
    ...strangers.map(id => `${id} is not ours`),
    ...payouts.flatMap(({ id, state }) => {
      const [taken, paid] = [bank.taken.get(id) ?? 0, bank.paid.get(id) ?? 0]
      const [mayTake, mustPay] = [state === 'CANCELED' ? 0 : 1, isPaid(state) ? 1 : 0]
      return taken === mayTake && paid === mustPay ? [] : [`${id} is ${state}: taken ${taken}, paid ${paid}`]
    }),
  ]
}

const isPaid = (state: string): boolean => ['CONFIRMED', 'PAID', 'RETURNED'].includes(state)
