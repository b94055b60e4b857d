/** The ports of batches and payouts for tests, each a table in memory that refuses what the real one refuses; and a bank with a script. */
import type { BatchState, PayoutFileState, PayoutState } from '../contracts/lists.ts'
import type { BusinessCalendar } from '../domain/business-days.ts'
import type { DatedTerms, SettlementTerms } from '../domain/settlement-terms.ts'
import { type FakeDatabase, Table } from '../payments/fake-store.ts'
import { FakeOutbox } from '../payments/fake-tables.ts'
import { createFakeIds, FakeClock, FakeDoorbell } from '../payments/fakes.ts'
import { RowRefusedError, type Transaction } from '../payments/ports.ts'
import { FakeInvoices, FakeNegativeBalances, FakeReserves } from './fake-reserves.ts'
import { isUsedUp } from './fake-settlements.ts'
import { ATTEMPTS_MAX, isLiving } from './move-payouts.ts'
import type {
  Account,
  AuditEntry,
  AuditLog,
  AwaitedItems,
  Bank,
  Batches,
  BatchPosition,
  Calendars,
  FileVerdict,
  ItemPeriod,
  Items,
  Payout,
  PayoutAlarms,
  PayoutChange,
  PayoutFile,
  PayoutFileFormat,
  PayoutFiles,
  Payouts,
  PayoutsToHold,
  PayoutVerdict,
  SettlementBatch,
  SettlementEntry,
  SettlementIds,
  SettlementItem,
  SettlementLedger,
  TermsReader,
  Unbatched,
  UnbatchedItems,
  UndatedItems,
} from './ports.ts'
import { ATTEMPTS_LIMIT } from './retry-batch.ts'

const keyOf = (...parts: readonly (string | number)[]): string => parts.join(' ')

type ItemRow = SettlementItem & { batchId: string | null }

const isOf = (account: Account) => (row: Account) =>
  row.merchantId === account.merchantId && row.currency === account.currency

const inOrder =
  <Row>(keyIn: (row: Row) => string) =>
  (a: Row, b: Row): number =>
    keyIn(a) < keyIn(b) ? -1 : 1

export class FakeSettlementItems implements Pick<Items, 'insert'>, UnbatchedItems, UndatedItems {
  /** Is set when there are batches. */
  batchIsOpen: (tx: Transaction | undefined, batchId: string) => Promise<boolean> = async () => false
  readonly table: Table<ItemRow>
  readonly #once: Table<string>

  constructor(db: FakeDatabase) {
    this.table = new Table(db)
    this.#once = new Table(db)
  }

  async insert(tx: Transaction, items: readonly SettlementItem[]): Promise<void> {
    for (const item of items) {
      if (item.netMinor !== item.grossMinor - item.feeMinor - item.vatMinor) throw new RowRefusedError('net')
      await this.table.insert(tx, item.itemId, { ...item, batchId: null })
      await this.#once.insert(tx, keyOf(item.eventId, item.type), item.itemId)
    }
  }

  async listUndated(limit: number): Promise<ItemPeriod[]> {
    const rows = await this.table.filter(undefined, ({ dueOn }) => dueOn === null)
    const periods = rows.map(({ merchantId, currency, periodEnd }) => ({ merchantId, currency, periodEnd }))
    const placeOf = ({ periodEnd, merchantId, currency }: ItemPeriod) => keyOf(periodEnd, merchantId, currency)
    return [...new Map(periods.map(period => [placeOf(period), period])).values()]
      .sort(inOrder(placeOf))
      .slice(0, limit)
  }

  async date(tx: Transaction, period: ItemPeriod, due: { dueOn: string; calendarVersion: number }, limit: number) {
    const isWanted = (row: ItemRow) => row.dueOn === null && isOf(period)(row) && row.periodEnd === period.periodEnd
    const rows = (await this.table.filter(tx, isWanted)).sort(inOrder(({ itemId }) => itemId)).slice(0, limit)
    for (const { itemId } of rows) await this.table.update(tx, itemId, row => ({ ...row, ...due }))
    return rows.length
  }

