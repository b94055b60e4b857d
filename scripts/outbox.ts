/** `npm run outbox`: lists what waits to be published and what was parked, and lets parked rows try again. */
import { parseArgs } from 'node:util'
import type { Connection, ResultSetHeader, RowDataPacket } from 'mysql2/promise'
import { findSystem } from './operate/find-system.ts'
import { connect } from './operate/verify/snapshot.ts'
import { confirmed } from './terminal/confirm.ts'
import { printable, printableError } from './terminal/printable.ts'

const USAGE = `npm run outbox -- [list | redrive EVENT_ID… | redrive --all] [--yes] [--run-file FILE]
  list      rows that are not published yet, the oldest first; parked ones hold back their payment
  redrive   un-parks rows, so that the relay tries them again; asks first
  --yes     does not ask; needed where nobody can be asked`

const ROWS_SHOWN = 100

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: {
      all: { type: 'boolean', default: false },
      yes: { type: 'boolean', default: false },
      'run-file': { type: 'string' },
      help: { type: 'boolean', default: false },
    },
    allowPositionals: true,
  })
  const [command = 'list', ...eventIds] = positionals
  const isUnderstood = command === 'list' || (command === 'redrive' && values.all !== eventIds.length > 0)
  if (values.help || !isUnderstood) {
    console.log(USAGE)
    return values.help ? 0 : 1
  }
  if (command === 'redrive' && !(await isWanted(eventIds, values))) return 1
  const { databaseUrl } = await findSystem(values['run-file'], process.env)
  const database = await connect(databaseUrl)
  try {
    return command === 'list' ? await list(database, Date.now()) : await redrive(database, eventIds)
  } finally {
    await database.end()
  }
}

function isWanted(eventIds: string[], { yes, 'run-file': runFile }: { yes: boolean; 'run-file'?: string }) {
  const which = eventIds.length > 0 ? eventIds.join(', ') : 'every parked row'
  const typed = ['redrive', ...(eventIds.length > 0 ? eventIds : ['--all']), '--yes']
  const command = `npm run outbox -- ${[...typed, ...(runFile ? ['--run-file', runFile] : [])].join(' ')}`
  return confirmed({ question: printable(`Un-park ${which}?`), yes, command: printable(command) })
}

async function list(database: Connection, nowMs: number): Promise<number> {
  const [rows] = await database.query<RowDataPacket[]>(
    `SELECT event_id, topic, message_key, sequence, created_at, attempts, parked_at, last_error
     FROM outbox_event WHERE published_at IS NULL ORDER BY id LIMIT ?`,
    [ROWS_SHOWN + 1],
  )
  if (rows.length === 0) console.log('Every event is published.')
  for (const row of rows.slice(0, ROWS_SHOWN)) console.log(printable(lineOf(row, nowMs)))
  if (rows.length > ROWS_SHOWN) console.log(`… and more; these are the oldest ${ROWS_SHOWN}`)
  return 0
}

function lineOf(row: RowDataPacket, nowMs: number): string {
  const ageSeconds = ((nowMs - row.created_at.getTime()) / 1_000).toFixed(0)
  const state = row.parked_at ? `parked ${row.parked_at.toISOString()}` : 'waiting'
  const refused = row.attempts > 0 ? `, refused ${row.attempts} times: ${row.last_error ?? 'no error noted'}` : ''
  const behind = row.attempts === 0 && row.last_error !== null ? `, ${row.last_error}` : ''
  return `${row.event_id}  ${row.topic} #${row.sequence} of ${row.message_key}  ${ageSeconds} s old  ${state}${refused}${behind}`
}

/** Only parked rows: one that waits is tried anyway. Every named row must be parked, or nothing is done to it. */
async function redrive(database: Connection, eventIds: string[]): Promise<number> {
  const unparked = eventIds.length > 0 ? await unparkNamed(database, eventIds) : await unpark(database, 'TRUE', [])
  const missed = eventIds.length - unparked
  console.log(`${unparked} rows un-parked; the sweep wakes the relay for them within a minute.`)
  if (missed > 0) console.log(`${missed} of the named rows are not parked.`)
  return eventIds.length > 0 && missed > 0 ? 1 : 0
}

/** Each together with what waits behind it in the same payment. Returns how many of the named rows there were. */
async function unparkNamed(database: Connection, eventIds: string[]): Promise<number> {
  await database.beginTransaction()
  // Before they are un-parked: a row that is not parked lets nothing go that waits behind another one.
  const [rows] = await database.query<RowDataPacket[]>(
    'SELECT DISTINCT message_key FROM outbox_event WHERE event_id IN (?) AND parked_at IS NOT NULL AND published_at IS NULL FOR UPDATE',
    [eventIds],
  )
  const unparked = await unpark(database, 'event_id IN (?)', [eventIds])
  const paymentIds = rows.map(row => row.message_key)
  // The relay parks again what waits behind another row that is still parked.
  if (paymentIds.length > 0)
    await unpark(database, "message_key IN (?) AND last_error LIKE 'waits behind %'", [paymentIds])
  await database.commit()
  return unparked
}

async function unpark(database: Connection, condition: string, values: unknown[]): Promise<number> {
  const [result] = await database.query<ResultSetHeader>(
    `UPDATE outbox_event SET parked_at = NULL, attempts = 0, next_attempt_at = NULL, last_error = NULL
     WHERE parked_at IS NOT NULL AND published_at IS NULL AND ${condition}`,
    values,
  )
  return result.affectedRows
}

main().then(
  code => process.exit(code),
  error => {
    console.error(`outbox: ${printableError(error)}`)
    process.exit(1)
  },
)
