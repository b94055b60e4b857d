/** A second database on the same server, made by the same migrations: where the direct writer and tests of the stores may write. */
import { existsSync } from 'node:fs'
import mysql, { type RowDataPacket } from 'mysql2/promise'
import { migrate } from '../../../shared/stores/migrate.ts'
import { readComposeServices } from '../../local/compose-file.ts'

/** Returns its URL, for the product's own user, who may drop it. */
export async function createScratch(databaseUrl: string, name = 'bench_direct'): Promise<string> {
  const url = await createEmpty(databaseUrl, name)
  await migrate(url)
  return url
}

/** Without any table. Returns its URL, likewise. */
export async function createEmpty(databaseUrl: string, name: string): Promise<string> {
  const url = new URL(databaseUrl)
  const root = await mysql.createConnection(await rootLogin(databaseUrl))
  try {
    await root.query('CREATE DATABASE ??', [name])
    await root.query("GRANT ALL ON ??.* TO ?@'%'", [name, decodeURIComponent(url.username)])
  } finally {
    await root.end()
  }
  url.pathname = `/${name}`
  return url.href
}

/** Over the server's socket where it is on this machine; in a container root may come over the network. */
export async function rootLogin(databaseUrl: string): Promise<mysql.ConnectionOptions> {
  const password = readComposeServices(process.env).mariadb.environment.MARIADB_ROOT_PASSWORD
  const connection = await mysql.createConnection({ uri: databaseUrl })
  try {
    const [rows] = await connection.query<RowDataPacket[]>('SELECT @@socket AS socket')
    const socketPath = String(rows[0]?.socket)
    if (existsSync(socketPath)) return { socketPath, user: 'root', password }
  } finally {
    await connection.end()
  }
  const { hostname, port } = new URL(databaseUrl)
  return { host: hostname, port: Number(port), user: 'root', password }
}
