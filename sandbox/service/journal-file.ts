/** The file of a sandbox service's journal: SQLite, with one table that only grows. Every method throws when SQLite cannot read or write. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { type GrowingTables, makeGrowing } from './growing-tables.ts'

export const JOURNAL_FILE = 'journal.sqlite'

/** Another process that reads delays nobody; one that writes is waited for so long. */
const LOCK_WAIT_MS = 200

// SQLite numbers a row by the highest number + 1: with no row ever deleted there are no gaps, rollbacks included.
const GUARDS = `
CREATE TRIGGER IF NOT EXISTS journal_no_update BEFORE UPDATE ON journal
  BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END;
CREATE TRIGGER IF NOT EXISTS journal_no_delete BEFORE DELETE ON journal
  BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END;
CREATE TABLE IF NOT EXISTS last_check (id INTEGER PRIMARY KEY CHECK (id = 1), at TEXT NOT NULL) STRICT;
`

export class JournalFile {
  readonly #database: DatabaseSync
  readonly #begin: StatementSync
  readonly #commit: StatementSync
  readonly #check: StatementSync

  /** Opens the file in this folder, and makes both when they are not there. `schema` makes the table `journal`, with a `sequence`. */
  constructor(folder: string, schema: string, tables: GrowingTables = {}) {
    mkdirSync(folder, { recursive: true })
    const database = new DatabaseSync(join(folder, JOURNAL_FILE), { timeout: LOCK_WAIT_MS })
    // FULL: a commit is on the disk before it returns, also in the write-ahead log.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;')
    database.exec(schema + GUARDS)
    makeGrowing(database, tables)
    this.#database = database
    this.#begin = database.prepare('BEGIN IMMEDIATE')
    this.#commit = database.prepare('COMMIT')
    this.#check = database.prepare('INSERT OR REPLACE INTO last_check (id, at) VALUES (1, ?)')
  }

  prepare(sql: string): StatementSync {
    return this.#database.prepare(sql)
  }

  get isInTransaction(): boolean {
    return this.#database.isTransaction
  }

  /** Runs `work` in one transaction and returns when it is on the disk. When this throws, nothing of it counts. */
  transaction<T>(work: () => T): T {
    this.#begin.run()
    try {
      const result = work()
      this.#commit.run()
      return result
    } catch (error) {
      // After some errors SQLite has rolled back by itself.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      throw error
    }
  }

  /** Writes where it is no entry, so that a full disk shows before somebody asks for something. */
  check(at: string): void {
    this.#check.run(at)
  }

  close(): void {
    this.#database.close()
  }
}
