/** Actions of the console and the audit log in memory, with the locks and the unique keys of the database. */
import {
  ActionKeyTakenError,
  type AuditEntry,
  type AuditLog,
  type ConsoleAction,
  type ConsoleActions,
  type Json,
} from '../settlement/ports.ts'
import { type FakeDatabase, Table } from './fake-store.ts'
import { DependencyUnavailableError, DuplicateKeyError, type Transaction } from './ports.ts'

export class FakeConsoleActions implements ConsoleActions {
  readonly table: Table<ConsoleAction>
  readonly #db: FakeDatabase

  constructor(db: FakeDatabase) {
    this.#db = db
    this.table = new Table(db)
  }

  find(key: string): Promise<ConsoleAction | undefined> {
    return this.table.find(undefined, key)
  }

  async insert(tx: Transaction, action: ConsoleAction): Promise<void> {
    try {
      await this.table.insert(tx, action.key, action)
    } catch (error) {
      throw error instanceof DuplicateKeyError ? new ActionKeyTakenError(action.key) : error
    }
  }

  async keepAnswer(key: string, answer: Json, tx?: Transaction): Promise<void> {
    if (tx === undefined) return this.#db.run(key, own => this.keepAnswer(key, answer, own))
    await this.table.update(tx, key, row => ({ ...row, answer }))
  }
}

export class FakeAuditLog implements AuditLog {
  /** The newest refuse to be written. */
  away = false
  readonly table: Table<AuditEntry>
  #count = 0

  constructor(db: FakeDatabase) {
    this.table = new Table(db)
  }

  async append(tx: Transaction, entry: AuditEntry): Promise<void> {
    if (this.away) throw new DependencyUnavailableError('the log is away')
    await this.table.insert(tx, String(++this.#count), entry)
  }

  /** What is in the log, the oldest first. */
  get entries(): AuditEntry[] {
    return this.table.rows()
  }

  /** Of readiness: nobody asks. */
  async head(): Promise<undefined> {}
}
