/** The acquirer's journal: one SQLite table that only grows. It is all that the acquirer remembers. */
import type { SQLOutputValue, StatementSync } from 'node:sqlite'
import type {
  AcquirerDecision,
  AcquirerOrderBody,
  DecisionState,
  JournalEntry,
  journalPage,
} from '../../shared/contracts/acquirer.ts'
import type { OperationKind } from '../../shared/contracts/lists.ts'
import { JournalFile } from '../service/journal-file.ts'
import { DISPUTE_TABLES, DISPUTED_INDEX, Disputes } from './disputes.ts'
import type { ChargedMove } from './fees.ts'
import type { DecidedOrder } from './rules.ts'
import { SETTLEMENT_TABLES, Settlements } from './settlements.ts'

/** A decision with its order, which is null when the operation was canceled before anybody asked for it. */
export interface Decided {
  decision: AcquirerDecision
  order: AcquirerOrderBody | null
}

export interface NewDecision extends Decided {
  recordedAt: string
}

/** An order that moved money. */
export interface SettledEntry {
  sequence: number
  operationId: string
  order: AcquirerOrderBody
  decidedAtMs: number
}

const SCHEMA = `
CREATE TABLE IF NOT EXISTS journal (
  sequence INTEGER PRIMARY KEY,
  type TEXT NOT NULL CHECK (type IN ('decision', 'clock')),
  operation_id TEXT UNIQUE,
  kind TEXT,
  amount INTEGER CHECK (amount > 0),
  currency TEXT,
  method TEXT,
  authorization_id TEXT,
  final_capture INTEGER,
  state TEXT CHECK (state IN ('APPROVED', 'DECLINED', 'CANCELED')),
  reason TEXT,
  decided_at TEXT,
  offset_ms INTEGER CHECK (offset_ms >= 0),
  recorded_at TEXT NOT NULL,
  CHECK ((type = 'clock') = (offset_ms IS NOT NULL)),
  CHECK ((type = 'decision') = (operation_id IS NOT NULL AND state IS NOT NULL AND decided_at IS NOT NULL)),
  CHECK (kind IS NOT NULL OR type = 'clock' OR state = 'CANCELED'),
  CHECK (kind IS NULL OR (amount IS NOT NULL AND currency IS NOT NULL AND method IS NOT NULL))
) STRICT;
CREATE INDEX IF NOT EXISTS journal_of_hold ON journal (authorization_id) WHERE authorization_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS journal_of_clock ON journal (sequence) WHERE type = 'clock';
CREATE INDEX IF NOT EXISTS journal_of_settled ON journal (sequence, decided_at)
  WHERE state = 'APPROVED' AND kind IN ('capture', 'refund');
`

/** As the index has it. */
const SETTLED = "state = 'APPROVED' AND kind IN ('capture', 'refund')"

const COLUMNS = `operation_id, kind, amount, currency, method, authorization_id, final_capture,
  state, reason, decided_at, offset_ms, recorded_at`

type Row = Record<string, SQLOutputValue>

/** Every method throws when SQLite cannot read or write: the disk is full, or the file is damaged or locked. */
export class Journal {
  readonly #file: JournalFile
  readonly #find: StatementSync
  readonly #ofHold: StatementSync
  readonly #clock: StatementSync
  readonly #insert: StatementSync
  readonly #page: StatementSync
  readonly #nextSettled: StatementSync
  readonly #settled: StatementSync
  readonly #at: StatementSync
  readonly #moves: StatementSync
  /** Batches and their payments, in the same file. */
  readonly settlements: Settlements
  /** What card holders took back, in the same file. */
  readonly disputes: Disputes
  /** What the transaction under way has read of the clock, which nobody else can move meanwhile. */
  #offsetMs: number | undefined

