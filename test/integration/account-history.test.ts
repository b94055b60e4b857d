/** What moved on an account, on MariaDB: balances after each entry are plain sums, pages neither skip nor repeat, and no page reads more than itself. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { createRandom } from '../../scripts/lab/random.ts'
import { exportEntries, listEntries } from '../../shared/settlement/read-ledger.ts'
import { SNAPSHOT_ENTRIES, snapshotBalances } from '../../shared/settlement/snapshot-balances.ts'
import { AccountBalanceTables } from '../../shared/stores/account-balances.ts'
import { AccountHistoryTables } from '../../shared/stores/account-history.ts'
import type { Database } from '../../shared/stores/database.ts'
import { openDatabase, type TestDatabase } from '../support/database.ts'
import { ids, NOW_MS } from '../support/rows.ts'
import { ScratchDatabase, type Stores } from '../support/scratch-stores.ts'
import { readsOf } from '../support/session-reads.ts'
import { systemUnderTest } from '../support/system.ts'

jest.setTimeout(120_000)

const HOUR_MS = 60 * 60_000
const FROM_MS = NOW_MS - HOUR_MS
const ENTRIES = 6_000
const PAGE = 20
const SEED = 17
const ODD = 'merchant_payable:a/b%20c?d#e_'
const accounts = ['acquirer_receivable', 'fee_revenue', 'merchant_payable:a', 'merchant_payable:a_', ODD]

interface Entry {
  entryId: string
  debit: string
  credit: string
  amount: number
  currency: string
  recordedAtMs: number
}

let scratch: ScratchDatabase
let stores: Stores
/** One connection: what it has read is told to it alone. */
let single: TestDatabase
const asked: Array<{ sql: string; values: unknown[] }> = []
let ports: Parameters<typeof listEntries>[0]
const entries: Entry[] = []

/** Most on two accounts, a few amounts only, and several in one millisecond. */
function drawn(random: ReturnType<typeof createRandom>): Entry {
  const debit = accounts[random.fraction() < 0.7 ? 0 : random.integer(0, accounts.length - 1)]!
  const others = accounts.filter(account => account !== debit)
  return {
    entryId: ids.entry(),
    debit,
    credit: others[random.fraction() < 0.5 ? 0 : random.integer(0, others.length - 1)]!,
    amount: random.integer(1, 3),
    currency: random.fraction() < 0.8 ? 'KRW' : 'USD',
    recordedAtMs: FROM_MS + random.integer(0, 1_500),
  }
}

async function plant(some: readonly Entry[]): Promise<void> {
  entries.push(...some)
  const rows = some.map(({ entryId, debit, credit, amount, currency, recordedAtMs }) => {
    const at = new Date(recordedAtMs)
    return [entryId, ids.payment(), ids.event(), 'capture', debit, credit, amount, currency, at, at]
  })
  await scratch.direct.write(
    `INSERT INTO ledger_entry (entry_id, payment_id, event_id, entry_type, debit_account, credit_account, amount, currency,
       occurred_at, recorded_at) VALUES ?`,
    [rows],
  )
}

beforeAll(async () => {
  scratch = await ScratchDatabase.create(systemUnderTest().databaseUrl, 'history')
  stores = scratch.stores()
  const random = createRandom(SEED)
  await plant(Array.from({ length: ENTRIES }, () => drawn(random)))
  await scratch.direct.rows('ANALYZE TABLE ledger_entry, account_snapshot')
  single = openDatabase(scratch.url, 1)
  const select = async (sql: string, values: readonly unknown[] = []) => {
    asked.push({ sql, values: [...values] })
    return single.rows(sql, [...values])
  }
  const reading = { select } as unknown as Database
  ports = {
    balances: new AccountBalanceTables(reading),
    accountHistory: new AccountHistoryTables(reading),
    clock: { nowMs: () => NOW_MS },
  }
})
afterAll(async () => {
  await single?.close()
  await scratch?.drop()
})

