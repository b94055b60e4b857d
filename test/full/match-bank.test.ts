/**
 * A system of its own through two weeks: what merchants sold is paid by the acquirer and paid out by the bank, and what the bank's
 * statements say becomes PAID, RETURNED and breaks. The sums are by SQL alone.
 */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { verify } from '../../scripts/operate/verify/settle.ts'
import { configFrom } from '../../shared/runtime/config.ts'
import { until } from '../../shared/runtime/until.ts'
import { Ports } from '../../shared/runtime/wiring.ts'
import { approveFile } from '../../shared/settlement/decide-file.ts'
import { addOperator } from '../../shared/settlement/operators.ts'
import { openDatabase, type TestDatabase } from '../support/database.ts'
import { PaymentApi, send } from '../support/http.ts'
import { type OwnSystem, startOwnSystem } from '../support/own-system.ts'
import { authorized, captured, newMerchant } from '../support/payments.ts'

jest.setTimeout(900_000)

const DAYS = 12
const APPROVER = 'kim'

let own: OwnSystem
let api: PaymentApi
let database: TestDatabase
let ports: Ports
const merchants = { paid: newMerchant('paid'), back: newMerchant('back'), late: newMerchant('late') }

beforeAll(async () => {
  own = await startOwnSystem('match-bank')
  api = new PaymentApi(own.system.apiUrl)
  database = openDatabase(own.system.databaseUrl)
  ports = new Ports(() =>
    configFrom({
      DATABASE_URL: own.system.databaseUrl,
      IS_OFFLINE: 'true',
      LOG_LEVEL: 'silent',
      BANK_URL: own.system.bankUrl,
    }),
  )
  const operator = { name: APPROVER, role: 'approver', reason: 'the first' } as const
  await addOperator(ports.forBatches, { databaseLogin: 'pay' }, operator)
  await sell()
  await move('P1D')
  // No deposit has a reference that the acquirer gave, nor has what we move between our accounts.
  await atBank('/deposits/from-nobody', {
    account: 'operating',
    amount: 777,
    currency: 'KRW',
    from: 'somebody',
    remittance: 'a gift',
  })
  await atBank('/transfers/move-1', { from: 'operating', to: 'safeguarded', amount: 300, currency: 'KRW' })
  for (let day = 1; day <= DAYS; day++) {
    await approve()
    await move('P1D')
  }
  await until(
    async () =>
      (await database.count("SELECT COUNT(*) FROM recon_file WHERE state IN ('RECEIVED', 'PARSED', 'MATCHING')")) === 0,
    {
      what: 'all files to be matched',
      deadlineMs: 120_000,
    },
  )
})
afterAll(async () => {
  await ports?.database.close()
  await database?.close()
  await own?.stop()
}, 120_000)

async function setAccount(merchantId: string, accountToken: string): Promise<void> {
  await ports.clock.catchUp()
  const since = { merchantId, currency: 'KRW', validFromMs: ports.clock.virtualNowMs() }
  const terms = { ...ports.settlementDefaults, ...since, accountToken }
  await ports.database.runAlone(tx => ports.terms.insertTerms(tx, terms, 'a test', ports.clock.nowMs()))
}

/** A currency for each fate of a deposit. */
async function sell(): Promise<void> {
  await setAccount(merchants.back, 'acct_return')
  await setAccount(merchants.late, 'acct_late')
  for (const merchantId of Object.values(merchants)) await captured(api, { merchantId, amount: 500_000 })
  await captured(api, { amount: 90_000, currency: 'USD', paymentMethod: 'tok_settle_short' })
  await captured(api, { amount: 80_000, currency: 'JPY', paymentMethod: 'tok_settle_split' })
  await authorized(api)
  await until(async () => (await database.count('SELECT COUNT(*) FROM settlement_item')) === 5, {
    what: 'the items of all sales',
    deadlineMs: 120_000,
  })
}

async function move(advance: string): Promise<void> {
  for (let reply = await api.post('/sandbox/clock', { advance }); reply.status !== 200; )
    reply = await api.post('/sandbox/clock', { advance: 'PT0S' })
}

async function approve(): Promise<void> {
  const files = await database.rows<{ file_id: string }>("SELECT file_id FROM payout_file WHERE state = 'PREPARED'")
  for (const { file_id: fileId } of files)
    await approveFile(ports.forSettlement, fileId, { actor: APPROVER, reason: 'what is due' })
}

async function atBank(path: string, body: unknown): Promise<void> {
  expect((await send(own.system.bankUrl, { method: 'PUT', path, body })).status).toBe(200)
}

const number = async (sql: string): Promise<number> =>
  Number(Object.values((await database.rows(sql))[0] ?? {})[0] ?? 0)

/** Debits less credits. */
const balance = (account: string, currency: string): Promise<number> =>
  number(`SELECT COALESCE(SUM(CASE WHEN debit_account = '${account}' THEN amount ELSE 0 END
    - CASE WHEN credit_account = '${account}' THEN amount ELSE 0 END), 0) FROM ledger_entry WHERE currency = '${currency}'`)

