/** The lists of settlement on MariaDB: under every filter each page is right, and reads no more than it needs. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import {
  type BatchState,
  batchStates,
  type DisputeState,
  disputeStates,
  type PayoutFileState,
  type PayoutState,
  payoutFileStates,
  payoutStates,
} from '../../shared/contracts/lists.ts'
import { FakeDisputeReader, listedDispute } from '../../shared/settlement/fake-dispute-reader.ts'
import {
  batchOf,
  FakeSettlementReader,
  itemOf,
  payoutFileOf,
  payoutOf,
  ulidOf,
} from '../../shared/settlement/fake-settlements.ts'
import type { BatchQuery, PayoutQuery, SettlementItem } from '../../shared/settlement/ports.ts'
import type { Database } from '../../shared/stores/database.ts'
import { DisputeTable } from '../../shared/stores/disputes.ts'
import { PayoutFileTable } from '../../shared/stores/payout-files.ts'
import { PayoutTable } from '../../shared/stores/payouts.ts'
import { BatchTable, UnbatchedItemTable } from '../../shared/stores/settlement-batches.ts'
import { SettlementItemTable } from '../../shared/stores/settlement-items.ts'
import { SettlementReaderTables } from '../../shared/stores/settlement-reader.ts'
import { openDatabase, type TestDatabase } from '../support/database.ts'
import { NOW_MS, times } from '../support/rows.ts'
import { ScratchDatabase } from '../support/scratch-stores.ts'
import { readsOf } from '../support/session-reads.ts'
import { systemUnderTest } from '../support/system.ts'

jest.setTimeout(120_000)

const BATCHES = 6_000
const ITEMS = 3_000
const DISPUTES = 3_000
const FILES = 600
/** Of which one payment has this many. */
const DISPUTES_OF_ONE = 30
const PAGE = 20
/** A page reads one row more, to know whether there is another. */
const PAGE_READS = PAGE + 1
const DAYS = 60
const MERCHANTS = ['shop', 'Shop', 'other']
const CURRENCIES = ['KRW', 'KRW', 'KRW', 'USD']

let scratch: ScratchDatabase
/** One connection: what it has read is told to it alone. */
let single: TestDatabase
let reader: SettlementReaderTables
let batchTable: BatchTable
let disputeReader: DisputeTable
let payoutFiles: PayoutFileTable
/** Says what each list should be. */
const expected = new FakeSettlementReader()
const expectedDisputes = new FakeDisputeReader()

const dayOf = (number: number): string => new Date(Date.UTC(2026, 0, 1 + number)).toISOString().slice(0, 10)
const ofList = <T>(list: readonly T[], number: number): T => list[number % list.length]!
/** Spreads numbers without a pattern that filters could share. */
const mixed = (number: number): number => Math.imul(number + 1, 2_654_435_761) >>> 8

/** Batches with late attempts, one in sixty: used up, used up once more, with an attempt left, and with a payout that lives. */
const LATE = [
  { attempts: 5, attemptsMax: 5, last: 'FAILED' },
  { attempts: 6, attemptsMax: 6, last: 'CANCELED' },
  { attempts: 5, attemptsMax: 6, last: 'FAILED' },
  { attempts: 5, attemptsMax: 5, last: 'SENT' },
] as const satisfies Array<{ attempts: number; attemptsMax: number; last: PayoutState }>
const LATE_EACH = 60

const lateOf = (number: number): (typeof LATE)[number] | undefined =>
  number % LATE_EACH === 0 && number > 0 ? ofList(LATE, number / LATE_EACH) : undefined

function plannedBatch(number: number) {
  const day = mixed(number) % DAYS
  return batchOf(number, {
    merchantId: ofList(MERCHANTS, mixed(number + 7_000)),
    currency: ofList(CURRENCIES, mixed(number + 14_000)),
    periodEnd: dayOf(day),
    dueOn: dayOf(day + 2 + (mixed(number + 21_000) % 3)),
    state: lateOf(number) ? 'CLOSED' : ofList<BatchState>(batchStates, mixed(number + 28_000)),
    attemptsMax: lateOf(number)?.attemptsMax ?? 5,
    // Unique with merchant, currency and period.
    sequence: number,
  })
}

