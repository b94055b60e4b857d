/** What all parts of a generated world share: its days, its books so far, what must be found, and what the accounts must hold. */
import { createRandom, type Random } from '../../random.ts'
import { addDays, businessDaysAfter, daysFromTo, startOf } from './days.ts'
import { createNewId, type NewId } from './ids.ts'
import { type Currency, currencies } from './money.ts'
import {
  type Account,
  accounts,
  type Balances,
  type BookRows,
  type DisputeTruth,
  type EntryRow,
  noRows,
  type TruthRow,
} from './truth.ts'

/** How much goes wrong. */
export const mixes = ['standard', 'harsh', 'clean'] as const
export type Mix = (typeof mixes)[number]

/** How many of a thousand lines each kind of fault of a line gets; the others follow from it. */
export const faultsPerThousand: Record<Mix, number> = { standard: 1, harsh: 8, clean: 0 }

export interface GeneratorOptions {
  seed: number
  /** Lines of the acquirer, about. */
  lines: number
  mix: Mix
}

/** Around Chuseok, and around the end of the year. */
export interface Season {
  saleDays: readonly string[]
  /** When everything of it has come that comes at all, and all the rest is overdue. */
  agedOn: string
}

const CHUSEOK: Season = { saleDays: daysFromTo('2026-09-18', '2026-09-30'), agedOn: '2026-10-20' }
const YEARS_END: Season = { saleDays: daysFromTo('2026-12-28', '2027-01-06'), agedOn: '2027-01-29' }
/** Of a small world, so that a file still has some lines. */
const CHUSEOK_BRIEF: Season = { saleDays: daysFromTo('2026-09-21', '2026-09-24'), agedOn: '2026-10-20' }
const YEARS_END_BRIEF: Season = { saleDays: daysFromTo('2026-12-30', '2027-01-02'), agedOn: '2027-01-29' }

const BRIEF_LINES = 10_000

export const seasonsOf = (lines: number): readonly [Season, Season] =>
  lines < BRIEF_LINES ? [CHUSEOK_BRIEF, YEARS_END_BRIEF] : [CHUSEOK, YEARS_END]

/** Business days until the acquirer pays, and how much earlier or later is still right. */
export const DELAY_DAYS = 2

const dueDays = new Map<string, string>()

export function dueOf(soldOn: string): string {
  const known = dueDays.get(soldOn) ?? businessDaysAfter(soldOn, DELAY_DAYS)
  dueDays.set(soldOn, known)
  return known
}

/** The last day on which anything of the season moves by plan. */
export const endOf = (season: Season): string => addDays(dueOf(season.saleDays.at(-1)!), 6)

/** What the acquirer settles by a line. */
export interface Settled {
  /** Of what a card holder took back and of what came back of that: of the capture. */
  operationId: string
  kind: 'capture' | 'refund' | 'chargeback' | 'chargeback_won'
  paymentId: string
  merchantId: string
  currency: Currency
  /** Signed, as the fee and its VAT. */
  amount: number
  fee: number
  vat: number
}

export interface Sale extends Settled {
  kind: 'capture' | 'refund'
}

const MERCHANTS = Array.from({ length: 12 }, (_, index) => `shop-${String(index + 1).padStart(3, '0')}`)

const noBalances = (): Balances =>
  Object.fromEntries(
    currencies.map(currency => [currency, Object.fromEntries(accounts.map(account => [account, 0]))]),
  ) as Balances

type TruthOf = Omit<TruthRow, 'amount' | 'booked' | 'closed' | 'keyed'> &
  Partial<Pick<TruthRow, 'closed' | 'keyed'>> & {
    booked: number /** Undefined: as booked; of a closed break 0. */
    left?: number
  }

export class World {
  readonly random: Random
  readonly newId: NewId
  readonly balances = noBalances()
  readonly planted: Record<string, number> = {}
  rows: BookRows = noRows()
  truths: TruthRow[] = []
  disputes: DisputeTruth[] = []
  lineCount = 0
  day = ''