  async listAccounts(): Promise<Account[]> {
    const placeOf = ({ merchantId, currency }: Account) => keyOf(merchantId, currency)
    const rows = await this.table.filter(undefined, row => row.batchId === null)
    const accounts = rows.map(({ merchantId, currency }) => ({ merchantId, currency }))
    return [...new Map(accounts.map(account => [placeOf(account), account])).values()].sort(inOrder(placeOf))
  }

  unbatched(accounts: readonly Account[]): Promise<Unbatched[]> {
    return Promise.all(accounts.map(account => this.#unbatchedOf(account)))
  }

  async #unbatchedOf(account: Account): Promise<Unbatched> {
    const rows = await this.table.filter(undefined, row => row.batchId === null && isOf(account)(row))
    const sales = rows.filter(({ type }) => type !== 'carry_in').map(({ periodEnd }) => periodEnd)
    const [firstPeriodEnd = null] = sales.sort()
    const carriedMinor = firstPeriodEnd === null ? rows.reduce((sum, { netMinor }) => sum + netMinor, 0) : 0
    return { firstPeriodEnd, carriedMinor }
  }

  async take(tx: Transaction, batch: SettlementBatch, limit: number): Promise<{ count: number; netMinor: number }> {
    const { batchId, periodEnd } = batch
    const isWanted = (row: ItemRow) => row.batchId === null && isOf(batch)(row) && row.periodEnd <= periodEnd
    const rows = (await this.table.filter(tx, isWanted)).sort(
      inOrder(({ periodEnd, itemId }) => keyOf(periodEnd, itemId)),
    )
    let [count, netMinor] = [0, 0]
    for (const { itemId } of rows.slice(0, limit))
      await this.table.update(tx, itemId, row => {
        if (!isWanted(row)) return undefined
        count++
        netMinor += row.netMinor
        return { ...row, batchId }
      })
    return { count, netMinor }
  }

  async openSum(tx: Transaction | undefined, account: Account): Promise<number> {
    const rows = await this.table.filter(tx, isOf(account))
    const isOpen = async ({ batchId }: ItemRow) => batchId === null || (await this.batchIsOpen(tx, batchId))
    let sum = 0
    for (const row of rows) if (await isOpen(row)) sum += row.netMinor
    return sum
  }

  async assign(tx: Transaction, itemId: string, batchId: string): Promise<void> {
    await this.table.update(tx, itemId, row => ({ ...row, batchId }))
  }
}

export class FakeBatches implements Batches {
  readonly table: Table<SettlementBatch>
  readonly #once: Table<string>
  readonly #payouts: FakePayouts

  constructor(db: FakeDatabase, payouts: FakePayouts) {
    this.#payouts = payouts
    this.table = new Table(db)
    this.#once = new Table(db)
    this.#payouts = payouts
  }

  async insert(tx: Transaction, batch: SettlementBatch): Promise<void> {
    const { merchantId, currency, periodEnd, sequence } = batch
    await this.table.insert(tx, batch.batchId, batch)
    await this.#once.insert(tx, keyOf(merchantId, currency, periodEnd, sequence), batch.batchId)
  }

  lock(tx: Transaction, batchId: string): Promise<SettlementBatch | undefined> {
    return this.table.lock(tx, batchId)
  }

  async update(tx: Transaction, batch: SettlementBatch): Promise<void> {
    if (!this.table.isLockedBy(tx, batch.batchId)) throw new Error(`batch ${batch.batchId} is not locked`)
    const { state, itemCount, netMinor, closedAtMs, attemptsMax } = batch
    if (attemptsMax < ATTEMPTS_MAX || attemptsMax > ATTEMPTS_LIMIT) throw new RowRefusedError('attempts_max')
    const written = { state, itemCount, netMinor, closedAtMs, attemptsMax }
    await this.table.update(tx, batch.batchId, row => ({ ...row, ...written }))
  }

