/** The table `dispute`. */
import { type DisputeState, disputeStates } from '../contracts/lists.ts'
import type { Transaction } from '../payments/ports.ts'
import type { Dispute, DisputeReader, Disputes, OpenDisputes, Waiting } from '../settlement/ports.ts'
import type { Database } from './database.ts'
import { dateOrNull } from './days.ts'

interface DisputeRow {
  dispute_id: string
  source_id: string
  external_ref: string
  payment_id: string
  merchant_id: string
  currency: string
  amount: number
  fee: number
  state: DisputeState
  event_count: number
  opened_at: Date
  closed_at: Date | null
}

const COLUMNS = `dispute_id, source_id, external_ref, payment_id, merchant_id, currency, amount, fee, state, event_count, opened_at,
  closed_at`

const disputeOf = (row: DisputeRow): Dispute => ({
  disputeId: row.dispute_id,
  sourceId: row.source_id,
  externalRef: row.external_ref,
  paymentId: row.payment_id,
  merchantId: row.merchant_id,
  currency: row.currency,
  amountMinor: row.amount,
  feeMinor: row.fee,
  state: row.state,
  eventCount: row.event_count,
  openedAtMs: row.opened_at.getTime(),
  closedAtMs: row.closed_at?.getTime() ?? null,
})

type DisputeQuery = Parameters<DisputeReader['list']>[0]

/** The newest of one state. */
function newestOf({ merchantId, beforeDisputeId, limit }: Omit<DisputeQuery, 'paymentId'>, state: DisputeState) {
  const conditions = [
    ['state = ?', state] as const,
    ...(merchantId === undefined ? [] : [['merchant_id = ?', merchantId] as const]),
    ...(beforeDisputeId === undefined ? [] : [['dispute_id < ?', beforeDisputeId] as const]),
  ]
  const where = conditions.map(([condition]) => condition).join(' AND ')
  // By its estimates the server may read all of a state for those of one merchant.
  const index = merchantId === undefined ? 'dispute_by_state' : 'dispute_by_merchant'
  return {
    sql: `SELECT ${COLUMNS} FROM dispute FORCE INDEX (${index}) WHERE ${where} ORDER BY dispute_id DESC LIMIT ?`,
    values: [...conditions.map(([, value]) => value), limit],
  }
}

const newestFirst = (one: Dispute, other: Dispute): number => (one.disputeId < other.disputeId ? 1 : -1)

export class DisputeTable implements Disputes, DisputeReader, OpenDisputes {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async insert(tx: Transaction, dispute: Dispute): Promise<void> {
    const row = [
      ...[dispute.disputeId, dispute.sourceId, dispute.externalRef, dispute.paymentId, dispute.merchantId],
      ...[dispute.currency, dispute.amountMinor, dispute.feeMinor, dispute.state, dispute.eventCount],
      ...[new Date(dispute.openedAtMs), dateOrNull(dispute.closedAtMs)],
    ]
    this.#database.insertLater(`INSERT INTO dispute (${COLUMNS}) VALUES`, row, tx)
  }

  async lock(tx: Transaction, disputeId: string): Promise<Dispute | undefined> {
    const [dispute] = await this.#select('dispute_id = ? FOR UPDATE', [disputeId], tx)
    return dispute
  }

  lockByRefs(tx: Transaction, sourceId: string, externalRefs: readonly string[]): Promise<Dispute[]> {
    const ofRefs = 'source_id = ? AND external_ref IN (?) ORDER BY dispute_id FOR UPDATE'
    return this.#select(ofRefs, [sourceId, externalRefs], tx)
  }

  async update(tx: Transaction, { disputeId, state, eventCount, closedAtMs }: Dispute): Promise<void> {
    this.#database.writeLater(
      'UPDATE dispute SET state = ?, event_count = ?, closed_at = ? WHERE dispute_id = ?',
      [state, eventCount, dateOrNull(closedAtMs), disputeId],
      tx,
    )
  }

  async find(disputeId: string): Promise<Dispute | undefined> {
    const [dispute] = await this.#select('dispute_id = ?', [disputeId])
    return dispute
  }

  async list({ paymentId, ...query }: DisputeQuery): Promise<Dispute[]> {
    const { state, limit } = query
    if (paymentId !== undefined) return (await this.#ofPayment(paymentId, query)).sort(newestFirst).slice(0, limit)
    const states = state === undefined ? disputeStates : [state]
    // The indexes have the state first: all states are the newest of each. One statement: a dispute that is won meanwhile is there once.
    const parts = states.map(each => newestOf(query, each))
    const rows = await this.#database.select<DisputeRow>(
      `${parts.map(({ sql }) => `(${sql})`).join(' UNION ALL ')} ORDER BY dispute_id DESC LIMIT ?`,
      [...parts.flatMap(({ values }) => values), limit],
    )
    return rows.map(disputeOf)
  }

  /** A payment has few. Asked for in their order, they would be looked for among all of their state. */
  async #ofPayment(paymentId: string, { merchantId, state, beforeDisputeId }: Omit<DisputeQuery, 'paymentId'>) {
    const found = await this.#select('payment_id = ?', [paymentId])
    return found.filter(
      dispute =>
        (merchantId === undefined || dispute.merchantId === merchantId) &&
        (state === undefined || dispute.state === state) &&
        (beforeDisputeId === undefined || dispute.disputeId < beforeDisputeId),
    )
  }

  async open(): Promise<Waiting> {
    const sql = "SELECT COUNT(*) AS count, MIN(opened_at) AS since FROM dispute WHERE state = 'OPEN'"
    const [row] = await this.#database.select<{ count: number; since: Date | null }>(sql, [])
    return { count: row!.count, sinceMs: row!.since?.getTime() ?? null }
  }

  async #select(condition: string, values: Parameters<Database['select']>[1], tx?: Transaction): Promise<Dispute[]> {
    const sql = `SELECT ${COLUMNS} FROM dispute WHERE ${condition}`
    return (await this.#database.select<DisputeRow>(sql, values, tx)).map(disputeOf)
  }
}