  constructor(seed: number) {
    this.random = createRandom(seed)
    this.newId = createNewId(this.random.fork())
  }

  /** A moment of the day, in milliseconds. */
  atMs(): number {
    return startOf(this.day) + this.random.integer(0, 86_399_999)
  }

  merchant(): string {
    return this.random.pick(MERCHANTS)
  }

  /** Debits less credits of an account change by so much. */
  move(currency: Currency, account: Account, amount: number): void {
    this.balances[currency][account] += amount
  }

  /** Says what must be found, and counts what it puts on the suspense account, and what of it stays. */
  truth({ booked, left, closed = false, keyed = true, ...row }: TruthOf): void {
    const amount = left ?? (closed ? 0 : booked)
    this.truths.push({ ...row, keyed, closed, booked: String(booked), amount: String(amount) })
    this.move(row.currency as Currency, 'recon_suspense', amount)
    this.planted[row.mutation] = (this.planted[row.mutation] ?? 0) + 1
  }

  /** No break, and no money: a pairing of a line without a reference, or a file that is refused. */
  say(row: Pick<TruthRow, 'subject' | 'class' | 'currency' | 'mutation'> & Partial<TruthRow>): void {
    this.truths.push({ amount: '0', booked: '0', closed: false, keyed: true, ...row })
    this.planted[row.mutation] = (this.planted[row.mutation] ?? 0) + 1
  }

  /** What is owed for the sale is in the books: the payment's ledger entry, and the expectation. */
  expect(sale: Sale, dueOn: string, atMs = this.atMs()): void {
    const { operationId, kind, paymentId, merchantId, currency, amount, fee, vat } = sale
    const eventId = this.newId('evt', atMs)
    const expectationId = this.newId('exp', atMs)
    this.rows.expectations.push({
      expectationId,
      operationId,
      kind,
      eventId,
      paymentId,
      amount,
      fee,
      vat,
      currency,
      dueOn,
    })
    const payable = `merchant_payable:${merchantId}`
    const [debit, credit] = amount > 0 ? ['acquirer_receivable', payable] : [payable, 'acquirer_receivable']
    this.entry({
      paymentId,
      subjectId: null,
      eventId,
      type: kind,
      debit,
      credit,
      amount: Math.abs(amount),
      currency,
      atMs,
    })
    this.move(currency, 'acquirer_receivable', amount)
  }

  entry(entry: Omit<EntryRow, 'entryId'>): void {
    this.rows.entries.push({ entryId: this.newId('led', entry.atMs), ...entry })
    const { debit, credit, currency, amount } = entry
    if (debit.startsWith('merchant_payable:')) this.move(currency, 'merchant_payable', amount)
    if (credit.startsWith('merchant_payable:')) this.move(currency, 'merchant_payable', -amount)
  }

  /** A line made a dispute, or won it: what it is over moves between us and the merchant, and the line settles it. `charged`: the merchant. */
  dispute(claim: Settled, line: { amount: number; fee: number; vat: number }, charged: number): void {
    const { currency, amount } = claim
    this.move(currency, 'acquirer_receivable', amount)
    this.move(currency, 'merchant_payable', charged - amount)
    this.move(currency, 'dispute_fee', -charged)
    this.settle(claim, line)
  }

  /** Its expectation is settled by a line, whatever the line says. */
  settle({ currency, amount, fee, vat }: Settled, line: { amount: number; fee: number; vat: number }): void {
    this.move(currency, 'acquirer_receivable', -amount)
    this.move(currency, 'acquirer_fee', fee)
    this.move(currency, 'vat_receivable', vat)
    this.move(currency, 'cash_in_transit', line.amount - line.fee - line.vat)
  }

  takeRows(): BookRows {
    const rows = this.rows
    this.rows = noRows()
    return rows
  }

  takeTruths(): TruthRow[] {
    return this.truths.splice(0)
  }

  takeDisputes(): DisputeTruth[] {
    return this.disputes.splice(0)
  }
}
