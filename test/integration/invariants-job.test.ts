/** The job `check-invariants` on a database of its own: it finds what is planted there, slice by slice, and GET /invariants says so. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import mysql, { type Connection } from 'mysql2/promise'
import { createHandler as createRoute } from '../../functions/api/get-invariants.ts'
import { createHandler } from '../../functions/jobs/check-invariants.ts'
import { verify } from '../../scripts/operate/verify/settle.ts'
import { controlAccounts } from '../../shared/contracts/invariant-runs.ts'
import { type InvariantsView, invariantsView } from '../../shared/contracts/routes/get-invariants.ts'
import type { HttpResult } from '../../shared/http/index.ts'
import { needingOnePayment } from '../../shared/invariants/catalogue.ts'
import { systemCorruptions } from '../../shared/invariants/invariants.corruption.ts'
import { change, type SystemPayment } from '../../shared/invariants/planted.corruption.ts'
import { configFrom } from '../../shared/runtime/config.ts'
import { createMetrics } from '../../shared/runtime/metrics.ts'
import { Ports } from '../../shared/runtime/wiring.ts'
import { PaymentApi } from '../support/http.ts'
import { authorized, newMerchant } from '../support/payments.ts'
import { ScratchDatabase } from '../support/scratch-stores.ts'
import { copyPayment, paymentsInEachState, whileSpoiled } from '../support/spoiled-payments.ts'
import { systemUnderTest } from '../support/system.ts'
import { createHandlerPorts, FakeLog } from '../unit/http-fakes.ts'
import { contextOf, httpEvent } from '../unit/lambda-events.ts'

const HOUR_MS = 60 * 60_000

const system = systemUnderTest()
const merchantId = newMerchant('slices')
/** Payments by the state they were left in, and three more: seven in all, in the order of their ids. */
let ids: Record<SystemPayment, string>
let inOrder: string[]
let scratch: ScratchDatabase
/** Of the scratch database. */
let database: Connection
let wired: Ports

beforeAll(async () => {
  const api = new PaymentApi(system.apiUrl)
  ids = await paymentsInEachState(api, merchantId)
  const others: string[] = []
  for (let number = 0; number < 3; number++) others.push((await authorized(api, { merchantId })).paymentId)
  inOrder = [...Object.values(ids), ...others].sort()
  expect((await verify(system, { settleMs: 90_000, graceMs: 60_000 })).pending).toBe(0)
  scratch = await ScratchDatabase.create(system.databaseUrl, 'invariants')
  database = await mysql.createConnection({ uri: scratch.url, timezone: 'Z' })
  await database.query('SET SESSION check_constraint_checks = 0')
  const source = await mysql.createConnection({ uri: system.databaseUrl, timezone: 'Z' })
  for (const paymentId of inOrder) await copyPayment(source, database, paymentId)
  await source.end()
  wired = new Ports(() => configFrom({ DATABASE_URL: scratch.url, DATABASE_CONNECTIONS: '2' }))
}, 180_000)

afterAll(async () => {
  await wired?.database.close()
  await database?.end()
  await scratch?.drop()
})

beforeEach(() => database.query('DELETE FROM invariant_run'))

/** A run of the job. It looks from an hour later: everything has settled, so whatever is not done is wrong. */
function jobOf(paymentsMax?: number) {
  const { snapshots, invariantRuns, settlementDefaults } = wired
  const ports = { snapshots, invariantRuns, settlementDefaults, log: new FakeLog(), metrics: createMetrics() }
  const clock = { nowMs: () => Date.now() + HOUR_MS }
  return { run: createHandler({ ...ports, clock }, paymentsMax), log: ports.log }
}

async function asked(): Promise<InvariantsView> {
  const handler = createRoute({ ...createHandlerPorts(), invariantRuns: wired.invariantRuns })
  const result = (await handler(httpEvent({ route: 'GET /invariants' }) as never, contextOf())) as HttpResult
  expect(result.statusCode).toBe(200)
  return invariantsView.parse(JSON.parse(result.body!))
}

const covered = new Set<string>(needingOnePayment.map(({ name }) => name))
const failedIn = ({ rules }: InvariantsView): string[] =>
  rules
    .filter(({ failed }) => failed !== null && failed > 0)
    .map(({ name }) => name)
    .sort()

/** Those in the database that break an invariant which the job covers. */
const planted = systemCorruptions.flatMap(corruption =>
  'sql' in corruption && covered.has(corruption.invariant) ? [corruption] : [],
)

describe('one run over all', () => {
  test('finds nothing where nothing is wrong, having looked at something by every rule but those of people', async () => {
    const { run, log } = jobOf()

    expect(await run()).toEqual({ payments: 7, failed: 0 })

    const view = await asked()
    expect(failedIn(view)).toEqual([])
    expect(view.rules.filter(({ checked }) => checked === 0).map(({ name }) => name)).toEqual(['settled-by-hand'])
    expect(view.lastPass).toMatchObject({ pass: 1, payments: 7, failed: 0 })
    expect(log.lines).toEqual([])
  })

  test.each(planted)('$invariant finds $what', async ({ payment, sql, invariant, breaks, offender = /^pay_/ }) => {
    const { run, log } = jobOf()
    await whileSpoiled(database, ids[payment], sql, async () => void (await run()))

    const view = await asked()
    const found = breaks.filter(name => covered.has(name))
    expect(failedIn(view)).toEqual(found)
    expect(view.rules.find(({ name }) => name === invariant)!.rows[0]!.row).toMatch(offender)
    expect(log.lines.map(({ level, fields }) => `${level} ${fields.invariant}`).sort()).toEqual(
      found.map(name => `error ${name}`),
    )
  })

  test('every invariant that the job covers is broken by something planted here', () => {
    const broken = new Set<string>(planted.map(({ invariant }) => invariant))
    expect([...covered].filter(name => !broken.has(name))).toEqual([])
  })
})

