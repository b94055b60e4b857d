/** Balances on MariaDB: with and without snapshots they are what a sum over all entries says, at any time. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { createRandom } from '../../scripts/lab/random.ts'
import { DatabaseReader } from '../../shared/invariants/database-reader.ts'
import { DuplicateKeyError } from '../../shared/payments/ports.ts'
import type { AccountKey, AccountSnapshot } from '../../shared/settlement/ports.ts'
import { SNAPSHOT_ENTRIES, snapshotBalances } from '../../shared/settlement/snapshot-balances.ts'
import { AccountBalanceTables } from '../../shared/stores/account-balances.ts'
import { ids } from '../support/rows.ts'
import { ScratchDatabase, type Stores } from '../support/scratch-stores.ts'
import { systemUnderTest } from '../support/system.ts'

jest.setTimeout(60_000)

const NOW_MS = Date.UTC(2026, 0, 2, 3, 4, 5, 6)
const HOUR_MS = 60 * 60_000
const ENTRIES = 9_000
const ODD = 'merchant_payable:a/b%20c?d#e_'
const accounts = ['acquirer_receivable', 'fee_revenue', 'merchant_payable:a', 'merchant_payable:a_', ODD]
const SEED = 11

type Entry = AccountKey & { debit: string; credit: string; amount: number; recordedAtMs: number }

let scratch: ScratchDatabase
let stores: Stores
let balances: AccountBalanceTables
const entries: Entry[] = []

/** Most on two accounts, several in one millisecond, none in the last minute. */
function drawEntries(): void {
  const random = createRandom(SEED)
  for (let index = 0; index < ENTRIES; index++) {
    const debit = accounts[random.fraction() < 0.7 ? 0 : random.integer(0, accounts.length - 1)]!
    const others = accounts.filter(account => account !== debit)
    const credit = others[random.fraction() < 0.5 ? 0 : random.integer(0, others.length - 1)]!
    const recordedAtMs = NOW_MS - HOUR_MS + random.integer(0, 3_000)
    const currency = random.fraction() < 0.8 ? 'KRW' : 'USD'
    entries.push({ account: debit, currency, debit, credit, amount: random.integer(1, 999_999_999_999), recordedAtMs })
  }
}

async function plantEntries(): Promise<void> {
  const rows = entries.map(({ debit, credit, amount, currency, recordedAtMs }) => {
    const at = new Date(recordedAtMs)
    return [ids.entry(), ids.payment(), ids.event(), 'capture', debit, credit, amount, currency, at, at]
  })
  await scratch.direct.write(
    `INSERT INTO ledger_entry (entry_id, payment_id, event_id, entry_type, debit_account, credit_account, amount, currency,
       occurred_at, recorded_at) VALUES ?`,
    [rows],
  )
}

beforeAll(async () => {
  drawEntries()
  scratch = await ScratchDatabase.create(systemUnderTest().databaseUrl, 'balances')
  stores = scratch.stores()
  balances = new AccountBalanceTables(stores.database)
  await plantEntries()
})

afterAll(() => scratch?.drop())

const bruteForce = ({ account, currency }: AccountKey, atMs: number) => {
  const counted = entries.filter(each => each.currency === currency && each.recordedAtMs <= atMs)
  const sumOf = (side: 'debit' | 'credit') => counted.filter(each => each[side] === account)
  const total = (some: Entry[]) => some.reduce((sum, { amount }) => sum + BigInt(amount), 0n)
  const [debits, credits] = [sumOf('debit'), sumOf('credit')]
  return {
    account,
    currency,
    debitsMinor: total(debits),
    creditsMinor: total(credits),
    entryCount: debits.length + credits.length,
  }
}

const keys = accounts.toSorted().flatMap(account => ['KRW', 'USD'].map(currency => ({ account, currency })))

async function expectRightAt(atMs: number): Promise<void> {
  expect(await balances.sumsAt(keys, atMs)).toEqual(keys.map(key => bruteForce(key, atMs)))
}

async function expectRightAtAllTimes(): Promise<void> {
  const random = createRandom(SEED + 1)
  for (let time = 0; time < 20; time++) await expectRightAt(NOW_MS - HOUR_MS + random.integer(0, 3_000))
  for (const atMs of [0, NOW_MS - HOUR_MS - 1, NOW_MS]) await expectRightAt(atMs)
}