  async find(period: Account & Pick<SettlementBatch, 'periodEnd' | 'sequence'>): Promise<SettlementBatch | undefined> {
    const { periodEnd, sequence } = period
    const rows = await this.table.filter(
      undefined,
      row => isOf(period)(row) && row.periodEnd === periodEnd && row.sequence === sequence,
    )
    return rows[0]
  }

  last(accounts: readonly Account[]): Promise<(SettlementBatch | undefined)[]> {
    return Promise.all(
      accounts.map(async account => {
        const rows = await this.table.filter(undefined, isOf(account))
        return rows.sort(inOrder(({ periodEnd, sequence }) => keyOf(periodEnd, sequence))).at(-1)
      }),
    )
  }

  async listByState(state: BatchState, limit: number, after = ''): Promise<SettlementBatch[]> {
    const rows = await this.table.filter(undefined, row => row.state === state && row.batchId > after)
    return rows.sort(inOrder(({ batchId }) => batchId)).slice(0, limit)
  }

  async listPayable(
    { dueOnMax, limit }: { dueOnMax: string; limit: number },
    after?: BatchPosition,
  ): Promise<SettlementBatch[]> {
    const placeOf = ({ dueOn, batchId }: BatchPosition) => keyOf(dueOn, batchId)
    const payouts = await this.#payouts.table.filter(undefined, () => true)
    const isFree = ({ batchId, attemptsMax }: SettlementBatch) =>
      !payouts.some(payout => payout.batchId === batchId && (isLiving(payout) || payout.attempt >= attemptsMax))
    const rows = await this.table.filter(
      undefined,
      row =>
        row.state === 'CLOSED' &&
        row.dueOn <= dueOnMax &&
        isFree(row) &&
        (after === undefined || placeOf(row) > placeOf(after)),
    )
    return rows.sort(inOrder(placeOf)).slice(0, limit)
  }

  async listUsedUp(limit: number): Promise<SettlementBatch[]> {
    const payouts = await this.#payouts.table.filter(undefined, () => true)
    const rows = await this.table.filter(undefined, batch => {
      const own = payouts.filter(({ batchId }) => batchId === batch.batchId)
      return isUsedUp(batch, own)
    })
    return rows.sort(inOrder(({ dueOn, batchId }) => keyOf(dueOn, batchId))).slice(0, limit)
  }
}

export class FakePayouts implements Payouts, PayoutsToHold {
  readonly table: Table<Payout>
  readonly #db: FakeDatabase
  readonly #once: Table<string>
  readonly #files: FakePayoutFiles

  constructor(db: FakeDatabase, files: FakePayoutFiles) {
    this.#db = db
    this.#files = files
    this.table = new Table(db)
    this.#once = new Table(db)
  }

  async insert(tx: Transaction, payout: Payout): Promise<void> {
    if (payout.amountMinor <= 0) throw new RowRefusedError('payout_amount')
    await this.table.insert(tx, payout.payoutId, payout)
    await this.#once.insert(tx, keyOf(payout.batchId, payout.attempt), payout.payoutId)
  }

  find(payoutId: string): Promise<Payout | undefined> {
    return this.table.find(undefined, payoutId)
  }

  lock(tx: Transaction, payoutId: string): Promise<Payout | undefined> {
    return this.table.lock(tx, payoutId)
  }

  lockByFile(tx: Transaction, fileId: string): Promise<Payout[]> {
    return this.#lockWhere(tx, row => row.fileId === fileId)
  }

  async listByFile(fileId: string): Promise<Payout[]> {
    const rows = await this.table.filter(undefined, row => row.fileId === fileId)
    return rows.sort(inOrder(({ payoutId }) => payoutId))
  }

  async listByBatch(tx: Transaction, batchId: string): Promise<Payout[]> {
    const rows = await this.table.filter(tx, row => row.batchId === batchId)
    return rows.sort((a, b) => a.attempt - b.attempt)
  }