const moment = { atMs: NOW_MS, isProvisional: true }

/** The last first, each with what all up to it add up to. */
function plainSums(account: string, currency: string): Array<{ entryId: string; balance: string }> {
  const own = entries.filter(each => each.currency === currency && [each.debit, each.credit].includes(account))
  own.sort(
    (one, other) =>
      one.recordedAtMs - other.recordedAtMs || one.amount - other.amount || (one.entryId < other.entryId ? -1 : 1),
  )
  let balance = 0
  const summed = own.map(({ entryId, debit, amount }) => {
    balance += debit === account ? amount : -amount
    return { entryId, balance: String(balance) }
  })
  return summed.reverse()
}

async function pagesOf(account: string, currency: string, between = async () => {}) {
  const seen: Array<{ entryId: string; balance: string }> = []
  let cursor: string | undefined
  for (let pages = 0; pages < ENTRIES / PAGE + 1; pages++) {
    const after = cursor === undefined ? undefined : placeOf(cursor)
    const page = await listEntries(ports, account, { currency, limit: PAGE, after, entry: undefined }, moment)
    seen.push(...page!.entries.map(({ entryId, balance }) => ({ entryId, balance })))
    cursor = page!.nextCursor ?? undefined
    if (cursor === undefined) return seen
    if (pages === 2) await between()
  }
  throw new Error('the pages have no end')
}

function placeOf(cursor: string) {
  const [recordedAtMs, amountMinor, entryId] = Buffer.from(cursor, 'base64url').toString().split(' ')
  return { recordedAtMs: Number(recordedAtMs), amountMinor: Number(amountMinor), entryId: entryId! }
}

const run = () =>
  snapshotBalances(
    { balances: new AccountBalanceTables(stores.database), transactions: stores.database, clock: ports.clock },
    NOW_MS + 1,
  )

describe.each(['without snapshots', 'with snapshots'])('the balance after each entry, %s', state => {
  beforeAll(async () => {
    if (state === 'with snapshots') expect(await run()).toBeGreaterThan(5)
  })

  test.each(accounts.flatMap(account => ['KRW', 'USD'].map(currency => [account, currency])))(
    'of %s in %s is what all up to it add up to, page by page',
    async (account, currency) => {
      const wanted = plainSums(account, currency)
      expect(wanted.length).toBeGreaterThan(PAGE)
      expect(await pagesOf(account, currency)).toEqual(wanted)
    },
  )

  test('of an export is the same, the other way round, and its number of entries is right', async () => {
    const [fromMs, toMs] = [FROM_MS + 300, FROM_MS + 900]
    const time = new Map(entries.map(({ entryId, recordedAtMs }) => [entryId, recordedAtMs]))
    const isIn = ({ entryId }: { entryId: string }) => time.get(entryId)! >= fromMs && time.get(entryId)! < toMs
    const span = { currency: 'KRW', from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() }
    const wanted = plainSums(ODD, 'KRW').filter(isIn).reverse()
    const part = await exportEntries(ports, ODD, span, undefined)
    expect(part!.entries.map(({ entryId, balance }) => ({ entryId, balance }))).toEqual(wanted)
    expect([part!.entryCount, part!.nextCursor]).toEqual([wanted.length, null])
    const after = plainSums(ODD, 'KRW').find(each => time.get(each.entryId)! < fromMs)
    expect(part!.openingBalance).toBe(after!.balance)
  })
})

