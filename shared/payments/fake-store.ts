/** A transactional store in memory for tests: READ COMMITTED views, exclusive row locks, unique keys, deadlock detection. */
import { DependencyUnavailableError, DuplicateKeyError, type SeparateTransactions, type Transaction } from './ports.ts'

interface Cell<Row> {
  committed: Row | undefined
  /** What the owner sees; counts once it commits. */
  draft: Row | undefined
  owner: FakeTransaction | undefined
  waiting: Array<() => void>
}

class FakeTransaction implements Transaction {
  readonly kind = 'transaction'
  readonly cells = new Set<Cell<unknown>>()
  waitsFor: Cell<unknown> | undefined
  over = false
  #last: Promise<unknown> = Promise.resolve()

  /** As on one connection: a statement begins when those that were asked for before it have ended. */
  inOrder<T>(statement: () => Promise<T>): Promise<T> {
    const result = this.#last.then(statement)
    this.#last = result.catch(() => {})
    return result
  }
}

class DeadlockError extends Error {
  override name = 'DeadlockError'
}

/** Called before every statement: a test that wants to interleave requests lets them go on in an order of its choice. */
export type Turn = () => Promise<void>

/** Lets waiting statements go on one at a time, in an order that the seed decides. */
export function shuffledTurns(seed: number): Turn {
  const random = randomFrom(seed)
  const waiting: Array<() => void> = []
  const releaseOne = () => {
    const [goOn] = waiting.splice(Math.floor(random() * waiting.length), 1)
    goOn?.()
    if (waiting.length > 0) setImmediate(releaseOne)
  }
  return () =>
    new Promise(goOn => {
      waiting.push(goOn)
      if (waiting.length === 1) setImmediate(releaseOne)
    })
}

/** mulberry32: numbers in [0, 1), always the same for a seed. */
export function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let bits = Math.imul(state ^ (state >>> 15), 1 | state)
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32
  }
}

const TRIES_MAX = 3

interface Restorable {
  snapshot(): ReadonlyMap<string, unknown>
  restore(rows: ReadonlyMap<string, unknown>): void
}

/** The rows of each table by their key. */
export type Snapshot = ReadonlyArray<ReadonlyMap<string, unknown>>

export class FakeDatabase implements SeparateTransactions {
  readonly areSeparate = true
  /** Answers nothing while true. */
  away = false
  readonly turn: Turn
  readonly #tables: Restorable[] = []
  #commitFailure: 'before' | 'after' | undefined

  constructor(turn: Turn = async () => {}) {
    this.turn = turn
  }

  add(table: Restorable): void {
    this.#tables.push(table)
  }

  /** All that is committed, table by table; unchanged by what comes later. */
  snapshot(): Snapshot {
    return this.#tables.map(table => table.snapshot())
  }

  /** Makes everything as it was. No transaction may be open. */
  restore(snapshot: Snapshot): void {
    for (const [index, table] of this.#tables.entries()) table.restore(snapshot[index]!)
  }

  /** The next commit is reported as lost; `after`: although it happened. */
  failNextCommit(when: 'before' | 'after'): void {
    this.#commitFailure = when
  }

  async run<T>(_subject: string, work: (tx: Transaction) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      const tx = new FakeTransaction()
      try {
        await this.statement()
        const result = await work(tx)
        await this.statement()
        this.#commit(tx)
        return result
      } catch (error) {
        end(tx, false)
        if (!(error instanceof DeadlockError)) throw error
        if (tries === TRIES_MAX) throw new DependencyUnavailableError('too busy', { cause: error })
      }
    }
  }

  async statement(): Promise<void> {
    await this.turn()
    if (this.away) throw new DependencyUnavailableError('the fake database is away')
  }

  #commit(tx: FakeTransaction): void {
    const failure = this.#commitFailure
    this.#commitFailure = undefined
    if (failure === 'before') throw new DependencyUnavailableError('the commit did not happen')
    end(tx, true)
    if (failure === 'after') throw new DependencyUnavailableError('the commit happened, unheard')
  }
}

function end(tx: FakeTransaction, keep: boolean): void {
  if (tx.over) return
  tx.over = true
  for (const cell of tx.cells) {
    if (keep) cell.committed = cell.draft
    cell.owner = undefined
    cell.draft = undefined
    for (const goOn of cell.waiting.splice(0)) goOn()
  }
}

function openTransaction(tx: Transaction): FakeTransaction {
  if (tx instanceof FakeTransaction && !tx.over) return tx
  throw new Error('this transaction is over')
}