  async change(tx: Transaction, payoutIds: readonly string[], change: PayoutChange): Promise<void> {
    const { isTold, ...written } = change
    for (const payoutId of payoutIds) {
      if (!this.table.isLockedBy(tx, payoutId)) throw new Error(`payout ${payoutId} is not locked`)
      await this.table.update(tx, payoutId, row => ({
        ...row,
        ...written,
        eventCount: row.eventCount + (isTold ? 1 : 0),
      }))
    }
  }

  /** Of all merchants: who calls looks at their terms. */
  async listOfHeld(state: PayoutState, limit: number, afterPayoutId = ''): Promise<Payout[]> {
    const rows = await this.table.filter(undefined, row => row.state === state && row.payoutId > afterPayoutId)
    return rows.sort(inOrder(({ payoutId }) => payoutId)).slice(0, limit)
  }

  async unfiledCurrencies(): Promise<string[]> {
    const rows = await this.table.filter(undefined, isUnfiled)
    return [...new Set(rows.map(({ currency }) => currency))].sort()
  }

  async lockUnfiled(tx: Transaction, currency: string, limit: number): Promise<Payout[]> {
    const rows = await this.#lockWhere(tx, row => isUnfiled(row) && row.currency === currency)
    return rows.slice(0, limit)
  }

  async putIntoFile(tx: Transaction, payoutIds: readonly string[], fileId: string): Promise<void> {
    for (const payoutId of payoutIds) await this.table.update(tx, payoutId, row => ({ ...row, fileId }))
  }

  async listToAsk(askAtMsMax: number, limit: number): Promise<Payout[]> {
    const rows = (await this.#askable()).filter(row => row.askAtMs <= askAtMsMax)
    return rows.sort((a, b) => a.askAtMs - b.askAtMs).slice(0, limit)
  }

  async nextAskMs(): Promise<number | undefined> {
    const times = (await this.#askable()).map(({ askAtMs }) => askAtMs)
    return times.length === 0 ? undefined : Math.min(...times)
  }

  async askLater(payoutId: string, askAtMs: number): Promise<void> {
    await this.#db.run('payout', tx =>
      this.table.update(tx, payoutId, row => (row.state === 'SENT' ? { ...row, askAtMs } : undefined)),
    )
  }

  async #askable(): Promise<Payout[]> {
    const accepted = await this.#files.table.filter(undefined, ({ state }) => state === 'ACCEPTED')
    const fileIds = new Set(accepted.map(({ fileId }) => fileId))
    return this.table.filter(undefined, row => row.state === 'SENT' && fileIds.has(row.fileId!))
  }

  /** As a database under READ COMMITTED: it judges a row again that it had to wait for. */
  async #lockWhere(tx: Transaction, wanted: (row: Payout) => boolean): Promise<Payout[]> {
    const found = (await this.table.filter(tx, wanted)).sort(inOrder(({ payoutId }) => payoutId))
    const locked: Payout[] = []
    for (const { payoutId } of found) {
      const row = await this.table.lock(tx, payoutId)
      if (row !== undefined && wanted(row)) locked.push(row)
    }
    return locked
  }
}

const isUnfiled = ({ state, fileId }: Payout): boolean => state === 'CREATED' && fileId === null

export class FakePayoutFiles implements PayoutFiles {
  readonly table: Table<PayoutFile>

  constructor(db: FakeDatabase) {
    this.table = new Table(db)
  }

  insert(tx: Transaction, file: PayoutFile): Promise<void> {
    return this.table.insert(tx, file.fileId, file)
  }

  find(fileId: string): Promise<PayoutFile | undefined> {
    return this.table.find(undefined, fileId)
  }

  lock(tx: Transaction, fileId: string): Promise<PayoutFile | undefined> {
    return this.table.lock(tx, fileId)
  }

  async update(tx: Transaction, file: PayoutFile): Promise<void> {
    if (!this.table.isLockedBy(tx, file.fileId)) throw new Error(`file ${file.fileId} is not locked`)
    await this.table.update(tx, file.fileId, () => file)
  }

