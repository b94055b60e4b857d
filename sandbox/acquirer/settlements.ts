/** The acquirer's batches and their payments: tables beside its journal that only grow. Written in the journal's transactions. */
import type { SQLOutputValue, StatementSync } from 'node:sqlite'
import {
  type SettlementFile,
  type SettlementLineKind,
  settlementLineKinds,
  type settlementPage,
} from '../../shared/contracts/acquirer.ts'
import type { GrowingTables } from '../service/growing-tables.ts'
import type { JournalFile } from '../service/journal-file.ts'
import type { BatchPayment, Carry, SettlementLine } from './settlement-rules.ts'

/** A batch that is written; its file counts as one of its own. */
export interface Batch {
  sequence: number
  /** Of its file. */
  name: string
  batch: string
  day: string
  currency: string
  revision: number
  lineCount: number
  netMinor: bigint
  sha256: string
}

export type NewBatch = Omit<Batch, 'sequence' | 'name' | 'lineCount'> & {
  lines: readonly SettlementLine[]
  payments: readonly BatchPayment[]
  payOn: string
}

/** A deposit that the bank has not answered for. */
export interface OpenPayment extends BatchPayment {
  batch: string
  currency: string
  payOn: string
}

/** `REFUSED`: the bank knows the reference for something else, and will never take it. */
export type PaymentOutcome = 'PAID' | 'REFUSED'

const kinds = settlementLineKinds.map(kind => `'${kind}'`).join(', ')

/** `settled_amended`: the batches of which a second revision is made, with the batches of this day. */
export const SETTLEMENT_TABLES: GrowingTables = {
  settled_day: 'day TEXT PRIMARY KEY, last_sequence INTEGER NOT NULL',
  settled_late: 'operation INTEGER PRIMARY KEY, day TEXT NOT NULL',
  settled_amended: 'batch INTEGER PRIMARY KEY, day TEXT NOT NULL, UNIQUE (day, batch)',
  settlement_batch: `sequence INTEGER PRIMARY KEY, batch TEXT NOT NULL, day TEXT NOT NULL, currency TEXT NOT NULL,
    revision INTEGER NOT NULL, name TEXT NOT NULL UNIQUE AS (batch || '-r' || revision || '.csv'), line_count INTEGER NOT NULL CHECK (line_count > 0), net INTEGER NOT NULL, sha256 TEXT NOT NULL,
    UNIQUE (batch, revision), UNIQUE (currency, day, revision)`,
  settlement_line: `batch INTEGER NOT NULL, line_no INTEGER NOT NULL, kind TEXT NOT NULL CHECK (kind IN (${kinds})),
    reference TEXT NOT NULL, sold_on TEXT NOT NULL, amount INTEGER NOT NULL, fee INTEGER NOT NULL, vat INTEGER NOT NULL,
    net INTEGER NOT NULL CHECK (net = amount - fee - vat), PRIMARY KEY (batch, line_no)`,
  settlement_payment: `pay_on TEXT NOT NULL, batch INTEGER NOT NULL, reference TEXT NOT NULL UNIQUE,
    amount INTEGER NOT NULL CHECK (amount > 0), PRIMARY KEY (pay_on, batch, reference)`,
  settlement_paid: `reference TEXT PRIMARY KEY, outcome TEXT NOT NULL CHECK (outcome IN ('PAID', 'REFUSED')), at TEXT NOT NULL`,
}

type Row = Record<string, SQLOutputValue>

/** Every method throws when SQLite cannot read or write. */
export class Settlements {
  readonly #lastDay: StatementSync
  readonly #nextLate: StatementSync
  readonly #lateOf: StatementSync
  readonly #nextAmended: StatementSync
  readonly #amendedOn: StatementSync
  readonly #lastOf: StatementSync
  readonly #find: StatementSync
  readonly #page: StatementSync
  readonly #lines: StatementSync
  readonly #nextPayment: StatementSync
  readonly #addDay: StatementSync
  readonly #addLate: StatementSync
  readonly #addAmended: StatementSync
  readonly #addBatch: StatementSync
  readonly #addLine: StatementSync
  readonly #addPayment: StatementSync
  readonly #addPaid: StatementSync

