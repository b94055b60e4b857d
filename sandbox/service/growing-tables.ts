/** Tables beside a journal that only grow. Every function throws when SQLite cannot read or write. */
import type { DatabaseSync } from 'node:sqlite'

/** Columns by the name of their table. */
export type GrowingTables = Readonly<Record<string, string>>

/** Makes those that are not there. One that an earlier program made with other columns or checks is made again, with its rows. */
export function makeGrowing(database: DatabaseSync, tables: GrowingTables): void {
  for (const [name, columns] of Object.entries(tables)) {
    const wanted = `CREATE TABLE ${name} (${columns}) STRICT`
    const known = database.prepare("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?").get(name)?.sql
    if (known === undefined) database.exec(wanted)
    else if (known !== wanted) makeAgain(database, name, wanted)
    database.exec(guardsOf(name))
  }
}

/** Columns that are new are null or have their default; what is computed from others is computed again. */
function makeAgain(database: DatabaseSync, name: string, wanted: string): void {
  const before = `${name}_before`
  const columns = database.prepare('SELECT name FROM pragma_table_info(?)').all(name)
  const names = columns.map(column => column.name).join(', ')
  database.exec(`BEGIN IMMEDIATE;
    ALTER TABLE ${name} RENAME TO ${before};
    ${wanted};
    INSERT INTO ${name} (${names}) SELECT ${names} FROM ${before};
    DROP TABLE ${before};
    COMMIT`)
}

const guardsOf = (name: string): string => `
CREATE TRIGGER IF NOT EXISTS ${name}_no_update BEFORE UPDATE ON ${name}
  BEGIN SELECT RAISE(ABORT, '${name} only grows'); END;
CREATE TRIGGER IF NOT EXISTS ${name}_no_delete BEFORE DELETE ON ${name}
  BEGIN SELECT RAISE(ABORT, '${name} only grows'); END;
`