describe('three payments a run', () => {
  test('cover all seven in a pass, and begin anew', async () => {
    const { run } = jobOf(3)
    const runs: InvariantsView['lastRun'][] = []
    for (let number = 0; number < 4; number++) {
      await run()
      runs.push((await asked()).lastRun)
    }

    expect(runs).toMatchObject([
      { pass: 1, afterPaymentId: null, lastPaymentId: inOrder[2], payments: 3, endsPass: false },
      { pass: 1, afterPaymentId: inOrder[2], lastPaymentId: inOrder[5], payments: 3, endsPass: false },
      { pass: 1, afterPaymentId: inOrder[5], lastPaymentId: null, payments: 1, endsPass: true },
      { pass: 2, afterPaymentId: null, lastPaymentId: inOrder[2], payments: 3, endsPass: false },
    ])
    expect((await asked()).lastPass).toMatchObject({ pass: 1, payments: 7, failed: 0 })
  })

  test('rows whose payment is gone are found where it would stand', async () => {
    const { run } = jobOf(3)
    const paymentId = inOrder[4]!
    const slices: string[][] = []
    await whileSpoiled(database, paymentId, ['DELETE FROM payment WHERE payment_id = :payment'], async () => {
      for (let number = 0; number < 2; number++) {
        await run()
        slices.push(failedIn(await asked()))
      }
    })

    expect(slices[0]).toEqual([])
    expect(slices[1]).toContain('nothing-orphaned')
  })

  test('what an earlier slice found is still shown', async () => {
    const { run } = jobOf(3)
    const spoil = [change.payment('captured_amount = captured_amount + 1')]
    await whileSpoiled(database, inOrder[0]!, spoil, async () => void (await run()))
    await run()

    const view = await asked()
    expect(failedIn(view)).toEqual([])
    const rule = view.rules.find(({ name }) => name === 'captured-in-ledger')!
    expect(rule).toMatchObject({
      failed: 0,
      lastFailure: { pass: 1, failed: 1, rows: [{ row: expect.stringContaining(inOrder[0]!) }] },
    })
  })
})

describe('the control accounts', () => {
  const differencesOf = async () => (await wired.invariantRuns.last())!.passDifferences!
  const notZero = async () => (await differencesOf()).filter(({ differenceMinor }) => differenceMinor !== '0')

  test('hold what the payments say, and every account is looked at', async () => {
    await jobOf().run()

    expect(await notZero()).toEqual([])
    expect((await differencesOf()).map(({ account }) => account).sort()).toEqual([...controlAccounts].sort())
  })

  test.each<[what: string, sql: string, differences: Record<string, string>]>([
    [
      'an entry of another amount',
      "UPDATE ledger_entry SET amount = amount + 7 WHERE payment_id = :payment AND entry_type = 'capture'",
      { acquirer_receivable: '7', merchant_payable: '-7' },
    ],
    [
      'a capture that the payment does not know',
      'UPDATE payment SET captured_amount = captured_amount - 7 WHERE payment_id = :payment',
      { acquirer_receivable: '7', merchant_payable: '-7' },
    ],
    [
      'an entry on an account that there is not',
      "UPDATE ledger_entry SET debit_account = 'pocket', amount = 7 WHERE payment_id = :payment AND entry_type = 'fee'",
      {},
    ],
  ])('differ by %s', async (_, sql, differences) => {
    const { run } = jobOf(3)
    await whileSpoiled(database, ids.captured, [sql], async () => {
      for (let number = 0; number < 3; number++) await run()
    })

    const found = Object.fromEntries(
      (await notZero()).map(({ account, differenceMinor }) => [account, differenceMinor]),
    )
    expect(found).toMatchObject(differences)
    expect(Object.keys(found).length).toBeGreaterThan(0)
  })

  test('differ by a fee that was never booked', async () => {
    const { run } = jobOf()
    const sql = "DELETE FROM ledger_entry WHERE payment_id = :payment AND entry_type = 'fee'"
    await whileSpoiled(database, ids.captured, [sql], async () => void (await run()))

    expect((await notZero()).map(({ account }) => account).sort()).toEqual(['fee_revenue', 'merchant_payable'])
  })
})

test('before any run there is no run, and every invariant is listed without figures', async () => {
  const { lastRun, lastPass, rules } = await asked()

  expect({ lastRun, lastPass }).toEqual({ lastRun: null, lastPass: null })
  expect(rules.filter(({ checked }) => checked !== null)).toEqual([])
})

test('runs of a week ago are deleted by the next run, but for those of the last two passes', async () => {
  const { run } = jobOf()
  for (let pass = 1; pass <= 4; pass++) await run()
  await database.query('UPDATE invariant_run SET started_at = started_at - INTERVAL 8 DAY')

  await run()

  expect(await scratch.direct.rows('SELECT pass FROM invariant_run ORDER BY id')).toEqual([{ pass: 4 }, { pass: 5 }])
})
