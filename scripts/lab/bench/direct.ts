/** The direct writer's side of a run: its database, and the real flow that it repeats. */
import mysql, { type Connection } from 'mysql2/promise'
import { configFrom } from '../../../shared/runtime/config.ts'
import { readFlowTexts } from './flow-texts.ts'
import type { Target } from './order.ts'
import { createScratch } from './scratch.ts'

export interface Direct {
  database: Connection
  target: Target
}

/** There must be a flow in the product's database. */
export async function openDirect(databaseUrl: string, product: Connection): Promise<Direct> {
  const texts = await readFlowTexts(product)
  const url = await createScratch(databaseUrl)
  const connectionsMax = configFrom(process.env).databaseConnectionsMax
  return {
    database: await mysql.createConnection({ uri: url }),
    target: { kind: 'direct', databaseUrl: url, connectionsMax, texts },
  }
}
