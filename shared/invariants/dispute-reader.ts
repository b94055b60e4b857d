/** The SQL of the invariants of disputes, a page at a time. Never writes, never locks. */
import { EXPECTATIONS, expectationOf, type Query } from './database-reader.ts'
import type { DisputeHistory } from './dispute-history.ts'
import { pagesOf, readSteps, rowsUnder } from './subject-steps.ts'

// biome-ignore lint/suspicious/noExplicitAny: what a column holds is said by the migrations.
type Row = Record<string, any>

const DISPUTES = `SELECT d.*, p.merchant_id AS p_merchant_id, p.currency AS p_currency,
  o.payment_id AS o_payment_id, o.kind AS o_kind, o.state AS o_state,
  (SELECT t.dispute_fee FROM settlement_terms t WHERE t.merchant_id = d.merchant_id AND t.currency = d.currency
    AND t.valid_from <= d.opened_at ORDER BY t.valid_from DESC LIMIT 1) AS terms_fee,
  (SELECT a.dispute_fee FROM acquirer_terms a WHERE a.source_id = d.source_id AND a.valid_from <= d.opened_at
    ORDER BY a.valid_from DESC LIMIT 1) AS acquirer_fee
  FROM dispute d LEFT JOIN payment p ON p.payment_id = d.payment_id
  LEFT JOIN payment_operation o ON o.operation_id = d.external_ref`

const GIVEN_UP = `SELECT subject, COUNT(*) AS count FROM audit_log WHERE action = 'dispute.lost' AND subject IN (?) GROUP BY subject`

export class DisputeReader {
  readonly #query: Query

  constructor(query: Query) {
    this.#query = query
  }

  async *disputes(): AsyncGenerator<DisputeHistory> {
    for await (const rows of pagesOf(this.#query, DISPUTES, 'd.dispute_id')) yield* await this.#historiesOf(rows)
  }

  async #historiesOf(rows: Row[]): Promise<DisputeHistory[]> {
    const ids = rows.map(row => String(row.dispute_id))
    const stepsOf = await readSteps(this.#query, ids)
    const eventIds = ids.flatMap(id => stepsOf(id).events.map(({ eventId }) => eventId))
    const expectations = await rowsUnder(this.#query, `${EXPECTATIONS} WHERE`, eventIds)
    const audited = await this.#query(GIVEN_UP, [ids])
    return rows.map(row => {
      const steps = stepsOf(row.dispute_id)
      const expected = steps.events.flatMap(({ eventId }) => expectations.get(eventId) ?? [])
      return {
        ...disputeOf(row),
        ...steps,
        expectations: expected.map(each => ({ ...expectationOf(each), sourceId: each.source_id })),
        givenUp: Number(audited.find(({ subject }) => subject === row.dispute_id)?.count ?? 0),
      }
    })
  }
}

const disputeOf = (row: Row) => ({
  disputeId: row.dispute_id,
  sourceId: row.source_id,
  externalRef: row.external_ref,
  paymentId: row.payment_id,
  merchantId: row.merchant_id,
  currency: row.currency,
  amount: row.amount,
  fee: row.fee,
  state: row.state,
  isClosed: row.closed_at !== null,
  eventCount: row.event_count,
  payment: row.p_merchant_id && { merchantId: row.p_merchant_id, currency: row.p_currency },
  operation: row.o_kind && { paymentId: row.o_payment_id, kind: row.o_kind, state: row.o_state },
  terms: { fee: row.terms_fee, acquirerFee: row.acquirer_fee },
})