  async listByState(state: PayoutFileState, askAtMsMax: number, limit: number): Promise<PayoutFile[]> {
    const rows = await this.table.filter(undefined, row => row.state === state && row.askAtMs <= askAtMsMax)
    return rows.sort(inOrder(({ fileId }) => fileId)).slice(0, limit)
  }

  async nextAskMs(): Promise<number | undefined> {
    const rows = await this.table.filter(undefined, ({ state }) => state === 'SENT')
    return rows.length === 0 ? undefined : Math.min(...rows.map(({ askAtMs }) => askAtMs))
  }
}

export class FakeSettlementLedger implements SettlementLedger {
  readonly table: Table<SettlementEntry>
  readonly #once: Table<string>

  constructor(db: FakeDatabase) {
    this.table = new Table(db)
    this.#once = new Table(db)
  }

  async insertOfSubjects(tx: Transaction, entries: readonly SettlementEntry[]): Promise<void> {
    for (const entry of entries) {
      if (entry.amountMinor <= 0) throw new RowRefusedError('ledger_entry_amount')
      await this.table.insert(tx, entry.entryId, entry)
      await this.#once.insert(tx, keyOf(entry.eventId, entry.type), entry.entryId)
    }
  }
}

export class FakeAudit implements AuditLog {
  readonly table: Table<AuditEntry>
  #count = 0

  constructor(db: FakeDatabase) {
    this.table = new Table(db)
  }