const clock = { nowMs: () => NOW_MS }
const run = () => snapshotBalances({ balances, transactions: stores.database, clock }, NOW_MS + 1)

const storedSnapshots = () =>
  scratch.direct.rows<{ account: string; currency: string; recorded_before: Date; entry_count: number }>(
    'SELECT * FROM account_snapshot ORDER BY account, currency, recorded_before',
  )

describe('accounts', () => {
  test('are listed in the order of bytes, with each of their currencies', async () => {
    expect(await balances.listAccounts('', undefined, 100)).toEqual(keys)
    expect(await balances.listCurrencies(ODD)).toEqual(['KRW', 'USD'])
    expect(await balances.listCurrencies('merchant_payable:')).toEqual([])
  })

  test('are listed page by page, from any of them on', async () => {
    for (const [index, after] of keys.entries())
      expect(await balances.listAccounts('', after, 3)).toEqual(keys.slice(index + 1, index + 4))
  })

  // `_` and `%` mean something else elsewhere in SQL.
  test.each(['merchant_payable:', 'merchant_payable:a', 'merchant_payable:a_', 'merchant%', ODD])(
    'are listed by the prefix %s',
    async prefix => {
      const wanted = keys.filter(({ account }) => account.startsWith(prefix))
      expect(await balances.listAccounts(prefix, undefined, 100)).toEqual(wanted)
      expect(await balances.listAccounts(prefix, { account: 'cash', currency: 'KRW' }, 100)).toEqual(wanted)
      expect(await balances.listAccounts(prefix, wanted[0], 100)).toEqual(wanted.slice(1))
    },
  )
})

describe('balances', () => {
  test('without a snapshot are the sums of the entries', expectRightAtAllTimes)

  test('with snapshots are the same, at their very times too', async () => {
    const written = await Promise.all([run(), run()])
    const snapshots = await storedSnapshots()

    expect(snapshots.length).toBeGreaterThan(6)
    expect(written[0]! + written[1]!).toBe(snapshots.length)
    await expectRightAtAllTimes()
    for (const { recorded_before: before } of snapshots)
      for (const atMs of [-1, 0, 1].map(offset => before.getTime() + offset)) await expectRightAt(atMs)
  })

  test('snapshots are never more than so many debits and credits apart, but for those of one millisecond', async () => {
    const counts = Map.groupBy(await storedSnapshots(), ({ account, currency }) => `${account} ${currency}`)
    for (const of of counts.values()) {
      const apart = of.map(({ entry_count }, index) => entry_count - (of[index - 1]?.entry_count ?? 0))
      expect(Math.max(...apart)).toBeLessThan(2 * SNAPSHOT_ENTRIES + 100)
    }
    expect(await run()).toBe(0)
  })

  test('fewer debits and credits than that are later than the newest', async () => {
    for (const last of await balances.newestSnapshots(keys))
      expect(await balances.nextSnapshot(last, SNAPSHOT_ENTRIES, NOW_MS)).toBeUndefined()
  })

  test('a second snapshot of the same time is refused', async () => {
    const [found] = await balances.newestSnapshots(keys)
    const insert = (snapshot: AccountSnapshot) => stores.database.runAlone(tx => balances.insert(tx, [snapshot]))
    await expect(insert(found!)).rejects.toThrow(DuplicateKeyError)
  })
})

describe('verify', () => {
  const checked = async () => {
    const found = []
    for await (const each of new DatabaseReader(scratch.direct.rows).snapshots()) found.push(each)
    return found
  }

  test('finds every snapshot right', async () => {
    const found = await checked()
    expect(found).toHaveLength((await storedSnapshots()).length)
    expect(
      found.filter(({ kept, found: summed }) => JSON.stringify(textOf(kept)) !== JSON.stringify(textOf(summed))),
    ).toEqual([])
  })

  test('finds those wrong that an entry came too late for', async () => {
    await scratch.direct.write(
      "UPDATE ledger_entry SET amount = amount + 1 WHERE debit_account = 'acquirer_receivable' ORDER BY recorded_at LIMIT 1",
    )
    const wrong = (await checked()).filter(({ kept, found }) => kept.debits !== found.debits)
    expect(wrong.length).toBeGreaterThan(3)
    expect(new Set(wrong.map(({ account }) => account))).toEqual(new Set(['acquirer_receivable']))
  })
})

const textOf = ({ debits, credits, entries: count }: { debits: bigint; credits: bigint; entries: number }) =>
  [debits, credits, count].map(String)
