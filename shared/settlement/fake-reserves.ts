/** The ports of reserves and invoices for tests, each a table in memory that refuses what the real one refuses. */
import { type FakeDatabase, Table } from '../payments/fake-store.ts'
import { RowRefusedError, type Transaction } from '../payments/ports.ts'
import type {
  Account,
  Invoice,
  Invoices,
  NegativeBalances,
  ReleaseRule,
  ReserveHold,
  Reserves,
  SettlementItem,
} from './ports.ts'

type ItemOfBatch = Pick<SettlementItem, 'type' | 'netMinor'> & { batchId: string | null }

const isOf = (account: Account) => (row: Account) =>
  row.merchantId === account.merchantId && row.currency === account.currency

/** Locks those that are wanted, in the order of their ids, and judges each again that it had to wait for. */
async function lockWhere<Row>(
  table: Table<Row>,
  tx: Transaction,
  idIn: (row: Row) => string,
  wanted: (row: Row) => boolean,
  limit: number,
): Promise<Row[]> {
  const ids = (await table.filter(tx, wanted)).map(idIn).sort()
  const locked: Row[] = []
  for (const id of ids) {
    const row = locked.length < limit ? await table.lock(tx, id) : undefined
    if (row !== undefined && wanted(row)) locked.push(row)
  }
  return locked
}

const restOf = ({ amountMinor, releasedMinor, usedMinor }: ReserveHold): number =>
  amountMinor - releasedMinor - usedMinor

export class FakeReserves implements Reserves {
  readonly table: Table<ReserveHold>
  readonly #once: Table<string>
  readonly #db: FakeDatabase
  readonly #items: Table<ItemOfBatch>

  constructor(db: FakeDatabase, items: Table<ItemOfBatch>) {
    this.#db = db
    this.#items = items
    this.table = new Table(db)
    this.#once = new Table(db)
  }

  async releasedIntoMinor(tx: Transaction, batchId: string): Promise<number> {
    const released = await this.#items.filter(tx, row => row.batchId === batchId && row.type === 'reserve_release')
    return released.reduce((sum, { netMinor }) => sum + netMinor, 0)
  }

  async insert(tx: Transaction, hold: ReserveHold): Promise<void> {
    checkHold(hold)
    await this.table.insert(tx, hold.holdId, hold)
    await this.#once.insert(tx, hold.batchId, hold.holdId)
  }

  lockOpen(tx: Transaction, account: Account, limit: number): Promise<ReserveHold[]> {
    return lockWhere(
      this.table,
      tx,
      ({ holdId }) => holdId,
      row => isOf(account)(row) && restOf(row) > 0,
      limit,
    )
  }

  async firstReleases(): Promise<{ timezone: string; releaseOn: string }[]> {
    const rows = await this.table.filter(undefined, row => restOf(row) > 0 && row.releaseOn !== null)
    const byZone = Map.groupBy(rows, ({ timezone }) => timezone)
    return [...byZone].map(([timezone, own]) => ({ timezone, releaseOn: own.map(row => row.releaseOn!).sort()[0]! }))
  }

  lockDue(tx: Transaction, timezone: string, releaseOnMax: string, limit: number): Promise<ReserveHold[]> {
    const isDue = (row: ReserveHold) =>
      row.timezone === timezone && restOf(row) > 0 && row.releaseOn !== null && row.releaseOn <= releaseOnMax
    return lockWhere(this.table, tx, ({ holdId }) => holdId, isDue, limit)
  }

  async update(tx: Transaction, hold: ReserveHold): Promise<void> {
    checkHold(hold)
    if (!this.table.isLockedBy(tx, hold.holdId)) throw new Error(`hold ${hold.holdId} is not locked`)
    const { releasedMinor, usedMinor, eventCount } = hold
    await this.table.update(tx, hold.holdId, row => ({ ...row, releasedMinor, usedMinor, eventCount }))
  }

