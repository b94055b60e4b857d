/** What merchants were charged in a month, for their tax invoices: by the items of its sales, and whether the ledger says the same. */
import { addDays, dayEndsAtMs, periodEndOf } from '../domain/business-days.ts'
import type { Account, SettlementStart } from '../settlement/ports.ts'
import type { FeeItem, FeeItems, FeePosition, Journal, JournalEntry, Span } from './ports.ts'
import { journalEntries } from './read-journal.ts'

export interface TotalFeesPorts {
  feeItems: FeeItems
  journal: Journal
  settlementStart: SettlementStart
}

/** Signed minor units: what is returned is negative. */
export interface FeeSums {
  /** How many captures, or refunds. */
  count: number
  grossMinor: bigint
  /** The fee without VAT. */
  supplyMinor: bigint
  vatMinor: bigint
}

/** What one merchant was charged in one currency. */
export interface FeeTotal extends Account {
  sales: FeeSums
  /** Apart from the sales: an invoice of what was returned corrects an earlier one. */
  refunds: FeeSums
  /** Sales and refunds together, as the ledger has the same events on fee_revenue and vat_payable. */
  booked: Pick<FeeSums, 'supplyMinor' | 'vatMinor'>
}

/** What the ledger has on these accounts in the month, of events without an item, in one currency. */
export interface Unitemed extends Pick<FeeSums, 'supplyMinor' | 'vatMinor'> {
  currency: string
  /** They are of payments from before settlement began. */
  isLeftOut: boolean
  /** Some of them. */
  eventIds: string[]
}

export interface MonthOfFees {
  /** By merchant, then by currency. */
  totals: FeeTotal[]
  unitemed: Unitemed[]
}

/** Days and moments of `YYYY-MM`, by the midnights of the time zone. */
export function monthOf(month: string, timezone: string): { days: { from: string; to: string }; span: Span } {
  const rule = { timezone, cutoff: '24:00' }
  const days = { from: `${month}-01`, to: periodEndOf(`${month}-01`, 'M') }
  return { days, span: { fromMs: dayEndsAtMs(addDays(days.from, -1), rule), toMs: dayEndsAtMs(days.to, rule) } }
}

/** The ledger has other fees than the items. */
export const differs = ({ sales, refunds, booked }: FeeTotal): boolean =>
  sales.supplyMinor + refunds.supplyMinor !== booked.supplyMinor ||
  sales.vatMinor + refunds.vatMinor !== booked.vatMinor

/** Items or events of one look into the ledger. */
const PAGE_ROWS = 1_000
/** Event ids that a report names. */
const NAMED_MAX = 10

/** Reads page by page and keeps a total a merchant. Throws DependencyUnavailableError. */
export async function totalFees(
  ports: TotalFeesPorts,
  { days, span }: ReturnType<typeof monthOf>,
  merchantId?: string,
): Promise<MonthOfFees> {
  const totals = new Map<string, FeeTotal>()
  let after: FeePosition | undefined
  do {
    const page = await ports.feeItems.listSold(days, PAGE_ROWS, after)
    after = page.at(PAGE_ROWS - 1)
    await addPage(
      ports.journal,
      totals,
      page.filter(item => merchantId === undefined || item.merchantId === merchantId),
    )
  } while (after !== undefined)
  const inOrder = [...totals.entries()].sort(([one], [other]) => (one < other ? -1 : 1))
  return { totals: inOrder.map(([, total]) => total), unitemed: await unitemedOf(ports, span, merchantId) }
}

async function addPage(journal: Journal, totals: Map<string, FeeTotal>, items: readonly FeeItem[]): Promise<void> {
  if (items.length === 0) return
  const entries = await journal.listByEvents(items.map(({ eventId }) => eventId))
  const byEvent = Map.groupBy(entries, ({ eventId }) => eventId)
  for (const item of items) {
    const total = totalOf(totals, item)
    const sums = item.type === 'capture' ? total.sales : total.refunds
    sums.count++
    sums.grossMinor += BigInt(item.grossMinor)
    sums.supplyMinor += BigInt(item.feeMinor)
    sums.vatMinor += BigInt(item.vatMinor)
    for (const entry of byEvent.get(item.eventId) ?? []) book(total.booked, entry)
  }
}

