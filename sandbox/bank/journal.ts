/** The bank's journal: one SQLite table that only grows. Beside it stands what is still to happen, which follows from the journal. */
import type { StatementSync } from 'node:sqlite'
import type { BankAccount, BankJournalEntry, BankMovementKind, bankJournalPage } from '../../shared/contracts/bank.ts'
import { JournalFile } from '../service/journal-file.ts'

type EntryOf<Type extends BankJournalEntry['type']> = Extract<BankJournalEntry, { type: Type }>
export type FileEntry = EntryOf<'file'>
export type PayoutEntry = EntryOf<'payout'>
export type Decision = EntryOf<'decision'>
export type Movement = EntryOf<'movement'>
/** An entry that gets its number when it is written. */
export type NewEntry = BankJournalEntry extends infer Entry
  ? Entry extends unknown
    ? Omit<Entry, 'sequence'>
    : never
  : never

/** A step of a payout that is due at this virtual time. */
export interface DueStep {
  dueMs: number
  endToEndId: string
  step: number
}

// The columns are read from the entry, so that nothing can stand in the one and not in the other.
const SCHEMA = `
CREATE TABLE IF NOT EXISTS journal (
  sequence INTEGER PRIMARY KEY,
  entry TEXT NOT NULL CHECK (entry ->> 'sequence' = sequence),
  type TEXT NOT NULL AS (entry ->> 'type') CHECK (type IN ('clock', 'file', 'payout', 'decision', 'movement')),
  message_id TEXT AS (entry ->> 'messageId'),
  is_lost INTEGER AS (entry ->> 'isLost'),
  end_to_end_id TEXT AS (entry ->> 'endToEndId'),
  state TEXT AS (entry ->> 'state'),
  kind TEXT AS (entry ->> 'kind'),
  reference TEXT AS (entry ->> 'reference'),
  account TEXT AS (entry ->> 'account'),
  currency TEXT AS (entry ->> 'currency'),
  amount INTEGER AS (entry ->> 'amount'),
  booked_on TEXT AS (entry ->> 'bookedOn')
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS journal_of_file ON journal (message_id, is_lost) WHERE type = 'file';
CREATE UNIQUE INDEX IF NOT EXISTS journal_of_payout ON journal (end_to_end_id) WHERE type = 'payout';
CREATE UNIQUE INDEX IF NOT EXISTS journal_of_decision ON journal (end_to_end_id, state) WHERE type = 'decision';
CREATE UNIQUE INDEX IF NOT EXISTS journal_of_movement ON journal (reference, kind, account) WHERE type = 'movement';
CREATE INDEX IF NOT EXISTS journal_of_account ON journal (account, currency, booked_on, amount) WHERE type = 'movement';
CREATE INDEX IF NOT EXISTS journal_of_clock ON journal (sequence) WHERE type = 'clock';
CREATE TABLE IF NOT EXISTS agenda (
  due_ms INTEGER NOT NULL,
  payout INTEGER NOT NULL,
  step INTEGER NOT NULL,
  end_to_end_id TEXT NOT NULL,
  PRIMARY KEY (due_ms, payout, step)
) STRICT, WITHOUT ROWID;
`

/** Every method throws when SQLite cannot read or write: the disk is full, or the file is damaged or locked. */
export class Journal {
  readonly #file: JournalFile
  readonly #last: StatementSync
  readonly #insert: StatementSync
  readonly #clock: StatementSync
  readonly #takenFile: StatementSync
  readonly #payout: StatementSync
  readonly #decision: StatementSync
  readonly #movements: StatementSync
  readonly #page: StatementSync
  readonly #firstDays: StatementSync
  readonly #balance: StatementSync
  readonly #ofDay: StatementSync
  readonly #nextStep: StatementSync
  readonly #addStep: StatementSync
  readonly #removeStep: StatementSync