  async undated(limit: number): Promise<ReleaseRule[]> {
    const rows = await this.table.filter(undefined, row => restOf(row) > 0 && row.releaseOn === null)
    return rows.slice(0, limit)
  }

  async date(rule: ReleaseRule, releaseOn: string): Promise<void> {
    const isMeant = (row: ReserveHold) =>
      row.releaseOn === null &&
      row.periodEnd === rule.periodEnd &&
      row.reserveDays === rule.reserveDays &&
      row.calendar === rule.calendar
    await this.#db.run('reserves', async tx => {
      for (const { holdId } of await this.table.filter(tx, isMeant))
        await this.table.update(tx, holdId, row => (isMeant(row) ? { ...row, releaseOn } : undefined))
    })
  }
}

function checkHold(hold: ReserveHold): void {
  const { amountMinor, releasedMinor, usedMinor } = hold
  if (amountMinor <= 0 || releasedMinor < 0 || usedMinor < 0 || restOf(hold) < 0)
    throw new RowRefusedError('reserve_hold_rest')
}

export class FakeInvoices implements Invoices {
  readonly table: Table<Invoice>

  constructor(db: FakeDatabase) {
    this.table = new Table(db)
  }

  async insert(tx: Transaction, invoice: Invoice): Promise<void> {
    checkInvoice(invoice)
    await this.table.insert(tx, invoice.invoiceId, invoice)
  }

  lock(tx: Transaction, invoiceId: string): Promise<Invoice | undefined> {
    return this.table.lock(tx, invoiceId)
  }

  lockOpen(tx: Transaction, account: Account, limit: number): Promise<Invoice[]> {
    const isOpen = (row: Invoice) => isOf(account)(row) && row.state === 'OPEN'
    return lockWhere(this.table, tx, ({ invoiceId }) => invoiceId, isOpen, limit)
  }

  async update(tx: Transaction, invoice: Invoice): Promise<void> {
    checkInvoice(invoice)
    if (!this.table.isLockedBy(tx, invoice.invoiceId)) throw new Error(`invoice ${invoice.invoiceId} is not locked`)
    await this.table.update(tx, invoice.invoiceId, () => invoice)
  }
}

function checkInvoice(invoice: Invoice): void {
  const { amountMinor, deductedMinor, collectedMinor, lostMinor, remainingMinor, state } = invoice
  const isSum = remainingMinor === amountMinor - deductedMinor - collectedMinor - lostMinor
  if (amountMinor <= 0 || remainingMinor < 0 || !isSum) throw new RowRefusedError('merchant_invoice_rest')
  if ((state === 'OPEN') !== remainingMinor > 0 || (state === 'LOST') !== lostMinor > 0)
    throw new RowRefusedError('merchant_invoice_open')
}

export class FakeNegativeBalances implements NegativeBalances {
  readonly table: Table<Account & { since: string | null }>

  constructor(db: FakeDatabase) {
    this.table = new Table(db)
  }

  lock(tx: Transaction, account: Account): Promise<{ since: string | null } | undefined> {
    return this.table.lock(tx, placeOf(account))
  }

  async insert(tx: Transaction, { merchantId, currency }: Account, since: string): Promise<void> {
    await this.table.insert(tx, placeOf({ merchantId, currency }), { merchantId, currency, since })
  }

  async update(tx: Transaction, account: Account, since: string | null): Promise<void> {
    if (!this.table.isLockedBy(tx, placeOf(account))) throw new Error(`${placeOf(account)} is not locked`)
    await this.table.update(tx, placeOf(account), row => ({ ...row, since }))
  }

  async listNegative(limit: number, after?: Account): Promise<(Account & { since: string })[]> {
    const rows = await this.table.filter(undefined, () => true)
    return rows
      .flatMap(({ since, ...account }) => (since === null ? [] : [{ ...account, since }]))
      .filter(account => after === undefined || placeOf(account) > placeOf(after))
      .sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1))
      .slice(0, limit)
  }
}

const placeOf = ({ merchantId, currency }: Account): string => `${merchantId} ${currency}`