const payoutsOf = (merchantId: string) =>
  database.rows(
    'SELECT p.state, b.state AS batch_state FROM payout p JOIN settlement_batch b ON b.batch_id = p.batch_id WHERE p.merchant_id = ?',
    [merchantId],
  )

const currencies = ['KRW', 'USD', 'JPY']

test('payouts are PAID by the statement, also those that were late, and their batches', async () => {
  expect(await payoutsOf(merchants.paid)).toEqual([{ state: 'PAID', batch_state: 'PAID' }])
  expect(await payoutsOf(merchants.late)).toEqual([{ state: 'PAID', batch_state: 'PAID' }])
})

test('a payout that came back is RETURNED and owed again, and its merchant is held', async () => {
  expect(await payoutsOf(merchants.back)).toEqual([{ state: 'RETURNED', batch_state: 'PAID' }])
  const batches = await database.rows(
    'SELECT b.state, b.net FROM settlement_batch b WHERE b.merchant_id = ? ORDER BY b.period_end',
    [merchants.back],
  )
  expect(batches).toMatchObject([{ state: 'PAID' }, { state: 'HELD', net: batches[0]!.net }])
  const [terms] = await database.rows(
    'SELECT held_reason, added_by FROM settlement_terms WHERE merchant_id = ? ORDER BY valid_from DESC LIMIT 1',
    [merchants.back],
  )
  expect(terms).toMatchObject({ held_reason: expect.stringMatching(/^payout out_\w+ came back$/), added_by: 'system' })
})

test('each deposit is for its batch; what is short of one is its break, and what nobody knows another', async () => {
  expect(
    await database.rows(
      'SELECT currency, net - allocated - moved AS still_left, moved FROM recon_batch ORDER BY currency',
    ),
  ).toEqual([
    { currency: 'JPY', still_left: 0, moved: 0 },
    { currency: 'KRW', still_left: 0, moved: 0 },
    { currency: 'USD', still_left: 0, moved: 1_000 },
  ])
  expect(
    await database.rows(
      "SELECT class, currency, remaining, state FROM recon_break WHERE source_id <> 'acquirer' ORDER BY class",
    ),
  ).toEqual([
    { class: 'AMOUNT_UNDER', currency: 'USD', remaining: 1_000, state: 'OPEN' },
    { class: 'MISSING_HERE', currency: 'KRW', remaining: -777, state: 'OPEN' },
  ])
  expect(
    await database.rows(
      'SELECT subject_kind, COUNT(*) AS lines_of FROM recon_allocation GROUP BY subject_kind ORDER BY subject_kind',
    ),
  ).toEqual([
    { subject_kind: 'batch', lines_of: 4 },
    { subject_kind: 'payout', lines_of: 5 },
    { subject_kind: 'return', lines_of: 1 },
    { subject_kind: 'transfer', lines_of: 2 },
  ])
})

test.each(currencies)('cash in %s is what the last statements closed with', async currency => {
  const closing = (sourceId: string) =>
    number(`SELECT t.closing FROM recon_file_total t JOIN recon_file f ON f.file_id = t.file_id
      WHERE f.source_id = '${sourceId}' AND f.state = 'DONE' AND t.currency = '${currency}' ORDER BY f.day DESC LIMIT 1`)
  expect(await balance('cash', currency)).toBe(await closing('bank-operating'))
  expect(await balance('cash_safeguarded', currency)).toBe(await closing('bank-safeguarded'))
})

test.each(currencies)(
  'what is in transit in %s is what batches have left, and payouts that are under way',
  async currency => {
    const left = await number(
      `SELECT COALESCE(SUM(net - allocated - moved), 0) FROM recon_batch WHERE currency = '${currency}'`,
    )
    const transfers = await number(
      `SELECT COALESCE(SUM(amount), 0) FROM recon_allocation WHERE subject_kind = 'transfer' AND currency = '${currency}'`,
    )
    expect(await balance('cash_in_transit', currency)).toBe(left - transfers)
    const underWay = await number(`SELECT COALESCE(SUM(amount), 0) FROM payout
    WHERE state IN ('CREATED', 'APPROVED', 'SENT', 'CONFIRMED') AND currency = '${currency}'`)
    expect(await balance('payout_in_transit', currency)).toBe(0 - underWay)
  },
)

test('suspense is the open breaks, one by one', async () => {
  const wrong = await database.rows(
    `SELECT b.break_id, b.remaining, COALESCE(SUM(CASE WHEN e.debit_account = 'recon_suspense' THEN e.amount ELSE 0 END
       - CASE WHEN e.credit_account = 'recon_suspense' THEN e.amount ELSE 0 END), 0) AS held
     FROM recon_break b LEFT JOIN ledger_entry e ON e.subject_id = b.break_id GROUP BY b.break_id, b.remaining
     HAVING held <> b.remaining`,
  )
  expect(wrong).toEqual([])
})

test('every invariant holds', async () => {
  const { settlementDefaults } = ports
  const { results, pending } = await verify(own.system, { settleMs: 120_000, graceMs: 60_000, settlementDefaults })
  expect({ broken: results.filter(({ ok }) => !ok), pending }).toEqual({ broken: [], pending: 0 })
})