/** Takes the row's lock; waits while another transaction holds it. */
async function take<Row>(cell: Cell<Row>, tx: FakeTransaction): Promise<void> {
  while (cell.owner !== undefined && cell.owner !== tx) {
    if (waitsInCircle(cell, tx)) throw new DeadlockError()
    tx.waitsFor = cell as Cell<unknown>
    await new Promise<void>(goOn => cell.waiting.push(goOn))
    tx.waitsFor = undefined
  }
  if (cell.owner === tx) return
  cell.owner = tx
  cell.draft = cell.committed
  tx.cells.add(cell as Cell<unknown>)
}

function waitsInCircle(cell: Cell<unknown> | Cell<never>, tx: FakeTransaction): boolean {
  let owner = cell.owner
  while (owner !== undefined && owner !== tx) owner = owner.waitsFor?.owner
  return owner === tx
}

export class Table<Row> {
  readonly #db: FakeDatabase
  readonly #cells = new Map<string, Cell<Row>>()

  constructor(db: FakeDatabase) {
    this.#db = db
    db.add(this)
  }

  snapshot(): ReadonlyMap<string, Row> {
    const rows = [...this.#cells].flatMap(([key, { committed }]) =>
      committed === undefined ? [] : [[key, committed] as const],
    )
    return new Map(rows)
  }

  restore(rows: ReadonlyMap<string, unknown>): void {
    this.#cells.clear()
    for (const [key, row] of rows) this.#cell(key).committed = row as Row
  }

  /** Throws DuplicateKeyError when a row with this key is there, after waiting for a transaction that may yet take its own back. */
  insert(tx: Transaction, key: string, row: Row): Promise<void> {
    return this.#locked(tx, key, 'wait', cell => {
      if (cell.draft !== undefined) throw new DuplicateKeyError(key)
      cell.draft = structuredClone(row)
    })
  }

  lock(tx: Transaction, key: string, ifLocked: 'wait' | 'fail' = 'wait'): Promise<Row | undefined> {
    return this.#locked(tx, key, ifLocked, cell => structuredClone(cell.draft))
  }

  /** Changes the row if it is there and `change` gives one; returns whether it did. */
  update(tx: Transaction, key: string, change: (row: Row) => Row | undefined): Promise<boolean> {
    return this.#locked(tx, key, 'wait', cell => {
      const changed = cell.draft === undefined ? undefined : change(structuredClone(cell.draft))
      if (changed === undefined) return false
      cell.draft = structuredClone(changed)
      return true
    })
  }

  /** Takes the row away if it is there; returns it. */
  remove(tx: Transaction, key: string): Promise<Row | undefined> {
    return this.#locked(tx, key, 'wait', cell => {
      const row = cell.draft
      cell.draft = undefined
      return row
    })
  }

  find(tx: Transaction | undefined, key: string): Promise<Row | undefined> {
    return this.#read(tx, () => structuredClone(this.#visible(this.#cell(key), tx)))
  }

  filter(tx: Transaction | undefined, wanted: (row: Row) => boolean): Promise<Row[]> {
    return this.#read(tx, () =>
      this.#visibleRows(tx)
        .filter(wanted)
        .map(row => structuredClone(row)),
    )
  }

  isLockedBy(tx: Transaction, key: string): boolean {
    return this.#cell(key).owner === tx
  }

  /** For assertions: what a reader sees now. */
  rows(tx?: Transaction): Row[] {
    return this.#visibleRows(tx).map(row => structuredClone(row))
  }

  /** A row that vanishes outside any transaction, as by a clean-up job. */
  drop(key: string): void {
    this.#cells.delete(key)
  }

  async #locked<T>(tx: Transaction, key: string, ifLocked: 'wait' | 'fail', then: (cell: Cell<Row>) => T): Promise<T> {
    return openTransaction(tx).inOrder(async () => {
      await this.#db.statement()
      const open = openTransaction(tx)
      const cell = this.#cell(key)
      if (ifLocked === 'fail' && cell.owner !== undefined && cell.owner !== open) throw new DeadlockError()
      await take(cell, open)
      return then(cell)
    })
  }

  async #read<T>(tx: Transaction | undefined, read: () => T): Promise<T> {
    const statement = async () => {
      await this.#db.statement()
      return read()
    }
    return tx === undefined ? statement() : openTransaction(tx).inOrder(statement)
  }

  #visibleRows(tx: Transaction | undefined): Row[] {
    return [...this.#cells.values()].flatMap(cell => this.#visible(cell, tx) ?? [])
  }

  /** The row itself, not a copy. */
  #visible(cell: Cell<Row>, tx: Transaction | undefined): Row | undefined {
    return tx !== undefined && cell.owner === tx ? cell.draft : cell.committed
  }

  #cell(key: string): Cell<Row> {
    const found = this.#cells.get(key)
    if (found !== undefined) return found
    const cell: Cell<Row> = { committed: undefined, draft: undefined, owner: undefined, waiting: [] }
    this.#cells.set(key, cell)
    return cell
  }
}