  append(tx: Transaction, row: AuditEntry): Promise<void> {
    return this.table.insert(tx, String(++this.#count), row)
  }
}

export class FakePayoutAlarms implements PayoutAlarms {
  readonly raised: string[] = []

  batchWithoutCalendar({ merchantId, currency }: Account, periodEnd: string, calendar: string): void {
    this.raised.push(`no calendar ${calendar} for ${merchantId} ${currency} ${periodEnd}`)
  }

  payoutTooLarge({ batchId }: SettlementBatch): void {
    this.raised.push(`too large ${batchId}`)
  }

  payoutLost({ payoutId }: Payout): void {
    this.raised.push(`lost ${payoutId}`)
  }

  attemptsUsedUp({ batchId }: Payout): void {
    this.raised.push(`used up ${batchId}`)
  }

  fileChanged({ fileId }: PayoutFile): void {
    this.raised.push(`changed ${fileId}`)
  }
}

/** An honest bank: it takes each file once and confirms each payout, unless its script says otherwise. */
export class ScriptedBank implements Bank {
  readonly files = new Map<string, string>()
  /** Every file that was handed in, with its bytes. */
  readonly handedIn: [fileId: string, xml: string][] = []
  readonly script: { submitFile: FileVerdict[]; inquireFile: (FileVerdict | { kind: 'not_found' })[] } = {
    submitFile: [],
    inquireFile: [],
  }
  /** What it says of a payout. */
  verdictOf: (payoutId: string) => PayoutVerdict = payoutId => ({ kind: 'confirmed', bankRef: `ref ${payoutId}` })
  /** Gives no answers. */
  away = false

  async submitFile(fileId: string, xml: string): Promise<FileVerdict> {
    this.handedIn.push([fileId, xml])
    if (this.away) return { kind: 'unknown' }
    const scripted = this.script.submitFile.shift()
    if (scripted?.kind === 'rejected') return scripted
    this.files.set(fileId, xml)
    return scripted ?? { kind: 'accepted' }
  }

  async inquireFile(fileId: string): Promise<FileVerdict | { kind: 'not_found' }> {
    if (this.away) return { kind: 'unknown' }
    const known = this.files.has(fileId) ? ({ kind: 'accepted' } as const) : ({ kind: 'not_found' } as const)
    return this.script.inquireFile.shift() ?? known
  }

  async inquirePayout({ payoutId }: Pick<Payout, 'payoutId'>): Promise<PayoutVerdict> {
    return this.away ? { kind: 'unknown' } : this.verdictOf(payoutId)
  }
}

/** One line for each payout. */
export const fakeFormat: PayoutFileFormat = {
  write(file, payouts) {
    const lines = payouts.map(({ payoutId, amountMinor, accountToken }) => `${payoutId} ${amountMinor} ${accountToken}`)
    const xml = [`${file.fileId} ${file.payoutCount} ${file.totalMinor}`, ...lines].join('\n')
    return { xml, sha256: `sha of ${xml}` }
  },
}

export class FakeTerms implements TermsReader {
  readonly rows: DatedTerms[] = []

  async listTerms(_tx: Transaction | undefined, merchantIds: readonly string[]): Promise<DatedTerms[]> {
    return this.rows.filter(row => merchantIds.includes(row.merchantId))
  }
}

/** Saturdays and Sundays are closed, and what is added. */
export class FakeCalendars implements Calendars {
  readonly closed = new Map<string, boolean>(['2025', '2026', '2027'].map(year => [`${year}-01-01`, true]))

  async calendar(): Promise<BusinessCalendar> {
    return { version: 1, closed: this.closed }
  }
}

export const fakeTerms: SettlementTerms = {
  ...{ cycle: 'D', delayDays: 2, cutoff: '24:00', timezone: 'Asia/Seoul', calendar: 'KR' },
  ...{ vatMode: 'none', refundFee: 'keep', payoutMinMinor: 0, accountToken: 'acct_pay', heldReason: null },
  ...{ reserveBasisPoints: 0, reserveDays: 0, invoiceAfterDays: null, disputeFeeMinor: 0 },
}

/** Friday, noon in Seoul. */
export const PAYOUTS_NOW_MS = Date.UTC(2026, 0, 2, 3)

export function createFakeSettlementIds(seed = 0): SettlementIds & ReturnType<typeof createFakeIds> {
  const ids = createFakeIds(seed)
  const withPrefix = (prefix: string) => () => `${prefix}_${ids.event().slice(4)}`
  return {
    ...ids,
    item: withPrefix('itm'),
    expectation: withPrefix('exp'),
    batch: withPrefix('bat'),
    payout: withPrefix('out'),
    payoutFile: withPrefix('pof'),
    hold: withPrefix('hld'),
    invoice: withPrefix('inv'),
    dispute: withPrefix('dsp'),
    accountChange: withPrefix('chg'),
  }
}

/** Every port of batches and payouts over one store; several of them share it, as processes do. */
/** As if so many events had no item yet. */
export class FakeAwaitedItems implements AwaitedItems {
  awaited = 0

  async count(): Promise<number> {
    return this.awaited
  }
}

export function createPayoutPorts(transactions: FakeDatabase, { seed = 0, nowMs = PAYOUTS_NOW_MS } = {}) {
  const items = new FakeSettlementItems(transactions)
  const payoutFiles = new FakePayoutFiles(transactions)
  const payouts = new FakePayouts(transactions, payoutFiles)
  const batches = new FakeBatches(transactions, payouts)
  items.batchIsOpen = async (tx, batchId) => (await batches.table.find(tx, batchId))?.state === 'OPEN'
  return {
    transactions,
    items,
    reserves: new FakeReserves(transactions, items.table),
    invoices: new FakeInvoices(transactions),
    negativeBalances: new FakeNegativeBalances(transactions),
    unbatchedItems: items,
    undatedItems: items,
    awaitedItems: new FakeAwaitedItems(),
    payoutFiles,
    payouts,
    batches,
    settlementLedger: new FakeSettlementLedger(transactions),
    auditLog: new FakeAudit(transactions),
    outbox: new FakeOutbox(transactions),
    terms: new FakeTerms(),
    calendars: new FakeCalendars(),
    settlementDefaults: fakeTerms,
    payoutAlarms: new FakePayoutAlarms(),
    bank: new ScriptedBank(),
    fileFormat: fakeFormat,
    doorbell: new FakeDoorbell(),
    clock: new FakeClock(nowMs),
    ids: createFakeSettlementIds(seed),
  }
}

export type FakePayoutPorts = ReturnType<typeof createPayoutPorts>