function fillExpected() {
  expected.batches.push(...times(BATCHES, plannedBatch))
  for (const [number, { batchId, merchantId, currency }] of expected.batches.entries()) {
    const late = lateOf(number)
    for (let attempt = 1; attempt <= (late?.attempts ?? number % 3); attempt++) {
      const lateState = attempt === late?.attempts ? late.last : 'FAILED'
      const state = late ? lateState : ofList<PayoutState>(payoutStates, mixed(number + attempt))
      const fileId = number % 5 === 0 ? null : payoutFileOf(mixed(number) % FILES).fileId
      expected.payouts.push(payoutOf(6 * number + attempt, { batchId, merchantId, currency, attempt, state, fileId }))
    }
  }
  expected.files.push(
    ...times(FILES, number =>
      payoutFileOf(number, { state: ofList<PayoutFileState>(payoutFileStates, mixed(number)) }),
    ),
  )
  expectedDisputes.disputes.push(...times(DISPUTES, plannedDispute))
  const { batchId, merchantId, currency } = expected.batches[0]!
  expected.items.push(
    ...times(ITEMS, number => itemOf(number, { batchId, merchantId, currency, periodEnd: dayOf(mixed(number) % 7) })),
  )
}

function plannedDispute(number: number) {
  const state = ofList<DisputeState>(disputeStates, Math.floor(number / MERCHANTS.length))
  return listedDispute(number, {
    ...{ merchantId: ofList(MERCHANTS, number), state, closedAtMs: state === 'OPEN' ? null : NOW_MS },
    ...(number % (DISPUTES / DISPUTES_OF_ONE) === 0 ? { paymentId: `pay_${ulidOf(0)}` } : {}),
  })
}

async function plant(database: Database) {
  const [batches, payouts, items] = [
    new BatchTable(database),
    new PayoutTable(database),
    new SettlementItemTable(database),
  ]
  await database.runAlone(async tx => {
    for (const batch of expected.batches) await batches.insert(tx, batch)
  })
  await database.runAlone(async tx => {
    for (const file of expected.files) await new PayoutFileTable(database).insert(tx, file)
  })
  const disputes = new DisputeTable(database)
  await database.runAlone(async tx => {
    for (const dispute of expectedDisputes.disputes) await disputes.insert(tx, dispute)
  })
  await database.runAlone(async tx => {
    for (const payout of expected.payouts) await payouts.insert(tx, payout)
  })
  await database.runAlone(async tx => {
    await items.insert(tx, expected.items, NOW_MS)
    for (const { itemId, batchId } of expected.items) await new UnbatchedItemTable(database).assign(tx, itemId, batchId)
  })
}

beforeAll(async () => {
  fillExpected()
  scratch = await ScratchDatabase.create(systemUnderTest().databaseUrl, 'lists')
  await plant(scratch.stores().database)
  single = openDatabase(scratch.url, 1)
  const select = (sql: string, values: readonly unknown[] = []) => single.rows(sql, [...values])
  reader = new SettlementReaderTables({ select } as unknown as Database)
  batchTable = new BatchTable({ select } as unknown as Database)
  disputeReader = new DisputeTable({ select } as unknown as Database)
  payoutFiles = new PayoutFileTable({ select } as unknown as Database)
})
afterAll(async () => {
  await single?.close()
  await scratch?.drop()
})

const subsets = <Filters extends object>(filters: Filters): Array<Partial<Filters>> =>
  Object.entries(filters).reduce<Array<Partial<Filters>>>(
    (all, [name, value]) => all.flatMap(subset => [subset, { ...subset, [name]: value }]),
    [{}],
  )

const days = [
  { by: 'periodEnd' },
  { by: 'periodEnd', from: dayOf(20), to: dayOf(21) },
  { by: 'dueOn', from: dayOf(30) },
  { by: 'dueOn', to: dayOf(40) },
] as const satisfies Array<Pick<BatchQuery, 'by' | 'from' | 'to'>>

const batchQueries = subsets({ merchantId: 'shop', currency: 'KRW', state: 'CLOSED' as const }).flatMap(filters =>
  days.map(day => ({ ...filters, ...day })),
)

