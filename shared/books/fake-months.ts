/** What closing a month reads and writes, for tests: the months in a fake database, all else as the test fills it. */
import type { InvariantRun } from '../contracts/invariant-runs.ts'
import { type FakeDatabase, Table } from '../payments/fake-store.ts'
import type { Transaction } from '../payments/ports.ts'
import type { AccountTotal, CheckedPayments, ClosedMonth, ClosedMonths, ClosingFacts, Journal } from './ports.ts'

/** November, closed when it had been over for a day. */
export const closedMonthOf = (given: Partial<ClosedMonth> = {}): ClosedMonth => ({
  ...{ month: '2026-11', knownUntilMs: Date.parse('2026-12-01T15:59:00Z'), entryCount: 1, openBreaks: 0 },
  ...{ closedBy: 'kim', reason: 'approved', closedAtMs: Date.parse('2026-12-01T16:00:00Z') },
  ...given,
})

export class FakeClosedMonths implements ClosedMonths {
  readonly table: Table<{ closed: ClosedMonth; figures: readonly AccountTotal[] }>

  constructor(db: FakeDatabase) {
    this.table = new Table(db)
  }

  async list(): Promise<ClosedMonth[]> {
    const rows = await this.table.filter(undefined, () => true)
    return rows.map(({ closed }) => closed).sort((one, other) => one.month.localeCompare(other.month))
  }

  async figures(month: string): Promise<AccountTotal[]> {
    return [...((await this.table.find(undefined, month))?.figures ?? [])]
  }

  insert(tx: Transaction, closed: ClosedMonth, figures: readonly AccountTotal[]): Promise<void> {
    return this.table.insert(tx, closed.month, { closed, figures })
  }
}

/** Nothing waits. */
export class FakeClosingFacts implements ClosingFacts {
  waitingEvents: { eventId: string; occurredAtMs: number }[] = []
  waitingFiles: { name: string; day: string | null }[] = []
  unread: string[] = []
  openBreaks = 0
  readonly #journal: { entries: { occurredAtMs: number }[] }

  constructor(journal: Journal & { entries: { occurredAtMs: number }[] }) {
    this.#journal = journal
  }

  async firstEntryMs(): Promise<number | undefined> {
    const times = this.#journal.entries.map(({ occurredAtMs }) => occurredAtMs)
    return times.length === 0 ? undefined : Math.min(...times)
  }

  async listWaitingEvents(limit: number) {
    return this.waitingEvents.slice(0, limit)
  }

  async unreadOf(eventIds: readonly string[]): Promise<string[]> {
    return this.unread.filter(eventId => eventIds.includes(eventId))
  }

  async listWaitingFiles(upToDay: string): Promise<string[]> {
    return this.waitingFiles.filter(({ day }) => day === null || day <= upToDay).map(({ name }) => name)
  }

  async countOpenBreaks(): Promise<number> {
    return this.openBreaks
  }
}

/** A run that judged all payments and found nothing. */
export const greenRun = (passBeganAtMs: number, given: Partial<InvariantRun> = {}): InvariantRun => ({
  ...{ pass: 1, startedAtMs: passBeganAtMs, finishedAtMs: passBeganAtMs, afterPaymentId: '', lastPaymentId: null },
  ...{ payments: 1, failed: 0, results: [], failures: {}, passBeganAtMs, passPayments: 1, passFailed: 0 },
  passDifferences: [],
  ...given,
})

export class FakeCheckedPayments implements CheckedPayments {
  runs: InvariantRun[] = []

  async last(): Promise<InvariantRun | undefined> {
    return this.runs.at(-1)
  }

  async lastComplete(): Promise<InvariantRun | undefined> {
    return this.runs.findLast(({ lastPaymentId }) => lastPaymentId === null)
  }
}
