/** Databases for tests, made like one that the migrations have made: that takes a fraction of their time. */
import mysql, { type Connection, type RowDataPacket } from 'mysql2/promise'
import { createEmpty, createScratch } from '../../scripts/lab/bench/scratch.ts'

/** Made once on each server, by the migrations. Nobody works in it. */
const TEMPLATE = 'scratch_template'
/** Made last: without it somebody was killed in the middle. */
const COMPLETE = 'is_complete'

/** Returns the URL of a new database, for the product's own user, who may drop it. */
export async function createMigratedCopy(systemUrl: string, name: string): Promise<string> {
  const statements = await statementsOf(await templateOn(systemUrl))
  const url = await createEmpty(systemUrl, name)
  await withConnection(url, async connection => {
    await connection.query(statements.join(';\n'))
    // Who caches by it must not take two databases for one.
    await connection.query('UPDATE incarnation SET incarnation_id = UUID()')
  })
  return url
}

/** Returns its URL. */
async function templateOn(systemUrl: string): Promise<string> {
  const tables = await withConnection(systemUrl, async connection => {
    const named = 'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = ?'
    return (await connection.query<RowDataPacket[]>(named, [TEMPLATE]))[0].map(({ name }) => name)
  })
  if (tables.includes(COMPLETE)) return Object.assign(new URL(systemUrl), { pathname: `/${TEMPLATE}` }).href
  if (tables.length > 0) await withConnection(systemUrl, connection => connection.query('DROP DATABASE ??', [TEMPLATE]))
  const url = await createScratch(systemUrl, TEMPLATE)
  await withConnection(url, connection => connection.query('CREATE TABLE ?? (id INT PRIMARY KEY)', [COMPLETE]))
  return url
}

/** What makes its tables and their rows. */
const statementsOf = (templateUrl: string): Promise<string[]> =>
  withConnection(templateUrl, async connection => {
    const [tables] = await connection.query<RowDataPacket[]>(
      'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name <> ?',
      [COMPLETE],
    )
    const statements: string[] = []
    for (const { name } of tables) {
      const [[made]] = await connection.query<RowDataPacket[]>('SHOW CREATE TABLE ??', [name])
      const [[rows]] = await connection.query<RowDataPacket[]>('SELECT COUNT(*) AS count FROM ??', [name])
      statements.push(made!['Create Table'])
      if (rows!.count > 0) statements.push(mysql.format('INSERT INTO ?? SELECT * FROM ??.??', [name, TEMPLATE, name]))
    }
    return statements
  })

async function withConnection<T>(uri: string, work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await mysql.createConnection({ uri, multipleStatements: true })
  try {
    return await work(connection)
  } finally {
    await connection.end()
  }
}