describe('batches', () => {
  const pageAfter = (query: Omit<BatchQuery, 'limit'>, before?: BatchQuery['before']) => ({
    ...query,
    limit: PAGE_READS,
    before,
  })

  test.each(batchQueries)('of %j: three pages, each read from where the one before ended', async query => {
    let before: BatchQuery['before']
    for (let page = 0; page < 3; page++) {
      const { result, reads } = await readsOf(single, () => reader.listBatches(pageAfter(query, before)))
      expect(result).toEqual(await expected.listBatches(pageAfter(query, before)))

      const states = 'state' in query ? 1 : batchStates.length
      // The entries of each state, the rows of the page, and their payouts: three look-ups for each batch.
      expect(reads).toBeLessThanOrEqual(states * (PAGE_READS + 3) + 5 * PAGE_READS)
      const last = result[PAGE - 1]
      if (last === undefined) return
      before = { day: last.batch[query.by], batchId: last.batch.batchId }
    }
  })

  test.each(batchQueries)('whose payouts are used up, of %j: page by page', async filters => {
    const late = expected.payouts.filter(({ attempt }) => attempt >= 5).length
    expect(late).toBeGreaterThan(100)
    const found: string[] = []
    let before: BatchQuery['before']
    do {
      const query = { ...filters, isUsedUp: true, limit: 8, before }
      const { result, reads } = await readsOf(single, () => reader.listBatches(query))
      expect(result).toEqual(await expected.listBatches(query))
      // The late payouts, of each its batch and the payouts of that, and those of the page: no other of thousands.
      expect(reads).toBeLessThanOrEqual(8 * late)
      found.push(...result.map(({ batch }) => batch.batchId))
      const last = result[7]?.batch
      before = last && { day: last[query.by], batchId: last.batchId }
    } while (before !== undefined)
    expect(new Set(found).size).toBe(found.length)
  })

  test('whose payouts are used up are those that the command names', async () => {
    const { result, reads } = await readsOf(single, () => batchTable.listUsedUp(BATCHES))
    const listed = await expected.listBatches({ by: 'dueOn', isUsedUp: true, limit: BATCHES })
    expect(listed.length).toBeGreaterThan(40)
    expect(result.map(({ batchId }) => batchId)).toEqual(listed.map(({ batch }) => batch.batchId).reverse())
    expect(reads).toBeLessThanOrEqual(8 * expected.payouts.filter(({ attempt }) => attempt >= 5).length)
  })

  test('on a day that does not exist there are none', async () => {
    expect(await reader.listBatches({ by: 'periodEnd', from: '9999-12-31', limit: 1 })).toEqual([])
    expect(await reader.listBatches({ by: 'dueOn', to: '0000-01-01', limit: 1 })).toEqual([])
  })

  test('one is found with its payouts', async () => {
    const { batchId } = expected.batches[2]!
    expect(await reader.findBatch(batchId)).toEqual(await expected.findBatch(batchId))
    expect(await reader.findBatch(`bat_${ulidOf(BATCHES)}`)).toBeUndefined()
  })
})

describe('payouts', () => {
  test.each(subsets({ merchantId: 'shop', state: 'FAILED' as const }))('of %j: page by page', async filters => {
    let beforePayoutId: string | undefined
    for (let page = 0; page < 3; page++) {
      const query: PayoutQuery = { ...filters, limit: PAGE_READS, beforePayoutId }
      const { result, reads } = await readsOf(single, () => reader.listPayouts(query))
      expect(result).toEqual(await expected.listPayouts(query))
      expect(reads).toBeLessThanOrEqual(PAGE_READS + 3)
      beforePayoutId = result[PAGE - 1]!.payoutId
    }
  })
})