  /** Opens the journal in this folder, and makes both when they are not there. */
  constructor(folder: string) {
    const file = new JournalFile(folder, SCHEMA)
    const ofAccount = "FROM journal WHERE type = 'movement' AND account = ?"
    this.#file = file
    this.#last = file.prepare("SELECT sequence, entry ->> 'at' AS at FROM journal ORDER BY sequence DESC LIMIT 1")
    this.#insert = file.prepare('INSERT INTO journal (sequence, entry) VALUES (?, ?)')
    this.#clock = file.prepare("SELECT entry FROM journal WHERE type = 'clock' ORDER BY sequence DESC LIMIT 1")
    this.#takenFile = file.prepare("SELECT entry FROM journal WHERE type = 'file' AND message_id = ? AND is_lost = ?")
    this.#payout = file.prepare("SELECT entry FROM journal WHERE type = 'payout' AND end_to_end_id = ?")
    this.#decision = file.prepare(
      "SELECT entry FROM journal WHERE type = 'decision' AND end_to_end_id = ? ORDER BY sequence DESC LIMIT 1",
    )
    this.#movements = file.prepare(
      "SELECT entry FROM journal WHERE type = 'movement' AND reference = ? AND kind = ? ORDER BY sequence",
    )
    this.#page = file.prepare('SELECT entry FROM journal WHERE sequence > ? ORDER BY sequence LIMIT ?')
    this.#firstDays = file.prepare(
      `SELECT currency, MIN(booked_on) AS day ${ofAccount} AND booked_on <= ? GROUP BY currency ORDER BY currency`,
    )
    this.#balance = file.prepare(`SELECT SUM(amount) AS balance ${ofAccount} AND currency = ? AND booked_on < ?`)
    // A balance may be beyond what a number holds exactly.
    this.#balance.setReadBigInts(true)
    this.#ofDay = file.prepare(`SELECT entry ${ofAccount} AND currency = ? AND booked_on = ? ORDER BY sequence`)
    this.#nextStep = file.prepare('SELECT * FROM agenda WHERE due_ms <= ? ORDER BY due_ms, payout, step LIMIT 1')
    this.#addStep = file.prepare('INSERT INTO agenda (due_ms, payout, step, end_to_end_id) VALUES (?, ?, ?, ?)')
    this.#removeStep = file.prepare('DELETE FROM agenda WHERE due_ms = ? AND end_to_end_id = ? AND step = ?')
  }

  /** Runs `work` in one transaction and returns when it is on the disk. When this throws, nothing of it counts. */
  transaction<T>(work: () => T): T {
    return this.#file.transaction(work)
  }

  /** The number that the next entry gets. */
  nextSequence(): number {
    return ((this.#last.get()?.sequence as number | undefined) ?? 0) + 1
  }

  /** The virtual time of the last entry; 0 without any. */
  lastMs(): number {
    return Date.parse((this.#last.get()?.at as string | undefined) ?? '1970-01-01')
  }

  /** Returns the entry's number. Throws when what it says was written before. */
  append(entry: NewEntry): number {
    const sequence = this.nextSequence()
    const { type, ...rest } = entry
    this.#insert.run(sequence, JSON.stringify({ type, sequence, ...rest }))
    return sequence
  }

  /** How far the virtual clock is ahead. */
  offsetMs(): number {
    return one<EntryOf<'clock'>>(this.#clock)?.offsetMs ?? 0
  }

  /** A file that was answered, and is not lost. */
  takenFile(messageId: string): FileEntry | undefined {
    return one(this.#takenFile, messageId, 0)
  }

  wasLost(messageId: string): boolean {
    return one(this.#takenFile, messageId, 1) !== undefined
  }

  payout(endToEndId: string): PayoutEntry | undefined {
    return one(this.#payout, endToEndId)
  }

  /** The last one about this payout. */
  decision(endToEndId: string): Decision | undefined {
    return one(this.#decision, endToEndId)
  }

  /** What a payout, its return, a deposit or a transfer has moved. */
  movements(reference: string, kind: BankMovementKind): Movement[] {
    return this.#movements.all(reference, kind).map(entryIn<Movement>)
  }

  /** In which currencies this account moved until the end of this day, and the day of the first movement. */
  firstDays(account: BankAccount, day: string): Array<{ currency: string; day: string }> {
    return this.#firstDays.all(account, day).map(row => ({ currency: row.currency as string, day: row.day as string }))
  }

  /** Minor units. */
  balanceBefore(account: BankAccount, currency: string, day: string): bigint {
    return (this.#balance.get(account, currency, day)?.balance as bigint | null) ?? 0n
  }

  movementsOn(account: BankAccount, currency: string, day: string): Movement[] {
    return this.#ofDay.all(account, currency, day).map(entryIn<Movement>)
  }

  /** The first step that is due by then. Steps of one moment come in the order of their payouts. */
  nextStep(byMs: number): DueStep | undefined {
    const row = this.#nextStep.get(byMs)
    if (row === undefined) return undefined
    return { dueMs: row.due_ms as number, endToEndId: row.end_to_end_id as string, step: row.step as number }
  }

  /** `payout` is the number of the payout's entry. */
  addStep({ dueMs, endToEndId, step }: DueStep, payout: number): void {
    this.#addStep.run(dueMs, payout, step, endToEndId)
  }

  removeStep({ dueMs, endToEndId, step }: DueStep): void {
    this.#removeStep.run(dueMs, endToEndId, step)
  }

  /** Writes where it is no entry, so that a full disk shows before somebody asks for something. */
  check(at: string): void {
    this.#file.check(at)
  }

  /** Entries with a sequence above `after`, at most `limit`. */
  page(after: number, limit: number): ReturnType<typeof bankJournalPage.parse> {
    const rows = this.#page.all(after, limit + 1)
    const entries = rows.slice(0, limit).map(entryIn<BankJournalEntry>)
    return { entries, next: rows.length > limit ? entries.at(-1)!.sequence : null }
  }

  close(): void {
    this.#file.close()
  }
}

const entryIn = <Entry>({ entry }: Record<string, unknown>): Entry => JSON.parse(entry as string) as Entry

function one<Entry>(statement: StatementSync, ...values: Array<string | number>): Entry | undefined {
  const row = statement.get(...values)
  return row && entryIn<Entry>(row)
}