  /** Opens the journal in this folder, and makes both when they are not there. */
  constructor(folder: string) {
    const file = new JournalFile(folder, SCHEMA + DISPUTED_INDEX, { ...SETTLEMENT_TABLES, ...DISPUTE_TABLES })
    this.#file = file
    this.settlements = new Settlements(file)
    this.disputes = new Disputes(file)
    this.#find = file.prepare('SELECT * FROM journal WHERE operation_id = ?')
    this.#ofHold = file.prepare(
      `SELECT * FROM journal WHERE authorization_id = ?1
       AND sequence > (SELECT sequence FROM journal WHERE operation_id = ?1) ORDER BY sequence`,
    )
    this.#clock = file.prepare("SELECT offset_ms FROM journal WHERE type = 'clock' ORDER BY sequence DESC LIMIT 1")
    this.#insert = file.prepare(`INSERT INTO journal (type, ${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
    this.#page = file.prepare('SELECT * FROM journal WHERE sequence > ? ORDER BY sequence LIMIT ?')
    this.#nextSettled = file.prepare(
      `SELECT decided_at FROM journal WHERE ${SETTLED} AND sequence > ? ORDER BY sequence LIMIT 1`,
    )
    this.#settled = file.prepare(
      `SELECT * FROM journal WHERE ${SETTLED} AND sequence > ?1 AND sequence < COALESCE(
         (SELECT sequence FROM journal WHERE ${SETTLED} AND sequence > ?1 AND decided_at >= ?2 ORDER BY sequence LIMIT 1),
         9223372036854775807) ORDER BY sequence`,
    )
    this.#moves = file.prepare(
      `SELECT kind, amount FROM journal WHERE authorization_id = ? AND ${SETTLED} AND sequence <= ? ORDER BY sequence`,
    )
    this.#at = file.prepare('SELECT * FROM journal WHERE sequence = ?')
  }

  /** Runs `work` in one transaction and returns when it is on the disk. When this throws, nothing of it counts. */
  transaction<T>(work: () => T): T {
    return this.#file.transaction(() => {
      this.#offsetMs = undefined
      return work()
    })
  }

  find(operationId: string): Decided | undefined {
    const row = this.#find.get(operationId)
    return row && { decision: decisionIn(row), order: orderIn(row) }
  }

  /** The payment method of an operation that was ordered. */
  methodOf(operationId: string): string {
    return this.#find.get(operationId)!.method as string
  }

  /** The orders that named this authorize operation after it was decided, in the order of deciding. */
  ofHold(authorizationId: string): DecidedOrder[] {
    return this.#ofHold.all(authorizationId).map(row => ({
      order: orderIn(row)!,
      state: row.state as DecisionState,
      decidedAtMs: Date.parse(row.decided_at as string),
    }))
  }

  /** When the first approved capture or refund after this entry was decided, in virtual time. */
  nextSettledMs(after: number): number | undefined {
    const row = this.#nextSettled.get(after)
    return row && Date.parse(row.decided_at as string)
  }

  /** The approved captures and refunds after this entry, up to the first that was decided at this virtual time or later. */
  settledBetween(after: number, beforeMs: number): SettledEntry[] {
    return this.#settled.all(after, new Date(beforeMs).toISOString()).map(settledIn)
  }

  /** The approved captures and refunds of this authorize operation, up to this entry. */
  movesOfHold(authorizationId: string, upTo: number): ChargedMove[] {
    return this.#moves.all(authorizationId, upTo).map(({ kind, amount }) => ({
      kind: kind as ChargedMove['kind'],
      amountMinor: BigInt(amount as number),
    }))
  }

  settledAt(sequence: number): SettledEntry {
    return settledIn(this.#at.get(sequence)!)
  }

  /** How far the virtual clock is ahead. */
  offsetMs(): number {
    const readMs = () => (this.#clock.get()?.offset_ms as number | undefined) ?? 0
    if (!this.#file.isInTransaction) return readMs()
    this.#offsetMs ??= readMs()
    return this.#offsetMs
  }

  /** Throws when this operation has been decided before. */
  appendDecision({ decision, order, recordedAt }: NewDecision): void {
    const { operationId, state, reason, decidedAt } = decision
    const { kind = null, amount = null, currency = null, method = null } = order ?? {}
    const { authorizationId = null, finalCapture = null } = order ?? {}
    this.#insert.run(
      ...['decision', operationId, kind, amount, currency, method, authorizationId],
      ...[finalCapture === null ? null : Number(finalCapture), state, reason, decidedAt, null, recordedAt],
    )
  }

  appendClock(offsetMs: number, recordedAt: string): void {
    const unused = Array<null>(10).fill(null)
    this.#insert.run('clock', ...unused, offsetMs, recordedAt)
    this.#offsetMs = undefined
  }

  /** Writes where it is no entry, so that a full disk shows before an order comes. */
  check(at: string): void {
    this.#file.check(at)
  }

  /** Entries with a sequence above `after`, at most `limit`. */
  page(after: number, limit: number): ReturnType<typeof journalPage.parse> {
    const rows = this.#page.all(after, limit + 1)
    const entries = rows.slice(0, limit).map(entryIn)
    return { entries, next: rows.length > limit ? entries.at(-1)!.sequence : null }
  }

  close(): void {
    this.#file.close()
  }
}

const decisionIn = (row: Row): AcquirerDecision => ({
  operationId: row.operation_id as string,
  state: row.state as DecisionState,
  reason: row.reason as string | null,
  decidedAt: row.decided_at as string,
})

function orderIn(row: Row): AcquirerOrderBody | null {
  if (row.kind === null) return null
  return {
    kind: row.kind as OperationKind,
    amount: row.amount as number,
    currency: row.currency as string,
    method: row.method as string,
    authorizationId: row.authorization_id as string | null,
    finalCapture: row.final_capture === null ? null : row.final_capture === 1,
  }
}

const settledIn = (row: Row): SettledEntry => ({
  sequence: row.sequence as number,
  operationId: row.operation_id as string,
  order: orderIn(row)!,
  decidedAtMs: Date.parse(row.decided_at as string),
})

function entryIn(row: Row): JournalEntry {
  const sequence = row.sequence as number
  const recordedAt = row.recorded_at as string
  if (row.type === 'clock') return { type: 'clock', sequence, offsetMs: row.offset_ms as number, recordedAt }
  return { type: 'decision', sequence, order: orderIn(row), recordedAt, ...decisionIn(row) }
}
