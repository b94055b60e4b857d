/** What the acquirer's journal says, as the invariants compare it with the database: every decision, and what became of each hold. */
import type { DecisionState, JournalEntry } from '../contracts/acquirer.ts'
import type { OperationKind } from '../contracts/lists.ts'
import type { OperationRow, PaymentHistory } from './payment-history.ts'

export interface Decision {
  state: DecisionState
  /** Null, like the currency, when it was canceled before anybody had asked for it. */
  kind: OperationKind | null
  /** Minor units. */
  amount: number
  currency: string | null
}

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

interface Account {
  captured: number
  refunded: number
  /** Released, or captured for the last time. */
  closed: boolean
}

interface Kept extends Decision {
  met: boolean
  /** In the part that was read after the database. */
  isNewer: boolean
  /** Of an approved authorization. */
  account: Account | null
  /** Of an approved order on a hold; an approved authorization is its own. */
  hold: Kept | null
  /** Whether an approval of the second part changed the hold. */
  isMoving: boolean
}

type DecisionEntry = Extract<JournalEntry, { type: 'decision' }>
type Order = NonNullable<DecisionEntry['order']>

/** The journal in memory, about 180 bytes a decision. Entries come in the order of the journal. */
export class JournalFacts implements AcquirerFacts {
  readonly #decisions = new Map<string, Kept>()
  readonly overdrafts: Overdraft[] = []
  beganAtMs: number | null = null
  ordersOfHolds = 0
  #isSecondPart = false

  get decisions(): number {
    return this.#decisions.size
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
    const isApproved = state === 'APPROVED'
    const kept: Kept = {
      state,
      kind: order?.kind ?? null,
      amount: order?.amount ?? 0,
      currency: order?.currency ?? null,
      met: false,
      isNewer: this.#isSecondPart,
      account: isApproved && order?.kind === 'authorize' ? { captured: 0, refunded: 0, closed: false } : null,
      hold: null,
      isMoving: false,
    }
    if (kept.account) kept.hold = kept
    this.#decisions.set(operationId, kept)
    if (isApproved && order !== null && order.authorizationId !== null)
      kept.hold = this.#apply(operationId, order, order.authorizationId)
  }

  /** Returns the hold; null when there is none. */
  #apply(operationId: string, order: Order, authorizationId: string): Kept | null {
    const hold = this.#decisions.get(authorizationId)
    this.ordersOfHolds++
    const problem = overdraftOf(order, hold)
    if (problem !== undefined) this.overdrafts.push({ operationId, problem: `${problem} (${authorizationId})` })
    if (!hold?.account) return null
    hold.isMoving ||= this.#isSecondPart
    move(hold.account, order)
    return hold
  }

  meet(operationId: string): Decision | null {
    const kept = this.#decisions.get(operationId)
    if (!kept) return null
    kept.met = true
    return kept
  }

  holdOf(authorizationId: string): Hold | null {
    const hold = this.#decisions.get(authorizationId)
    if (!hold?.account || hold.isMoving) return null
    const { captured, refunded } = hold.account
    return { amount: hold.amount, captured, refunded, open: isOpen(hold) }
  }

  *unmet(): Generator<Decision & { operationId: string }> {
    const kept: [operationId: string, decision: Kept][] = []
    for (const entry of this.#decisions) if (entry[1].state === 'APPROVED' && !entry[1].met) kept.push(entry)
    const netsMinor = new Map<Kept | null, number>()
    for (const [, each] of kept) netsMinor.set(each.hold, (netsMinor.get(each.hold) ?? 0) + takenBy(each))
    for (const [operationId, each] of kept)
      if (!each.isNewer && !isUndone(each, netsMinor.get(each.hold)!)) yield { ...each, operationId }
  }
}

const isOpen = ({ account, amount }: Kept): boolean => !account!.closed && account!.captured < amount

/** What an order took from the buyer, in minor units. */
const takenBy = ({ kind, amount }: Kept): number => (kind === 'capture' ? amount : kind === 'refund' ? -amount : 0)

/** `netMinor`: what all orders on its hold took that nobody has met. A hold that nobody has met must be released, too. */
function isUndone({ kind, hold }: Kept, netMinor: number): boolean {
  if (hold === null || netMinor !== 0) return false
  return hold.met ? kind === 'capture' || kind === 'refund' : !isOpen(hold)
}

/** What an approved order may not do to its hold, in words; undefined when it may. Releasing what is not held moves no money. */
function overdraftOf(order: Order, hold: Kept | undefined): string | undefined {
  switch (order.kind) {
    case 'authorize':
    case 'void':
    case 'expire':
      return undefined
    case 'capture':
      return unheld(order, hold) ?? captureProblem(order.amount, hold!)
    case 'refund':
      return unheld(order, hold) ?? refundProblem(order.amount, hold!.account!)
  }
}

function unheld({ kind, currency }: Order, hold: Kept | undefined): string | undefined {
  if (!hold?.account) return `${kind} of money that is not held`
  return hold.currency === currency ? undefined : `${kind} in ${currency} of a hold in ${hold.currency}`
}

function captureProblem(amount: number, { account, amount: held }: Kept): string | undefined {
  const { captured, closed } = account!
  if (closed) return `captured ${amount} of a hold that was released or captured for the last time`
  return captured + amount > held ? `captured ${captured} and ${amount} of a hold of ${held}` : undefined
}

const refundProblem = (amount: number, { captured, refunded }: Account): string | undefined =>
  refunded + amount > captured ? `refunded ${refunded} and ${amount} of ${captured} captured` : undefined

function move(account: Account, { kind, amount, finalCapture }: Order): void {
  switch (kind) {
    case 'authorize':
      return
    case 'capture':
      account.captured += amount
      account.closed ||= finalCapture === true
      return
    case 'refund':
      account.refunded += amount
      return
    case 'void':
    case 'expire':
      account.closed = true
      return
  }
}
