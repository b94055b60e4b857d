/** A state of the model: every row of the database, the acquirer, the messages on their way, and who does what. */
import { createHash } from 'node:crypto'
import type { Caller } from '../../../shared/payments/answer.ts'
import { FakeDatabase, type Snapshot, Table } from '../../../shared/payments/fake-store.ts'
import { FakeAnswers, FakeLedger, FakeOperations, FakePayments } from '../../../shared/payments/fake-tables.ts'
import { FAKE_NOW_MS, FakeClock, FakeDoorbell, fakePolicy } from '../../../shared/payments/fakes.ts'
import type { OperationPorts } from '../../../shared/payments/operation.ts'
import type {
  AcquirerOrder,
  Operation,
  OutboxEvent,
  OutboxWriter,
  Transaction,
} from '../../../shared/payments/ports.ts'
import { noTracer } from '../../../shared/payments/traced.ts'
import { type AcquirerState, type Call, nothingKnown, type Said } from './acquirer.ts'

/** What somebody wants of the payment. */
export type Request =
  | { role: 'caller'; kind: 'authorize'; key: string; amountMinor: number; capture: boolean }
  | {
      role: 'caller'
      kind: 'capture' | 'refund' | 'void'
      key: string | null
      amountMinor?: number
      finalCapture?: boolean
    }
  | { role: 'resolver' }
  | { role: 'expirer' }

export interface Actor {
  readonly request: Request
  /** `ready` to begin, `asking` the acquirer, `heard` its answer, `done`, or dead. */
  readonly phase: 'ready' | 'asking' | 'heard' | 'done' | 'crashed'
  /** As it was when this actor claimed it or took it over. */
  readonly operation?: Operation
  readonly call?: Call
  readonly said?: Said
  /** The final answer that a caller was given. */
  readonly told?: { statusCode: number; body: string }
}

/** A call on its way to the acquirer. It may arrive long after its sender has gone. */
export interface Message {
  readonly call: Call
  readonly order: AcquirerOrder
  readonly actor: number
}

/** How often each mishap may still happen. */
export interface Budget {
  readonly crashes: number
  readonly timeouts: number
  readonly duplicates: number
  /** How often every lease runs out. */
  readonly leases: number
  /** How often the time to capture runs out. */
  readonly windows: number
}

/** What is in the database. Two that hold the same are the same object. */
export interface Rows {
  readonly id: number
  readonly tables: Snapshot
}

export interface World {
  readonly rows: Rows
  readonly nowMs: number
  readonly aheadMs: number
  readonly acquirer: AcquirerState
  readonly messages: readonly Message[]
  readonly actors: readonly Actor[]
  readonly budget: Budget
}

export const WINDOW_MS = fakePolicy.captureWindowMs

/** Keyed by the event's id, so that the rows do not depend on how a state was reached. */
export class ModelOutbox implements OutboxWriter {
  readonly table: Table<OutboxEvent & { createdAtMs: number }>

  constructor(db: FakeDatabase) {
    this.table = new Table(db)
  }

  async insert(tx: Transaction, event: OutboxEvent, nowMs: number): Promise<void> {
    await this.table.insert(tx, event.eventId, { ...event, createdAtMs: nowMs })
  }
}

/** The production code's ports over one world at a time. What it asks the acquirer ends its run: that is a message then. */
export class Stage {
  readonly database = new FakeDatabase()
  readonly operations = new FakeOperations(this.database)
  readonly payments = new FakePayments(this.database, this.operations)
  readonly answers = new FakeAnswers(this.database)
  readonly ledger = new FakeLedger(this.database)
  readonly outbox = new ModelOutbox(this.database)
  #clock = new FakeClock(FAKE_NOW_MS)
  readonly #rows = new Map<string, Rows>()
  #asked: ((message: { call: Call; order: AcquirerOrder }) => void) | undefined

  /** A world in which nothing has happened yet. */
  empty(requests: readonly Request[], budget: Budget): World {
    this.database.restore(this.database.snapshot().map(() => new Map()))
    const actors = requests.map((request): Actor => ({ request, phase: 'ready' }))
    return { rows: this.rows(), nowMs: FAKE_NOW_MS, aheadMs: 0, acquirer: nothingKnown, messages: [], actors, budget }
  }

  enter(world: World): void {
    this.database.restore(world.rows.tables)
    this.#clock = new FakeClock(world.nowMs)
    this.#clock.advanceVirtual(world.aheadMs)
  }

  /** What is in the database now. */
  rows(): Rows {
    const tables = this.database.snapshot()
    const text = JSON.stringify(tables.map(table => [...table].sort(([a], [b]) => (a < b ? -1 : 1))))
    const known = this.#rows.get(text) ?? { id: this.#rows.size, tables }
    this.#rows.set(text, known)
    return known
  }

  get ports(): OperationPorts {
    const ask = (call: Call) => (order: AcquirerOrder) => {
      this.#asked?.({ call, order })
      return new Promise<never>(() => {})
    }
    return {
      transactions: this.database,
      payments: this.payments,
      operations: this.operations,
      answers: this.answers,
      ledger: this.ledger,
      outbox: this.outbox,
      acquirer: { mayTry: () => true, submit: ask('submit'), inquire: ask('inquire'), cancel: ask('cancel') },
      doorbell: new FakeDoorbell(),
      clock: this.#clock,
      ids: this.#ids,
      tracer: noTracer,
      observer: { decided: () => {} },
      policy: fakePolicy,
    }
  }

  /** Runs production code until it is done, or asks the acquirer. */
  async run<T>(
    work: (ports: OperationPorts) => Promise<T>,
  ): Promise<{ result: T } | { call: Call; order: AcquirerOrder }> {
    const asked = new Promise<{ call: Call; order: AcquirerOrder }>(resolve => {
      this.#asked = resolve
    })
    return Promise.race([work(this.ports).then(result => ({ result })), asked])
  }

  /** Ids that follow from what is in the tables, so that two ways to one state give the same rows. */
  get #ids(): OperationPorts['ids'] {
    const numbered = (prefix: string, table: { rows(): unknown[] }) => `${prefix}_${table.rows().length + 1}`
    let entries = 0
    return {
      payment: () => numbered('pay', this.payments.table),
      operation: () => numbered('op', this.operations.table),
      event: () => numbered('evt', this.outbox.table),
      entry: () => `led_${this.ledger.table.rows().length + ++entries}`,
    }
  }
}

export const modelCaller = (): Caller => ({ language: 'en', requestId: 'req' })

/** Two worlds with one fingerprint are the same. */
export function fingerprintOf({ rows, messages, ...rest }: World): string {
  const sorted = messages.map(message => JSON.stringify(message)).sort()
  return createHash('sha1')
    .update(JSON.stringify([rows.id, sorted, rest]))
    .digest('base64')
}
