/** What the acquirer's journal says, as the invariants compare it with the database: every decision, and what became of each hold. */
import type { JournalEntry } from '../contracts/acquirer.ts'
import { type Decision, DecisionTable, NO_ROW } from './decision-table.ts'
import type { OperationRow, PaymentHistory } from './payment-history.ts'

/** What the approved orders of one authorization come to, in minor units. */
export interface Hold {
  amount: number
  captured: number
  refunded: number
  /** Something of it can still be captured. */
  open: boolean
}

export interface DecidedOperation extends OperationRow {
  /** Null when the journal does not have it. */
  decision: Decision | null
}

/** One payment with what the acquirer decided about it. */
export interface DecidedHistory extends PaymentHistory {
  operations: DecidedOperation[]
  /** Null without an approved authorization, and when an order that is newer than the database changed it. */
  hold: Hold | null
}

/** An approval that its hold did not allow. */
export interface Overdraft {
  operationId: string
  problem: string
}

/** Read in two parts: up to its end, then the database, then the rest. So it has a decision for all that the database calls finished. */
export interface AcquirerFacts {
  /** What was decided about this operation. Notes that the database has it. */
  meet(operationId: string): Decision | null
  /** The hold that this authorize operation made; see DecidedHistory. */
  holdOf(authorizationId: string): Hold | null
  /**
   * Approvals of the first part that nobody has met, but for those that were undone: they move and hold no money any more.
   * An operation is committed before the acquirer is asked.
   */
  unmet(): Iterable<Decision & { operationId: string }>
  /** When the first decision was made, in virtual time; null while there is none. */
  beganAtMs: number | null
  /** Approved orders on holds, and those that their hold did not allow. */
  ordersOfHolds: number
  overdrafts: readonly Overdraft[]
}

/** An approved authorization, and what its orders have made of it. In minor units. */
interface Account extends Pick<Decision, 'amount' | 'currency'> {
  captured: number
  refunded: number
  /** Released, or captured for the last time. */
  closed: boolean
}

/** Flags of a decision. */
const MET = 1
/** In the part that was read after the database. */
const NEWER = 2
/** An approved authorization. */
const HOLD = 4
/** Of a hold: see Account. */
const CLOSED = 8
/** Of a hold: an approval of the second part changed it. */
const MOVING = 16

type DecisionEntry = Extract<JournalEntry, { type: 'decision' }>
type Order = NonNullable<DecisionEntry['order']>

/** The journal in memory. Entries come in the order of the journal. */
export class JournalFacts implements AcquirerFacts {
  readonly #table = new DecisionTable()
  readonly overdrafts: Overdraft[] = []
  beganAtMs: number | null = null
  ordersOfHolds = 0
  #isSecondPart = false

  get decisions(): number {
    return this.#table.size
  }

  /** From here on entries are newer than the database. */
  databaseWasRead(): void {
    this.#isSecondPart = true
  }

  add(entries: readonly JournalEntry[]): void {
    for (const entry of entries) if (entry.type === 'decision') this.#addDecision(entry)
  }

  #addDecision({ operationId, order, state, decidedAt }: DecisionEntry): void {
    this.beganAtMs ??= Date.parse(decidedAt)
    const { kind = null, amount = 0, currency = null } = order ?? {}
    const row = this.#table.set(operationId, { state, kind, amount, currency })
    if (this.#isSecondPart) this.#mark(row, NEWER)
    if (state !== 'APPROVED' || order === null) return
    if (kind === 'authorize') {
      this.#mark(row, HOLD)
      this.#table.columns.holds[row] = row
    }
    if (order.authorizationId !== null)
      this.#table.columns.holds[row] = this.#apply(operationId, order, order.authorizationId)
  }

  /** Returns the hold; NO_ROW when there is none. */
  #apply(operationId: string, order: Order, authorizationId: string): number {
    const row = this.#table.find(authorizationId)
    const hold = this.#accountOf(row)
    this.ordersOfHolds++
    const problem = overdraftOf(order, hold)
    if (problem !== undefined) this.overdrafts.push({ operationId, problem: `${problem} (${authorizationId})` })
    if (hold === undefined) return NO_ROW
    if (this.#isSecondPart) this.#mark(row, MOVING)
    const { captured, refunded, closed } = movedBy(order, hold)
    this.#table.columns.captured[row] = captured
    this.#table.columns.refunded[row] = refunded
    if (closed) this.#mark(row, CLOSED)
    return row
  }

