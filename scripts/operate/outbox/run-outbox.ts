/** `npm run outbox`: which action is meant, on which system, and what it says. */
import type { Connection } from 'mysql2/promise'
import { WrongArguments } from '../../terminal/command.ts'
import { type JsonTarget, writeJson } from '../../terminal/json.ts'
import { printable } from '../../terminal/printable.ts'
import { connectDatabase } from '../connections.ts'
import { type SystemFlags, systemNamedBy } from '../find-system.ts'
import { mayChange } from '../may-change.ts'
import { redriveRows } from './redrive-rows.ts'
import { lineOf, ROWS_SHOWN, readWaiting } from './waiting-rows.ts'

export const outboxActions = ['list', 'redrive'] as const

export interface OutboxRequest extends SystemFlags {
  action: (typeof outboxActions)[number]
  eventIds: string[]
  all?: true
  yes?: true
  json?: JsonTarget
}

/** 0 when it did what was asked, else 1. Throws WrongArguments when they do not go together. */
export async function runOutbox(request: OutboxRequest): Promise<number> {
  check(request)
  const system = await systemNamedBy(request, process.env, ['DATABASE_URL'])
  if (request.action === 'redrive') {
    const which = request.all ? 'every parked row' : request.eventIds.join(', ')
    const change = { typed: 'npm run outbox', question: `Un-park ${which}?`, yes: request.yes === true }
    if (!(await mayChange(system, change))) return 1
  }
  const database = await connectDatabase(system.databaseUrl)
  try {
    return request.action === 'list' ? await list(database, request.json) : await redrive(database, request.eventIds)
  } finally {
    await database.end()
  }
}

function check({ action, eventIds, all, json }: OutboxRequest): void {
  if (action === 'list' && (eventIds.length > 0 || all === true))
    throw new WrongArguments('list takes no event ids, and no --all.')
  if (action === 'redrive' && (all === true) === eventIds.length > 0)
    throw new WrongArguments('redrive wants event ids, or --all.')
  if (action === 'redrive' && json !== undefined) throw new WrongArguments('--json goes with list.')
}

async function list(database: Connection, json: JsonTarget): Promise<number> {
  const found = await readWaiting(database)
  writeJson(json, found)
  if (json === true) return 0
  if (found.rows.length === 0) console.log('Every event is published.')
  for (const row of found.rows) console.log(printable(lineOf(row, Date.now())))
  if (found.hasMore) console.log(`… and more; these are the oldest ${ROWS_SHOWN}`)
  return 0
}

async function redrive(database: Connection, eventIds: string[]): Promise<number> {
  const unparked = await redriveRows(database, eventIds)
  const missed = eventIds.length - unparked
  console.log(`${unparked} rows un-parked; the sweep wakes the relay for them within a minute.`)
  if (missed > 0) console.log(`${missed} of the named rows are not parked.`)
  return eventIds.length > 0 && missed > 0 ? 1 : 0
}