describe('payouts of a file', () => {
  const { fileId } = payoutFileOf(7)

  test.each(subsets({ merchantId: 'shop', state: 'FAILED' as const }))('and of %j: page by page', async filters => {
    const ofFile = expected.payouts.filter(payout => payout.fileId === fileId).length
    expect(ofFile).toBeGreaterThan(5)
    let beforePayoutId: string | undefined
    for (let page = 0; page < 3; page++) {
      const query: PayoutQuery = { ...filters, fileId, limit: 4, beforePayoutId }
      const { result, reads } = await readsOf(single, () => reader.listPayouts(query))
      expect(result).toEqual(await expected.listPayouts(query))
      // What is in the file, and no other payout.
      expect(reads).toBeLessThanOrEqual(ofFile + 3)
      if (result.length < 4) return
      beforePayoutId = result.at(-1)!.payoutId
    }
  })
})

describe('payout files', () => {
  test.each(subsets({ state: 'PREPARED' as const }))('of %j: page by page', async filters => {
    let beforeFileId: string | undefined
    for (let page = 0; page < 3; page++) {
      const query = { ...filters, limit: PAGE_READS, ...(beforeFileId === undefined ? {} : { beforeFileId }) }
      const { result, reads } = await readsOf(single, () => payoutFiles.listPage(query))
      expect(result).toEqual(await expected.payoutFiles.listPage(query))
      expect(reads).toBeLessThanOrEqual(PAGE_READS + 3)
      beforeFileId = result[PAGE - 1]!.fileId
    }
  })
})

describe('disputes', () => {
  const filters = { merchantId: 'shop', state: 'OPEN' as const }

  test.each(subsets(filters))('of %j: page by page', async query => {
    let beforeDisputeId: string | undefined
    for (let page = 0; page < 3; page++) {
      const asked = { ...query, limit: PAGE_READS, beforeDisputeId }
      const { result, reads } = await readsOf(single, () => disputeReader.list(asked))
      expect(result).toEqual(await expectedDisputes.list(asked))
      // Of each state little more than a page.
      expect(reads).toBeLessThanOrEqual(disputeStates.length * 2 * PAGE_READS)
      beforeDisputeId = result[PAGE - 1]!.disputeId
    }
  })

  test.each(subsets(filters))('of one payment and %j', async query => {
    const asked = { ...query, paymentId: `pay_${ulidOf(0)}`, limit: DISPUTES }
    const { result, reads } = await readsOf(single, () => disputeReader.list(asked))
    expect(result).toEqual(await expectedDisputes.list(asked))
    expect(result.length).toBeGreaterThan(0)
    expect(reads).toBeLessThanOrEqual(disputeStates.length * (DISPUTES_OF_ONE + 3))
  })

  test('one that is won while the page is read is there once', async () => {
    const won = expectedDisputes.disputes.findLast(({ state }) => state === 'OPEN')!
    const write = (state: DisputeState, closedAt: Date | null) =>
      single.write('UPDATE dispute SET state = ?, closed_at = ? WHERE dispute_id = ?', [state, closedAt, won.disputeId])
    // Statements come one after another, and after the first one it is won.
    let last: Promise<unknown> = Promise.resolve()
    const select = (sql: string, values: readonly unknown[]) => {
      const rows = last.then(() => single.rows(sql, [...values]))
      last = rows.then(() => write('WON', new Date(NOW_MS)))
      return rows
    }
    const found = await new DisputeTable({ select } as unknown as Database).list({ limit: PAGE })
    await last
    await write('OPEN', null)
    const expectedIds = (await expectedDisputes.list({ limit: PAGE })).map(({ disputeId }) => disputeId)
    expect(found.map(({ disputeId }) => disputeId)).toEqual(expectedIds)
  })

  test('one is found', async () => {
    const [dispute] = expectedDisputes.disputes
    expect(await disputeReader.find(dispute!.disputeId)).toEqual(dispute)
    expect(await disputeReader.find(`dsp_${ulidOf(DISPUTES)}`)).toBeUndefined()
  })
})

test('all items of a batch come once, in the order of their periods', async () => {
  const { batchId } = expected.batches[0]!
  const found: SettlementItem[] = []
  for (;;) {
    const { result, reads } = await readsOf(single, () => reader.listItems(batchId, 500, found.at(-1)))
    expect(reads).toBeLessThanOrEqual(510)
    found.push(...result)
    if (result.length < 500) break
  }
  const inOrder = await expected.listItems(batchId, ITEMS)
  expect(found).toEqual(inOrder.map(item => ({ ...item, batchId: undefined })))
})
