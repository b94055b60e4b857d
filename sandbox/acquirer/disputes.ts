/** What card holders took back, and what of it was won: tables beside the acquirer's journal that only grow. Written in its transactions. */
import type { SQLOutputValue, StatementSync } from 'node:sqlite'
import type { SettlementLineKind } from '../../shared/contracts/acquirer.ts'
import { disputedFaults, settlementTokenOf } from '../../shared/contracts/test-tokens.ts'
import { dayOf } from '../service/days.ts'
import type { GrowingTables } from '../service/growing-tables.ts'
import type { JournalFile } from '../service/journal-file.ts'

export type DisputeKind = Extract<SettlementLineKind, 'chargeback' | 'chargeback_won'>

/** Of one capture. It counts from the end of its day, whose batch has a line for it. */
export interface DisputeStep {
  kind: DisputeKind
  /** Of the capture's entry in the journal. */
  capture: number
  hold: string
  day: string
  /** Not signed. 0: nothing was left to take back, and there is no line. */
  amountMinor: bigint
}

/** With what its line needs of the capture. */
export interface SettledDispute extends DisputeStep {
  operationId: string
  currency: string
  method: string
}

/** An approved capture whose card holder will take it back. */
export interface DisputedCapture {
  sequence: number
  hold: string
  amountMinor: bigint
  method: string
  decidedAtMs: number
}

export const DISPUTE_TABLES: GrowingTables = {
  settlement_dispute: `kind TEXT NOT NULL CHECK (kind IN ('chargeback', 'chargeback_won')), capture INTEGER NOT NULL, hold TEXT NOT NULL,
    day TEXT NOT NULL, amount INTEGER NOT NULL CHECK (amount >= 0), PRIMARY KEY (kind, capture), UNIQUE (day, kind, capture), UNIQUE (hold, kind, capture)`,
}

const methods = disputedFaults.map(fault => `'${settlementTokenOf(fault)}'`).join(', ')
const DISPUTED = `kind = 'capture' AND state = 'APPROVED' AND method IN (${methods})`

export const DISPUTED_INDEX = `CREATE INDEX IF NOT EXISTS journal_of_disputed ON journal (sequence) WHERE ${DISPUTED};`

type Row = Record<string, SQLOutputValue>

/** Every method throws when SQLite cannot read or write. */
export class Disputes {
  readonly #next: StatementSync
  readonly #nextDay: StatementSync
  readonly #ofDay: StatementSync
  readonly #ofHold: StatementSync
  readonly #add: StatementSync

  constructor(file: JournalFile) {
    this.#next = file.prepare(
      `SELECT * FROM journal WHERE ${DISPUTED} AND sequence >
         COALESCE((SELECT MAX(capture) FROM settlement_dispute WHERE kind = 'chargeback'), 0) ORDER BY sequence LIMIT 1`,
    )
    this.#nextDay = file.prepare('SELECT MIN(day) AS day FROM settlement_dispute WHERE day > ?')
    this.#ofDay = file.prepare(
      `SELECT dispute.*, operation_id, currency, method FROM settlement_dispute AS dispute
       JOIN journal ON sequence = capture WHERE day = ? ORDER BY dispute.kind, capture`,
    )
    this.#ofHold = file.prepare(
      `SELECT COALESCE(SUM(CASE kind WHEN 'chargeback' THEN amount ELSE -amount END), 0) AS amount
       FROM settlement_dispute WHERE hold = ? AND day < ?`,
    )
    this.#add = file.prepare('INSERT INTO settlement_dispute (kind, capture, hold, day, amount) VALUES (?, ?, ?, ?, ?)')
  }

  /** The first capture, in the order of deciding, that is yet to be taken back. */
  nextCapture(): DisputedCapture | undefined {
    const row = this.#next.get()
    return row && captureIn(row)
  }

  /** The next day after this one whose batch gets a line of a dispute. */
  nextDay(after: string): string | undefined {
    return (this.#nextDay.get(after)?.day as string | null) ?? undefined
  }

  /** What gets a line in the batch of this day. */
  ofDay(day: string): SettledDispute[] {
    return this.#ofDay.all(day).map(stepIn)
  }

  /** How much of a hold is taken back at this virtual time. Minor units. */
  amountOfHold(hold: string, virtualMs: number): number {
    return this.#ofHold.get(hold, dayOf(virtualMs))!.amount as number
  }

  add({ kind, capture, hold, day, amountMinor }: DisputeStep): void {
    this.#add.run(kind, capture, hold, day, amountMinor)
  }
}

const captureIn = (row: Row): DisputedCapture => ({
  sequence: row.sequence as number,
  hold: row.authorization_id as string,
  amountMinor: BigInt(row.amount as number),
  method: row.method as string,
  decidedAtMs: Date.parse(row.decided_at as string),
})

const stepIn = (row: Row): SettledDispute => ({
  kind: row.kind as DisputeKind,
  capture: row.capture as number,
  hold: row.hold as string,
  day: row.day as string,
  amountMinor: BigInt(row.amount as number),
  operationId: row.operation_id as string,
  currency: row.currency as string,
  method: row.method as string,
})
