/** The real stores over a database of the test's own, and what tests of transactions do on them. */
import { randomBytes } from 'node:crypto'
import type { Payment } from '../../shared/domain/payment.ts'
import { noTracer } from '../../shared/payments/traced.ts'
import { AnswerTable } from '../../shared/stores/answers.ts'
import { Database } from '../../shared/stores/database.ts'
import { DeadLetterTable } from '../../shared/stores/dead-letters.ts'
import { DueWorkTables } from '../../shared/stores/due-work.ts'
import { LedgerTable } from '../../shared/stores/ledger.ts'
import { ManualSettlementTable } from '../../shared/stores/manual-settlements.ts'
import { OperationTable } from '../../shared/stores/operations.ts'
import { OutboxTable } from '../../shared/stores/outbox.ts'
import { PaymentTable } from '../../shared/stores/payments.ts'
import { SandboxClockTable } from '../../shared/stores/sandbox-clock.ts'
import { SettlementTermsTable } from '../../shared/stores/settlement-terms.ts'
import { TransactionGroups } from '../../shared/stores/transaction-groups.ts'
import { openDatabase, type TestDatabase } from './database.ts'
import { FaultyWire } from './faulty-wire.ts'
import { createMigratedCopy } from './migrated-copy.ts'
import { newPayment, times } from './rows.ts'

/** One process of the product, as far as the database knows. */
export class Stores {
  readonly database: Database
  /** In groups, as offline. */
  readonly transactions: TransactionGroups
  readonly payments: PaymentTable
  readonly operations: OperationTable
  readonly manualSettlements: ManualSettlementTable
  readonly answers: AnswerTable
  readonly ledger: LedgerTable
  readonly outbox: OutboxTable
  readonly deadLetterRows: DeadLetterTable
  readonly terms: SettlementTermsTable
  readonly sandboxClock: SandboxClockTable
  readonly dueWork: DueWorkTables
  readonly tracer = noTracer

  constructor(url: string, connectionsMax = 8) {
    this.database = new Database({ url, connectionsMax })
    this.transactions = new TransactionGroups(this.database, noTracer)
    this.payments = new PaymentTable(this.database)
    this.operations = new OperationTable(this.database)
    this.manualSettlements = new ManualSettlementTable(this.database)
    this.answers = new AnswerTable(this.database)
    this.ledger = new LedgerTable(this.database)
    this.outbox = new OutboxTable(this.database)
    this.deadLetterRows = new DeadLetterTable(this.database)
    this.terms = new SettlementTermsTable(this.database)
    this.sandboxClock = new SandboxClockTable(this.database)
    this.dueWork = new DueWorkTables(this.database)
  }
}

/** A database that is gone when the tests are over, and what they opened on it. */
export class ScratchDatabase {
  readonly url: string
  /** Looks straight into the tables. */
  readonly direct: TestDatabase
  #opened: Array<{ close(): Promise<unknown> }> = []

  private constructor(url: string) {
    this.url = url
    this.direct = openDatabase(url)
  }

  static async create(systemUrl: string, word: string): Promise<ScratchDatabase> {
    return new ScratchDatabase(await createMigratedCopy(systemUrl, `${word}_${randomBytes(4).toString('hex')}`))
  }

  /** A process that talks to the server straight. */
  stores(connectionsMax?: number): Stores {
    const stores = new Stores(this.url, connectionsMax)
    this.#opened.push(stores.database)
    return stores
  }

  /** A process whose connections can be meddled with. */
  async wired(connectionsMax?: number): Promise<{ wire: FaultyWire; stores: Stores }> {
    const wire = await FaultyWire.open(this.url)
    const stores = new Stores(wire.url, connectionsMax)
    this.#opened.push(stores.database, wire)
    return { wire, stores }
  }

  /** Ends what was opened since the last time. */
  async closeOpened(): Promise<void> {
    // A test may have closed its part itself.
    for (const part of this.#opened.splice(0)) await part.close().catch(() => undefined)
  }

  async drop(): Promise<void> {
    await this.closeOpened()
    await this.direct.write('DROP DATABASE ??', [new URL(this.url).pathname.slice(1)])
    await this.direct.close()
  }
}

/** Commits all rows before anything else begins. */
export const plant = (stores: Stores, payments: Array<Payment & { idempotencyKey: string }>): Promise<void> =>
  stores.database.runAlone(async tx => {
    for (const payment of payments) await stores.payments.insert(tx, payment)
  })

export async function planted(stores: Stores, count: number): Promise<Array<Payment & { idempotencyKey: string }>> {
  const payments = times(count, () => newPayment())
  await plant(stores, payments)
  return payments
}

/** Reads the payment's event count and writes one more; gives what it wrote. */
export const increment = (stores: Stores, paymentId: string): Promise<number> =>
  stores.transactions.run(paymentId, async tx => {
    const payment = await stores.payments.lock(tx, paymentId)
    if (payment === undefined) throw new Error(`there is no ${paymentId}`)
    const eventCount = payment.eventCount + 1
    await stores.payments.update(tx, { ...payment, eventCount })
    return eventCount
  })

/** An insert that nobody waits for until the commit, as a claim makes it. */
export const insertPayment = (stores: Stores, payment: Payment & { idempotencyKey: string }): Promise<void> =>
  stores.transactions.run(payment.paymentId, tx => stores.payments.insert(tx, payment))
