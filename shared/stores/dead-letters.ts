/** The table `dead_letter`: what was read of payment.dlq. */
import { createHash } from 'node:crypto'
import type { HandledState, LetterPlace } from '../contracts/dead-letter-records.ts'
import type { DeadLetterState } from '../contracts/lists.ts'
import { DEAD_LETTER_TOPIC } from '../contracts/topics.ts'
import type {
  DeadLetterRows,
  LetterBytes,
  LetterHandling,
  LetterQuery,
  ListedLetter,
  NewLetter,
  StoredLetter,
  Transaction,
} from '../payments/ports.ts'
import type { Database, SqlValue } from './database.ts'
import { dateOrNull } from './days.ts'

interface LetterRow {
  partition_number: number
  record_offset: number
  letter_hash: string
  state: DeadLetterState
  error: string
  failed_at: Date | null
  origin_topic: string | null
  origin_partition: number | null
  origin_offset: number | null
  payment_id: string | null
  value_bytes: number | null
  noted_offset: number | null
  note_key: string | null
  actor: string | null
  note_reason: string | null
  handled_at: Date | null
}

interface BytesRow {
  record_key: Buffer | null
  record_value: Buffer | null
  record_headers: string
}

const LISTED_COLUMNS =
  'partition_number, record_offset, state, error, failed_at, origin_topic, origin_partition, origin_offset, payment_id, value_bytes, noted_offset, note_key, actor, note_reason, handled_at'
const BYTES_COLUMNS = 'record_key, record_value, record_headers'
const WRITTEN_COLUMNS = `topic, partition_number, record_offset, letter_hash, state, error, failed_at, origin_topic, origin_partition, origin_offset, payment_id, value_bytes, ${BYTES_COLUMNS}`
const AT_PLACE = 'topic = ? AND partition_number = ? AND record_offset = ?'

/** What the columns hold. A letter's own words may be longer. */
const ERROR_CHARACTERS_MAX = 512
const TOPIC_CHARACTERS_MAX = 249
const ACTOR_CHARACTERS_MAX = 64
const REASON_CHARACTERS_MAX = 500
const KEY_CHARACTERS_MAX = 300

/** By characters, as MariaDB counts them. */
const cut = (text: string, charactersMax: number): string => [...text].slice(0, charactersMax).join('')
const cutOrNull = (text: string | null, charactersMax: number): string | null =>
  text === null ? null : cut(text, charactersMax)

const placeValues = ({ partition, offset }: LetterPlace): SqlValue[] => [DEAD_LETTER_TOPIC, partition, offset]

function handlingOf(row: LetterRow): LetterHandling | null {
  if (row.noted_offset === null) return null
  return {
    state: row.state as HandledState,
    noteOffset: row.noted_offset,
    by: row.actor,
    reason: row.note_reason,
    atMs: row.handled_at?.getTime() ?? null,
    key: row.note_key,
  }
}

const listedOf = (row: LetterRow): ListedLetter => ({
  partition: row.partition_number,
  offset: row.record_offset,
  state: row.state,
  error: row.error,
  failedAtMs: row.failed_at?.getTime() ?? null,
  origin:
    row.origin_topic === null
      ? null
      : { topic: row.origin_topic, partition: row.origin_partition!, offset: row.origin_offset! },
  paymentId: row.payment_id,
  valueBytes: row.value_bytes,
  handling: handlingOf(row),
})

const base64 = (bytes: Buffer): string => bytes.toString('base64')

const headersText = (headers: LetterBytes['headers']): string =>
  JSON.stringify(headers.map(([name, value]) => [base64(Buffer.from(name, 'utf8')), base64(value)]))

const headersIn = (text: string): LetterBytes['headers'] =>
  (JSON.parse(text) as [string, string][]).map(([name, value]) => [
    Buffer.from(name, 'base64').toString('utf8'),
    Buffer.from(value, 'base64'),
  ])

const storedOf = (row: LetterRow & BytesRow): StoredLetter => ({
  ...listedOf(row),
  bytes: { key: row.record_key, value: row.record_value, headers: headersIn(row.record_headers) },
})

const hashOf = ({ record }: NewLetter): string =>
  createHash('sha256')
    .update(record ?? '')
    .digest('hex')