  constructor(file: JournalFile) {
    this.#lastDay = file.prepare('SELECT day, last_sequence FROM settled_day ORDER BY day DESC LIMIT 1')
    this.#nextLate = file.prepare('SELECT MIN(day) AS day FROM settled_late WHERE day > ?')
    this.#lateOf = file.prepare('SELECT operation FROM settled_late WHERE day = ? ORDER BY operation')
    this.#nextAmended = file.prepare('SELECT MIN(day) AS day FROM settled_amended WHERE day > ?')
    this.#amendedOn = file.prepare(
      `SELECT batch.* FROM settled_amended AS amended JOIN settlement_batch AS batch ON batch.sequence = amended.batch
       WHERE amended.day = ? ORDER BY batch.sequence`,
    )
    this.#lastOf = file.prepare(
      'SELECT * FROM settlement_batch WHERE currency = ? ORDER BY day DESC, revision DESC LIMIT 1',
    )
    this.#find = file.prepare('SELECT * FROM settlement_batch WHERE name = ?')
    this.#page = file.prepare('SELECT * FROM settlement_batch WHERE sequence > ? ORDER BY sequence LIMIT ?')
    this.#lines = file.prepare('SELECT * FROM settlement_line WHERE batch = ? ORDER BY line_no')
    this.#nextPayment = file.prepare(
      `SELECT payment.*, batch.batch AS name, batch.currency FROM settlement_payment AS payment
       JOIN settlement_batch AS batch ON batch.sequence = payment.batch
       WHERE payment.pay_on <= ? AND NOT EXISTS (SELECT 1 FROM settlement_paid AS paid WHERE paid.reference = payment.reference)
       ORDER BY payment.pay_on, payment.batch, payment.reference LIMIT 1`,
    )
    this.#addDay = file.prepare('INSERT INTO settled_day (day, last_sequence) VALUES (?, ?)')
    this.#addLate = file.prepare('INSERT INTO settled_late (operation, day) VALUES (?, ?)')
    this.#addAmended = file.prepare('INSERT INTO settled_amended (batch, day) VALUES (?, ?)')
    this.#addBatch = file.prepare(
      'INSERT INTO settlement_batch (batch, day, currency, revision, line_count, net, sha256) VALUES (?, ?, ?, ?, ?, ?, ?)',
    )
    this.#addLine = file.prepare('INSERT INTO settlement_line VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)')
    this.#addPayment = file.prepare(
      'INSERT INTO settlement_payment (pay_on, batch, reference, amount) VALUES (?, ?, ?, ?)',
    )
    this.#addPaid = file.prepare('INSERT INTO settlement_paid (reference, outcome, at) VALUES (?, ?, ?)')
    // Sums may be beyond what a number holds exactly.
    for (const statement of [this.#amendedOn, this.#lastOf, this.#find, this.#page, this.#lines, this.#nextPayment])
      statement.setReadBigInts(true)
  }

  /** The last day that was settled, and the last entry of the journal that was settled by then. */
  lastDay(): { day: string; lastSequence: number } | undefined {
    const row = this.#lastDay.get()
    return row && { day: row.day as string, lastSequence: row.last_sequence as number }
  }

  /** The next day after this one whose file gets lines that come late. */
  nextLateDay(after: string): string | undefined {
    return (this.#nextLate.get(after)?.day as string | null) ?? undefined
  }

  /** The entries that come late, with the file of this day. */
  lateOf(day: string): number[] {
    return this.#lateOf.all(day).map(({ operation }) => operation as number)
  }

  /** The next day after this one with which batches are amended. */
  nextAmendedDay(after: string): string | undefined {
    return (this.#nextAmended.get(after)?.day as string | null) ?? undefined
  }

  /** The batches that get another revision with those of this day. */
  amendedOn(day: string): Batch[] {
    return this.#amendedOn.all(day).map(batchIn)
  }

  /** What the last batch of the currency left over to the next one. */
  carryOf(currency: string): Carry | undefined {
    const row = this.#lastOf.get(currency)
    if (row === undefined) return undefined
    const { batch, day, netMinor } = batchIn(row)
    return netMinor < 0n ? { batch, day, netMinor } : undefined
  }

  /** By the name of its file. */
  find(name: string): Batch | undefined {
    const row = this.#find.get(name)
    return row && batchIn(row)
  }

  /** Batches with a sequence above `after`, at most `limit`. */
  page(after: number, limit: number): ReturnType<typeof settlementPage.parse> {
    const rows = this.#page.all(after, limit + 1)
    const files = rows.slice(0, limit).map(row => fileOf(batchIn(row)))
    return { files, next: rows.length > limit ? files.at(-1)!.sequence : null }
  }

  linesOf({ sequence }: Pick<Batch, 'sequence'>): SettlementLine[] {
    return this.#lines.all(sequence).map(lineIn)
  }

  /** The first deposit that is to be paid by this day and is not answered for. */
  nextPayment(today: string): OpenPayment | undefined {
    const row = this.#nextPayment.get(today)
    return row && paymentIn(row)
  }

  addDay(day: string, lastSequence: number): void {
    this.#addDay.run(day, lastSequence)
  }

  addLate(operationSequence: number, day: string): void {
    this.#addLate.run(operationSequence, day)
  }

  /** Returns its sequence. Throws when the currency has this revision of the day's batch. */
  addBatch({ batch, day, currency, revision, netMinor, sha256, lines, payments, payOn }: NewBatch): number {
    const added = this.#addBatch.run(batch, day, currency, revision, lines.length, netMinor, sha256)
    const sequence = added.lastInsertRowid
    for (const [index, { kind, reference, soldOn, amountMinor, feeMinor, vatMinor, netMinor }] of lines.entries())
      this.#addLine.run(sequence, index + 1, kind, reference, soldOn, amountMinor, feeMinor, vatMinor, netMinor)
    for (const { reference, amountMinor } of payments) this.#addPayment.run(payOn, sequence, reference, amountMinor)
    return Number(sequence)
  }

  /** The batch, by its sequence, gets another revision with those of this day. */
  addAmended(sequence: number, day: string): void {
    this.#addAmended.run(sequence, day)
  }

  addPaid(reference: string, outcome: PaymentOutcome, at: string): void {
    this.#addPaid.run(reference, outcome, at)
  }
}

const batchIn = (row: Row): Batch => ({
  sequence: Number(row.sequence),
  name: row.name as string,
  batch: row.batch as string,
  day: row.day as string,
  currency: row.currency as string,
  revision: Number(row.revision),
  lineCount: Number(row.line_count),
  netMinor: row.net as bigint,
  sha256: row.sha256 as string,
})

const lineIn = (row: Row): SettlementLine => ({
  kind: row.kind as SettlementLineKind,
  reference: row.reference as string,
  soldOn: row.sold_on as string,
  amountMinor: row.amount as bigint,
  feeMinor: row.fee as bigint,
  vatMinor: row.vat as bigint,
  netMinor: row.net as bigint,
})

const paymentIn = (row: Row): OpenPayment => ({
  reference: row.reference as string,
  amountMinor: row.amount as bigint,
  batch: row.name as string,
  currency: row.currency as string,
  payOn: row.pay_on as string,
})

const fileOf = ({ sequence, name, batch, netMinor, ...rest }: Batch): SettlementFile => ({
  ...{ sequence, name, batch, ...rest },
  net: String(netMinor),
})