  #mark(row: number, flag: number): void {
    this.#table.columns.flags[row]! |= flag
  }

  #is(row: number, flag: number): boolean {
    return row !== NO_ROW && (this.#table.columns.flags[row]! & flag) !== 0
  }

  #accountOf(row: number): Account | undefined {
    if (!this.#is(row, HOLD)) return undefined
    const { amount, currency } = this.#table.decisionAt(row)
    const { captured, refunded } = this.#table.columns
    return { amount, currency, captured: captured[row]!, refunded: refunded[row]!, closed: this.#is(row, CLOSED) }
  }

  meet(operationId: string): Decision | null {
    const row = this.#table.find(operationId)
    if (row === NO_ROW) return null
    this.#mark(row, MET)
    return this.#table.decisionAt(row)
  }

  holdOf(authorizationId: string): Hold | null {
    const row = this.#table.find(authorizationId)
    const hold = this.#is(row, MOVING) ? undefined : this.#accountOf(row)
    return hold === undefined
      ? null
      : { amount: hold.amount, captured: hold.captured, refunded: hold.refunded, open: isOpen(hold) }
  }

  *unmet(): Generator<Decision & { operationId: string }> {
    const { holds } = this.#table.columns
    const rows: number[] = []
    for (let row = 0; row < this.#table.size; row++)
      if (!this.#is(row, MET) && this.#table.decisionAt(row).state === 'APPROVED') rows.push(row)
    const netsMinor = new Map<number, number>()
    for (const row of rows)
      netsMinor.set(holds[row]!, (netsMinor.get(holds[row]!) ?? 0) + takenBy(this.#table.decisionAt(row)))
    for (const row of rows)
      if (!this.#is(row, NEWER) && !this.#isUndone(row, netsMinor.get(holds[row]!)!)) yield this.#table.decisionAt(row)
  }

  /** `netMinor`: what all orders on its hold took that nobody has met. A hold that nobody has met must be released, too. */
  #isUndone(row: number, netMinor: number): boolean {
    const holdRow = this.#table.columns.holds[row]!
    if (holdRow === NO_ROW || netMinor !== 0) return false
    const { kind } = this.#table.decisionAt(row)
    return this.#is(holdRow, MET) ? kind === 'capture' || kind === 'refund' : !isOpen(this.#accountOf(holdRow)!)
  }
}

const isOpen = ({ closed, captured, amount }: Account): boolean => !closed && captured < amount

/** What an order took from the buyer, in minor units. */
const takenBy = ({ kind, amount }: Decision): number => (kind === 'capture' ? amount : kind === 'refund' ? -amount : 0)

/** What an approved order may not do to its hold, in words; undefined when it may. Releasing what is not held moves no money. */
function overdraftOf(order: Order, hold: Account | undefined): string | undefined {
  switch (order.kind) {
    case 'authorize':
    case 'void':
    case 'expire':
      return undefined
    case 'capture':
      return unheld(order, hold) ?? captureProblem(order.amount, hold!)
    case 'refund':
      return unheld(order, hold) ?? refundProblem(order.amount, hold!)
  }
}

function unheld({ kind, currency }: Order, hold: Account | undefined): string | undefined {
  if (hold === undefined) return `${kind} of money that is not held`
  return hold.currency === currency ? undefined : `${kind} in ${currency} of a hold in ${hold.currency}`
}

function captureProblem(amount: number, { captured, closed, amount: held }: Account): string | undefined {
  if (closed) return `captured ${amount} of a hold that was released or captured for the last time`
  return captured + amount > held ? `captured ${captured} and ${amount} of a hold of ${held}` : undefined
}

const refundProblem = (amount: number, { captured, refunded }: Account): string | undefined =>
  refunded + amount > captured ? `refunded ${refunded} and ${amount} of ${captured} captured` : undefined

function movedBy({ kind, amount, finalCapture }: Order, account: Account): Account {
  switch (kind) {
    case 'authorize':
      return account
    case 'capture':
      return { ...account, captured: account.captured + amount, closed: account.closed || finalCapture === true }
    case 'refund':
      return { ...account, refunded: account.refunded + amount }
    case 'void':
    case 'expire':
      return { ...account, closed: true }
  }
}
