/** The settlement ports for tests, each a table in memory that refuses what the real one refuses. */
import type { BusinessCalendar } from '../domain/business-days.ts'
import type { AcquirerTerms } from '../domain/settlement-terms.ts'
import {
  type AcquirerTermsReader,
  type BookedDefaults,
  type BookedTerms,
  type Calendars,
  DefaultsChangedError,
  type Expectation,
  type Expectations,
  type Items,
  type SettlementAlarms,
  type SettlementItem,
  type SettlementObserver,
  type SettlementStart,
} from '../settlement/ports.ts'
import { type FakeDatabase, Table } from './fake-store.ts'
import { RowRefusedError, type Transaction } from './ports.ts'

export class FakeItems implements Items {
  readonly table: Table<SettlementItem>
  /** As a CHECK of the database does. */
  refuses: (item: SettlementItem) => boolean = () => false

  constructor(db: FakeDatabase) {
    this.table = new Table(db)
  }

  async insert(tx: Transaction, items: readonly SettlementItem[]): Promise<void> {
    for (const item of items) {
      const isWrong = item.netMinor !== item.grossMinor - item.feeMinor - item.vatMinor
      if (isWrong || this.refuses(item)) throw new RowRefusedError('constraint of the test')
      await this.table.insert(tx, `${item.eventId} ${item.type}`, item)
    }
  }

  async eventsWithItems(tx: Transaction, eventIds: readonly string[]): Promise<Set<string>> {
    const rows = await this.table.filter(tx, row => eventIds.includes(row.eventId))
    return new Set(rows.map(row => row.eventId))
  }
}

export class FakeExpectations implements Expectations, AcquirerTermsReader {
  readonly table: Table<Expectation>
  readonly terms: AcquirerTerms[] = [
    {
      ...{ validFromMs: 0, feeBasisPoints: 150, vatMode: 'exclusive', refundFee: 'return' },
      ...{ delayDays: 2, timezone: 'Asia/Seoul', calendar: 'KR', disputeFeeMinor: 1_000 },
    },
  ]

  constructor(db: FakeDatabase) {
    this.table = new Table(db)
  }

  async insert(tx: Transaction, expectations: readonly Expectation[]): Promise<void> {
    for (const expectation of expectations) {
      const { sourceId, matchKey, kind } = expectation
      await this.table.insert(tx, `${sourceId} ${matchKey} ${kind}`, expectation)
    }
  }

  async listAcquirerTerms(): Promise<AcquirerTerms[]> {
    return [...this.terms]
  }
}

/** Korea's, with New Year of these years as its only holidays. */
export class FakeCalendars implements Calendars {
  readonly loadedYears = new Set(['2025', '2026'])
  version = 1

  async calendar(name: string): Promise<BusinessCalendar> {
    const years = name === 'KR' ? [...this.loadedYears] : []
    return { version: this.version, closed: new Map(years.map(year => [`${year}-01-01`, true])) }
  }
}

export class FakeBookedDefaults implements BookedDefaults {
  booked: BookedTerms | undefined

  async read(): Promise<BookedTerms | undefined> {
    return this.booked
  }

  async keep(_: Transaction, { vatMode, refundFee }: BookedTerms): Promise<void> {
    const configured = { vatMode, refundFee }
    this.booked ??= configured
    if (JSON.stringify(this.booked) !== JSON.stringify(configured))
      throw new DefaultsChangedError(this.booked, configured)
  }
}

export class FakeSettlementStart implements SettlementStart {
  fromMs = 0

  async settledFromMs(): Promise<number> {
    return this.fromMs
  }
}

type Done = Parameters<SettlementObserver['expected']>[0]
type Undated = Parameters<SettlementAlarms['withoutDueDate']>[0]

/** Keeps what it is told. */
export class FakeSettlementObserver implements SettlementObserver, SettlementAlarms {
  readonly done: Done[] = []
  readonly buried: Parameters<SettlementObserver['deadLettered']>[0][number][] = []
  readonly undated: Undated[] = []

  expected(done: Done): void {
    this.done.push(done)
  }

  deadLettered(records: FakeSettlementObserver['buried']): void {
    this.buried.push(...records)
  }

  withoutDueDate(item: Undated): void {
    this.undated.push(item)
  }
}
