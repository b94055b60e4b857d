/** Applies migrations/*.sql, each once, in order; safe when two start at once (kysely's Migrator holds a database lock). */
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Kysely, MysqlDialect, sql } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import { createPool } from 'mysql2'

const MIGRATIONS_FOLDER = fileURLToPath(new URL('../../migrations/', import.meta.url))

/**
 * Brings the database to the newest schema and returns the names of the migrations applied now.
 * Throws the first migration's error; the ones before it stay applied.
 */
export async function migrate(databaseUrl: string): Promise<string[]> {
  const db = new Kysely<unknown>({
    dialect: new MysqlDialect({ pool: createPool({ uri: databaseUrl, connectionLimit: 2, timezone: 'Z' }) }),
  })
  try {
    const migrator = new Migrator({ db, provider: { getMigrations: readMigrations } })
    const { error, results = [] } = await migrator.migrateToLatest()
    if (error) throw error
    return results.filter(result => result.status === 'Success').map(result => result.migrationName)
  } finally {
    await db.destroy()
  }
}

async function readMigrations(): Promise<Record<string, Migration>> {
  const files = (await readdir(MIGRATIONS_FOLDER)).filter(name => name.endsWith('.sql')).sort()
  const entries = files.map(
    async (name): Promise<[string, Migration]> => [
      name.replace(/\.sql$/, ''),
      migrationOf(await readFile(MIGRATIONS_FOLDER + name, 'utf8')),
    ],
  )
  return Object.fromEntries(await Promise.all(entries))
}

// A migration file ends every statement with a semicolon at the end of a line, and uses none elsewhere at a line's end.
const statementsOf = (text: string): string[] =>
  text
    .replaceAll(/^--.*$/gm, '')
    .split(/;\s*$/m)
    .map(statement => statement.trim())
    .filter(statement => statement !== '')

/** ER_DUP_FIELDNAME, ER_DUP_KEYNAME, ER_CANT_DROP_FIELD_OR_KEY. */
const doneAlready: readonly unknown[] = [1060, 1061, 1091]

/** MySQL has no IF (NOT) EXISTS for a column or an index: a migration that was interrupted finds what it made or dropped before. */
const isDoneAlready = (error: unknown): boolean =>
  error instanceof Error && doneAlready.includes((error as Error & { errno?: number }).errno)

const migrationOf = (text: string): Migration => ({
  async up(db) {
    for (const statement of statementsOf(text))
      await sql
        .raw(statement)
        .execute(db)
        .catch(error => {
          if (!isDoneAlready(error)) throw error
        })
  },
})