test('an entry of a payout says its batch, on a page and by itself', async () => {
  const [entryId, payoutId, batchId] = [ids.entry(), ids.payout(), ids.batch()]
  const at = new Date(NOW_MS - 120_000)
  await scratch.direct.write('INSERT INTO payout SET ?', [
    {
      ...{ payout_id: payoutId, batch_id: batchId, attempt: 1, merchant_id: 'paid', amount: 5, currency: 'EUR' },
      ...{ account_token: 'acct', state: 'SENT', event_count: 1, created_at: at, updated_at: at },
    },
  ])
  await scratch.direct.write('INSERT INTO ledger_entry SET ?', [
    {
      ...{ entry_id: entryId, subject_id: payoutId, event_id: ids.event(), entry_type: 'payout', amount: 5 },
      ...{ debit_account: 'merchant_payable:paid', credit_account: 'payout_in_transit', currency: 'EUR' },
      ...{ occurred_at: at, recorded_at: at },
    },
  ])
  const query = { currency: undefined, limit: PAGE, after: undefined, entry: undefined }
  const page = await listEntries(ports, 'payout_in_transit', query, moment)
  const said = { entryId, paymentId: null, subjectId: payoutId, batchId }
  expect(page!.entries).toMatchObject([{ ...said, side: 'credit', balance: '-5' }])
  expect(await ports.accountHistory.entry(entryId)).toMatchObject(said)
})

describe('a page', () => {
  test('reads its entries and what came after a snapshot, however deep it is', async () => {
    const deep = plainSums('acquirer_receivable', 'KRW').at(-2_000)!
    const { result, reads } = await readsOf(single, () =>
      listEntries(
        ports,
        'acquirer_receivable',
        { currency: 'KRW', entry: deep.entryId, limit: PAGE, after: undefined },
        moment,
      ),
    )
    expect(result!.entries).toHaveLength(PAGE)
    // Of both sides: its entries twice and some to find them; after a snapshot fewer than so many of each side, of both currencies, three times.
    expect(reads).toBeLessThan(20 * PAGE + 6 * 2 * SNAPSHOT_ENTRIES)
  })

  test('goes by the two indexes of accounts alone, from its place on, and sorts nothing', async () => {
    asked.length = 0
    const page = await listEntries(
      ports,
      'acquirer_receivable',
      { currency: 'KRW', limit: PAGE, after: undefined, entry: plainSums('acquirer_receivable', 'KRW')[100]!.entryId },
      moment,
    )
    await listEntries(
      ports,
      'acquirer_receivable',
      { currency: 'KRW', limit: PAGE, after: placeOf(page!.nextCursor!), entry: undefined },
      moment,
    )
    const walks = asked.filter(({ sql }) => sql.includes('STRAIGHT_JOIN'))
    expect(walks.length).toBe(3)
    for (const { sql, values } of asked.filter(({ sql }) => sql.includes('FORCE INDEX'))) {
      const plan = await single.rows<{ table: string; type: string; key: string; Extra: string }>(
        `EXPLAIN ${sql}`,
        values,
      )
      const steps = plan.filter(({ table }) => table === 'e')
      expect(steps.map(({ key }) => key)).toEqual(['ledger_entry_by_debit', 'ledger_entry_by_credit'])
      for (const { type, Extra } of steps) {
        expect(['range', 'ref']).toContain(type)
        if (sql.includes('STRAIGHT_JOIN')) expect(type).toBe('range')
        expect(Extra).toContain('Using index')
        expect(Extra).not.toContain('filesort')
      }
      for (const { type } of plan.filter(({ table }) => table === 'l' || table === 'p')) expect(type).toBe('eq_ref')
    }
  })

  test('neither skips nor repeats an entry while new ones arrive', async () => {
    const before = plainSums('acquirer_receivable', 'KRW').map(({ entryId }) => entryId)
    const random = createRandom(SEED + 1)
    const seen = await pagesOf('acquirer_receivable', 'KRW', () =>
      plant(Array.from({ length: 200 }, () => ({ ...drawn(random), recordedAtMs: NOW_MS - 1_000 }))),
    )
    expect(seen.map(({ entryId }) => entryId)).toEqual(before)
    expect(await pagesOf('acquirer_receivable', 'KRW')).toEqual(plainSums('acquirer_receivable', 'KRW'))
  })
})