function totalOf(totals: Map<string, FeeTotal>, { merchantId, currency }: Account): FeeTotal {
  const name = `${merchantId} ${currency}`
  const known = totals.get(name)
  if (known !== undefined) return known
  const booked = { supplyMinor: 0n, vatMinor: 0n }
  const made = { merchantId, currency, sales: nothing(), refunds: nothing(), booked }
  totals.set(name, made)
  return made
}

const nothing = (): FeeSums => ({ count: 0, grossMinor: 0n, supplyMinor: 0n, vatMinor: 0n })

const FEES = 'fee_revenue'
const VAT = 'vat_payable'

function book(booked: FeeTotal['booked'], entry: JournalEntry): void {
  booked.supplyMinor += creditOn(FEES, entry)
  booked.vatMinor += creditOn(VAT, entry)
}

const creditOn = (account: string, { debitAccount, creditAccount, amountMinor }: JournalEntry): bigint =>
  BigInt((creditAccount === account ? amountMinor : 0) - (debitAccount === account ? amountMinor : 0))

const isOfFees = ({ debitAccount, creditAccount }: JournalEntry): boolean =>
  [debitAccount, creditAccount].some(account => account === FEES || account === VAT)

/** Without an item it is not always known whose they are: where one merchant is wanted, those that name another are left out. */
async function unitemedOf(ports: TotalFeesPorts, span: Span, merchantId: string | undefined): Promise<Unitemed[]> {
  const found = new Map<string, Unitemed>()
  const settledFromMs = await ports.settlementStart.settledFromMs()
  for await (const entries of pagesOfFees(ports.journal, span)) {
    const known = await ports.feeItems.eventsWithItem(entries.map(({ eventId }) => eventId))
    const without = entries.filter(entry => !known.has(entry.eventId) && mayBeOf(entry, merchantId))
    if (without.length === 0) continue
    const captured = await ports.journal.firstCapturesMs(without.map(({ paymentId }) => paymentId ?? ''))
    for (const entry of without) {
      const firstMs = captured.get(entry.paymentId ?? '')
      addUnitemed(found, entry, firstMs !== undefined && firstMs < settledFromMs)
    }
  }
  return [...found.values()]
}

async function* pagesOfFees(journal: Journal, span: Span): AsyncGenerator<JournalEntry[]> {
  let page: JournalEntry[] = []
  for await (const entry of journalEntries(journal, span)) {
    if (!isOfFees(entry)) continue
    page.push(entry)
    if (page.length < PAGE_ROWS) continue
    yield page
    page = []
  }
  if (page.length > 0) yield page
}

const PAYABLE = 'merchant_payable:'

const mayBeOf = ({ debitAccount, creditAccount }: JournalEntry, merchantId: string | undefined): boolean =>
  merchantId === undefined ||
  [debitAccount, creditAccount].every(name => !name.startsWith(PAYABLE) || name === `${PAYABLE}${merchantId}`)

function addUnitemed(found: Map<string, Unitemed>, entry: JournalEntry, isLeftOut: boolean): void {
  const { currency, eventId } = entry
  const name = `${currency} ${isLeftOut}`
  const sums = found.get(name) ?? { currency, isLeftOut, supplyMinor: 0n, vatMinor: 0n, eventIds: [] }
  found.set(name, sums)
  if (sums.eventIds.length < NAMED_MAX && !sums.eventIds.includes(eventId)) sums.eventIds.push(eventId)
  sums.supplyMinor += creditOn(FEES, entry)
  sums.vatMinor += creditOn(VAT, entry)
}
