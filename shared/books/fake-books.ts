/** What the use cases of the books read and write, for tests: in lists that the test fills. */
import { DuplicateKeyError, type Transaction } from '../payments/ports.ts'
import type {
  DayOfFunds,
  FeeItem,
  FeeItems,
  FeePosition,
  Funds,
  FundsAtClose,
  FundsBooks,
  FundsDays,
  Journal,
  JournalEntry,
  JournalPosition,
  OwedFunds,
  SafeguardedFunds,
  Span,
} from './ports.ts'

/** A captured sale of KRW 10,000 on 2026-11-29, 09:00 in Seoul. */
export const entryOf = (number: number, given: Partial<JournalEntry> = {}): JournalEntry => ({
  entryId: `led_${String(number).padStart(26, '0')}`,
  type: 'capture',
  debitAccount: 'acquirer_receivable',
  creditAccount: 'merchant_payable:shop',
  amountMinor: 10_000,
  currency: 'KRW',
  paymentId: `pay_${String(number).padStart(26, '0')}`,
  subjectId: null,
  eventId: `evt_${String(number).padStart(26, '0')}`,
  occurredAtMs: Date.UTC(2026, 10, 29),
  recordedAtMs: Date.UTC(2026, 10, 29, 0, 0, 1),
  ...given,
})

export class FakeJournal implements Journal {
  readonly entries: JournalEntry[] = []

  async listEntries({ fromMs, toMs }: Span, limit: number, after?: JournalPosition): Promise<JournalEntry[]> {
    const place = ({ occurredAtMs, entryId }: JournalPosition) => `${String(occurredAtMs).padStart(16, '0')} ${entryId}`
    return this.entries
      .filter(({ occurredAtMs }) => occurredAtMs >= fromMs && occurredAtMs < toMs)
      .filter(entry => after === undefined || place(entry) > place(after))
      .sort((one, other) => (place(one) < place(other) ? -1 : 1))
      .slice(0, limit)
  }

  async *lateEntries({ fromMs, toMs }: Span, happenedBeforeMs: number): AsyncGenerator<JournalEntry> {
    yield* this.entries
      .filter(({ recordedAtMs }) => recordedAtMs >= fromMs && recordedAtMs < toMs)
      .filter(({ occurredAtMs }) => occurredAtMs < happenedBeforeMs)
      .sort((one, other) => (one.entryId < other.entryId ? -1 : 1))
  }

  async listByEvents(eventIds: readonly string[]): Promise<JournalEntry[]> {
    return this.entries.filter(({ eventId }) => eventIds.includes(eventId))
  }

  async firstCapturesMs(paymentIds: readonly string[]): Promise<Map<string, number>> {
    const captures = this.entries
      .filter(({ type, paymentId }) => type === 'capture' && paymentIds.includes(paymentId ?? ''))
      .sort((one, other) => other.occurredAtMs - one.occurredAtMs)
    return new Map(captures.map(({ paymentId, occurredAtMs }) => [paymentId!, occurredAtMs]))
  }
}

/** A sale of KRW 10,000 on 2026-11-29 with a fee of 250 and its VAT. */
export const feeItemOf = (number: number, given: Partial<FeeItem> = {}): FeeItem => ({
  ...{ itemId: `itm_${String(number).padStart(26, '0')}`, merchantId: 'shop', currency: 'KRW' },
  ...{ eventId: entryOf(number).eventId, type: 'capture', soldOn: '2026-11-29' },
  ...{ grossMinor: 10_000, feeMinor: 250, vatMinor: 25 },
  ...given,
})

export class FakeFeeItems implements FeeItems {
  readonly items: FeeItem[] = []

  async listSold({ from, to }: { from: string; to: string }, limit: number, after?: FeePosition): Promise<FeeItem[]> {
    const place = ({ soldOn, itemId }: FeePosition) => `${soldOn} ${itemId}`
    return this.items
      .filter(({ soldOn }) => soldOn >= from && soldOn <= to)
      .filter(item => after === undefined || place(item) > place(after))
      .sort((one, other) => (place(one) < place(other) ? -1 : 1))
      .slice(0, limit)
  }

  async eventsWithItem(eventIds: readonly string[]): Promise<Set<string>> {
    return new Set(this.items.map(({ eventId }) => eventId).filter(eventId => eventIds.includes(eventId)))
  }
}

/** KRW 10,000 required, nothing there. */
export const dayOfFunds = (day: string, given: Partial<DayOfFunds> = {}): DayOfFunds => ({
  ...{ day, currency: 'KRW', requiredMinor: 10_000n, safeguardedMinor: 0n, statementDay: null, calculatedAtMs: 0 },
  ...given,
})

export class FakeFundsDays implements FundsDays {
  /** In any order. */
  rows: DayOfFunds[] = []

  async lastDay(): Promise<string | undefined> {
    return this.rows
      .map(({ day }) => day)
      .sort()
      .at(-1)
  }

  async insert(_tx: Transaction, rows: readonly DayOfFunds[]): Promise<void> {
    if (rows.some(row => this.#find(row) !== undefined)) throw new DuplicateKeyError('settlement_funds')
    this.rows.push(...rows)
  }

  async listNewest(limit: number): Promise<DayOfFunds[]> {
    const byDay = (one: DayOfFunds, other: DayOfFunds) => other.day.localeCompare(one.day)
    return this.rows
      .toSorted((one, other) => byDay(one, other) || one.currency.localeCompare(other.currency))
      .slice(0, limit)
  }

  async listWithoutStatement(fromDay: string): Promise<DayOfFunds[]> {
    return this.rows.filter(({ day, statementDay }) => day >= fromDay && statementDay !== day)
  }

  async correct(row: DayOfFunds): Promise<void> {
    const { safeguardedMinor, statementDay } = row
    Object.assign(this.#find(row)!, { safeguardedMinor, statementDay })
  }

  #find(wanted: DayOfFunds): DayOfFunds | undefined {
    return this.rows.find(({ day, currency }) => day === wanted.day && currency === wanted.currency)
  }
}

/** The same at the end of every day, but for the statements. */
export class FakeFundsBooks implements FundsBooks {
  owed: OwedFunds[] = []
  reserved: Funds[] = []
  inTransit: Funds[] = []
  readonly statements: SafeguardedFunds[] = []
  readonly readAtMs: number[] = []

  async readAt(closeMs: number): Promise<FundsAtClose> {
    this.readAtMs.push(closeMs)
    return { owed: this.owed, reserved: this.reserved, inTransit: this.inTransit }
  }

  async statementUpTo(day: string): Promise<SafeguardedFunds | undefined> {
    return this.statements
      .filter(statement => statement.day <= day)
      .sort((a, b) => a.day.localeCompare(b.day))
      .at(-1)
  }
}