const rowOf = (letter: NewLetter): SqlValue[] => {
  const { error, failedAtMs, origin, paymentId, bytes } = letter
  return [
    ...placeValues(letter),
    ...[hashOf(letter), 'WAITING', cut(error, ERROR_CHARACTERS_MAX), dateOrNull(failedAtMs)],
    ...[cutOrNull(origin?.topic ?? null, TOPIC_CHARACTERS_MAX), origin?.partition ?? null, origin?.offset ?? null],
    ...[paymentId, bytes.value?.length ?? null, bytes.key, bytes.value, headersText(bytes.headers)],
  ]
}

export class DeadLetterTable implements DeadLetterRows {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Each letter by a statement of its own: together they may be larger than a statement may be. */
  async put(tx: Transaction, letter: NewLetter): Promise<boolean> {
    const [known] = await this.#database.select<Pick<LetterRow, 'letter_hash'>>(
      `SELECT letter_hash FROM dead_letter WHERE ${AT_PLACE} FOR UPDATE`,
      placeValues(letter),
      tx,
    )
    if (known?.letter_hash === hashOf(letter)) return false
    if (known !== undefined)
      await this.#database.write(`DELETE FROM dead_letter WHERE ${AT_PLACE}`, placeValues(letter), tx)
    await this.#database.write(`INSERT INTO dead_letter (${WRITTEN_COLUMNS}) VALUES (?)`, [rowOf(letter)], tx)
    return true
  }

  async lock(tx: Transaction, place: LetterPlace): Promise<StoredLetter | undefined> {
    return this.#read(place, ' FOR UPDATE', tx)
  }

  async markHandled(tx: Transaction, place: LetterPlace, handling: LetterHandling): Promise<void> {
    const { state, noteOffset, by, reason, atMs, key } = handling
    await this.#database.write(
      `UPDATE dead_letter SET state = ?, noted_offset = ?, note_key = ?, actor = ?, note_reason = ?, handled_at = ? WHERE ${AT_PLACE}`,
      [
        ...[state, noteOffset, cutOrNull(key, KEY_CHARACTERS_MAX), cutOrNull(by, ACTOR_CHARACTERS_MAX)],
        ...[cutOrNull(reason, REASON_CHARACTERS_MAX), dateOrNull(atMs), ...placeValues(place)],
      ],
      tx,
    )
  }

  /** From the newest entry of one index down. An offset may occur once in each partition. */
  async list({ state, limit, before }: LetterQuery): Promise<ListedLetter[]> {
    const index = state === undefined ? 'dead_letter_by_offset' : 'dead_letter_by_state'
    const conditions = [
      ...(state === undefined ? [] : ['state = ?']),
      ...(before === undefined ? [] : ['(record_offset < ? OR (record_offset = ? AND partition_number < ?))']),
    ]
    const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`
    const rows = await this.#database.select<LetterRow>(
      `SELECT ${LISTED_COLUMNS} FROM dead_letter FORCE INDEX (${index}) ${where}
       ORDER BY record_offset DESC, partition_number DESC LIMIT ?`,
      [
        ...(state === undefined ? [] : [state]),
        ...(before === undefined ? [] : [before.offset, before.offset, before.partition]),
        limit,
      ],
    )
    return rows.map(listedOf)
  }

  async find(place: LetterPlace): Promise<StoredLetter | undefined> {
    return this.#read(place, '')
  }

  async countWaiting(limit: number): Promise<number> {
    const [row] = await this.#database.select<{ waiting: number }>(
      `SELECT COUNT(*) AS waiting FROM (SELECT 1 FROM dead_letter FORCE INDEX (dead_letter_by_state) WHERE state = 'WAITING' LIMIT ?) w`,
      [limit],
    )
    return row!.waiting
  }

  async #read(place: LetterPlace, tail: string, tx?: Transaction): Promise<StoredLetter | undefined> {
    const [row] = await this.#database.select<LetterRow & BytesRow>(
      `SELECT ${LISTED_COLUMNS}, ${BYTES_COLUMNS} FROM dead_letter WHERE ${AT_PLACE}${tail}`,
      placeValues(place),
      tx,
    )
    return row && storedOf(row)
  }
}
