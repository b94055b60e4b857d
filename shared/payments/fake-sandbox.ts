/** The sandbox's clock and what falls due by it, for tests: over the tables in memory. */
import { type FakeDatabase, Table } from './fake-store.ts'
import type { FakeAnswers, FakeOperations, FakePayments } from './fake-tables.ts'
import type { ClockPosition, DueWork, LeaseTimes, Operation, SandboxClock, Transaction, WorkLeft } from './ports.ts'

export class FakeSandboxClock implements SandboxClock {
  readonly #table: Table<ClockPosition>
  readonly #db: FakeDatabase

  constructor(db: FakeDatabase) {
    this.#db = db
    this.#table = new Table(db)
  }

  read(): Promise<ClockPosition> {
    return this.#db.run('sandbox clock', tx => this.#locked(tx))
  }

  addToTarget(advanceMs: number, targetOffsetMsMax: number): Promise<ClockPosition | undefined> {
    return this.#db.run('sandbox clock', async tx => {
      const row = await this.#locked(tx)
      const added = { ...row, targetOffsetMs: row.targetOffsetMs + advanceMs }
      if (added.targetOffsetMs > targetOffsetMsMax) return undefined
      await this.#table.update(tx, 'clock', () => added)
      return added
    })
  }

  move(from: number, to: number, _nowMs: number): Promise<boolean> {
    return this.#db.run('sandbox clock', async tx => {
      const { offsetMs, targetOffsetMs } = await this.#locked(tx)
      if (offsetMs !== from || offsetMs > to || targetOffsetMs < to) return false
      return this.#table.update(tx, 'clock', row => ({ ...row, offsetMs: to }))
    })
  }

  async #locked(tx: Transaction): Promise<ClockPosition> {
    const row = await this.#table.lock(tx, 'clock')
    if (row !== undefined) return row
    const first = { offsetMs: 0, targetOffsetMs: 0 }
    await this.#table.insert(tx, 'clock', first)
    return first
  }
}

export class FakeDueWork implements DueWork {
  readonly #tables: { payments: FakePayments; operations: FakeOperations; answers: FakeAnswers }

  constructor(tables: { payments: FakePayments; operations: FakeOperations; answers: FakeAnswers }) {
    this.#tables = tables
  }

  async left(now: LeaseTimes, answersKeptMs: number): Promise<WorkLeft> {
    const { virtualNowMs, nowMs, leaseUntilMsMax } = now
    const held = await this.#tables.payments.expiring(virtualNowMs)
    const pending = await this.#pending()
    const isAskedAbout = ({ kind, attempt, leaseUntilMs }: Operation) =>
      (kind === 'expire' || attempt > 1) && isAhead(leaseUntilMs, nowMs, leaseUntilMsMax)
    const finished = await this.#finishedAtMs()
    return {
      expiries: held.filter(row => row.captureBeforeMs! <= virtualNowMs).length,
      inquiries: pending.filter(row => row.nextAttemptAtMs <= virtualNowMs || isAskedAbout(row)).length,
      answers: finished.filter(finishedAtMs => finishedAtMs <= virtualNowMs - answersKeptMs).length,
    }
  }

  async nextDueMs(
    { nowMs, leaseUntilMsMax, virtualNowMs }: LeaseTimes,
    answersKeptMs: number,
  ): Promise<number | undefined> {
    const waiting = (await this.#pending()).filter(row => !isAhead(row.leaseUntilMs, nowMs, leaseUntilMsMax))
    const times = [
      ...(await this.#tables.payments.expiring(virtualNowMs)).map(row => row.captureBeforeMs!),
      ...waiting.map(row => row.nextAttemptAtMs),
      ...(await this.#finishedAtMs()).map(finishedAtMs => finishedAtMs + answersKeptMs),
    ]
    return times.length === 0 ? undefined : Math.min(...times)
  }

  #pending() {
    return this.#tables.operations.table.filter(undefined, row => row.state === 'PENDING')
  }

  async #finishedAtMs(): Promise<number[]> {
    const rows = await this.#tables.answers.table.filter(undefined, row => row.finished !== undefined)
    return rows.map(row => row.finished!.finishedAtMs)
  }
}

const isAhead = (timeMs: number, nowMs: number, timeMsMax: number): boolean => timeMs > nowMs && timeMs <= timeMsMax
