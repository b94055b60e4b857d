/** Dead letters for tests: their rows in memory, Kafka that takes or refuses what is sent, and an outbox that says what it is told. */
import type { LetterNote, LetterPlace, OriginalRecord } from '../contracts/dead-letter-records.ts'
import { letterIdOf } from '../contracts/dead-letter-records.ts'
import { type FakeDatabase, Table } from './fake-store.ts'
import {
  type DeadLetterRows,
  DependencyUnavailableError,
  type LetterHandling,
  type LetterQuery,
  type LetterSender,
  type ListedLetter,
  type NewLetter,
  type OutboxShards,
  RecordRefusedError,
  type ShardBacklog,
  type StoredLetter,
  type Transaction,
} from './ports.ts'

type LetterRow = StoredLetter & { record: string | null }

const newerFirst = (one: LetterPlace, other: LetterPlace): number =>
  other.offset - one.offset || other.partition - one.partition

export class FakeDeadLetterRows implements DeadLetterRows {
  readonly table: Table<LetterRow>

  constructor(db: FakeDatabase) {
    this.table = new Table(db)
  }

  async put(tx: Transaction, letter: NewLetter): Promise<boolean> {
    const { record, ...listed } = letter
    const row: LetterRow = {
      ...listed,
      record: record?.toString('base64') ?? null,
      state: 'WAITING',
      valueBytes: letter.bytes.value?.length ?? null,
      handling: null,
    }
    const known = await this.table.lock(tx, letterIdOf(letter))
    if (known?.record === row.record) return false
    if (known !== undefined) await this.table.remove(tx, letterIdOf(letter))
    await this.table.insert(tx, letterIdOf(letter), row)
    return true
  }

  async lock(tx: Transaction, place: LetterPlace): Promise<StoredLetter | undefined> {
    const row = await this.table.lock(tx, letterIdOf(place))
    return row && storedOf(row)
  }

  async markHandled(tx: Transaction, place: LetterPlace, handling: LetterHandling): Promise<void> {
    await this.table.update(tx, letterIdOf(place), row => ({ ...row, state: handling.state, handling }))
  }

  async list({ state, limit, before }: LetterQuery): Promise<ListedLetter[]> {
    const rows = await this.table.filter(
      undefined,
      row => (state === undefined || row.state === state) && (before === undefined || newerFirst(before, row) < 0),
    )
    return rows
      .toSorted(newerFirst)
      .slice(0, limit)
      .map(({ bytes: _, record: __, ...listed }) => listed)
  }

  async find(place: LetterPlace): Promise<StoredLetter | undefined> {
    const row = await this.table.find(undefined, letterIdOf(place))
    return row && storedOf(row)
  }

  async countWaiting(limit: number): Promise<number> {
    return Math.min(limit, (await this.table.filter(undefined, row => row.state === 'WAITING')).length)
  }
}

/** A copy of a Buffer is no Buffer: structuredClone makes an array of it. */
const bufferOf = (bytes: Buffer | null): Buffer | null => bytes && Buffer.from(bytes)

const storedOf = ({ record: _, ...row }: LetterRow): StoredLetter => ({
  ...row,
  bytes: {
    key: bufferOf(row.bytes.key),
    value: bufferOf(row.bytes.value),
    headers: row.bytes.headers.map(([name, value]) => [name, Buffer.from(value)]),
  },
})

export class FakeLetterSender implements LetterSender {
  readonly sent: OriginalRecord[] = []
  readonly notes: LetterNote[] = []
  away = false
  /** Takes records, and no notes. */
  takesNoNotes = false
  refusal: string | undefined
  /** Of the next note. */
  nextOffset = 100
  /** Called before a record is sent. */
  onSend: () => Promise<void> = async () => {}

  async send(original: OriginalRecord): Promise<void> {
    await this.onSend()
    if (this.away) throw new DependencyUnavailableError('the fake broker is away')
    if (this.refusal !== undefined) throw new RecordRefusedError(this.refusal)
    this.sent.push(original)
  }

  async note(note: LetterNote): Promise<number> {
    if (this.away || this.takesNoNotes) throw new DependencyUnavailableError('the fake broker is away')
    this.notes.push(note)
    return this.nextOffset++
  }
}

export class FakeOutboxShards implements OutboxShards {
  shards: ShardBacklog[] = []
  away = false

  async readShards(): Promise<ShardBacklog[]> {
    if (this.away) throw new DependencyUnavailableError('the fake database is away')
    return structuredClone(this.shards)
  }
}
