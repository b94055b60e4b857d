/** The ledger entry by entry against the operations, and its balances against the acquirer's journal. */
import type { EntryType, OperationKind } from '../../../../shared/contracts/lists.ts'
import { type Books, feeOf, type Moment } from './books.ts'

const RECEIVABLE = 'acquirer_receivable'
const REVENUE = 'fee_revenue'
const payableOf = (merchantId: string): string => `merchant_payable:${merchantId}`

/** Exactly the entries of the captures, the refunds and their fees, each under the event of its step. */
export function entryProblems(books: Books): string[] {
  const found = countsOf(
    books.facts.entries.map(({ paymentId, eventId, type, debit, credit, amount, currency }) =>
      [paymentId, eventId, type, debit, credit, amount, currency].join(' '),
    ),
  )
  const expected = countsOf([...books.moments.values()].flat().flatMap(moment => entriesOf(books, moment)))
  return [...new Set([...found.keys(), ...expected.keys()])].flatMap(entry => {
    const [is, wanted] = [found.get(entry) ?? 0, expected.get(entry) ?? 0]
    return is === wanted ? [] : [`ledger: ${is} times instead of ${wanted}: ${entry}`]
  })
}

function countsOf(texts: string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return counts
}

function entriesOf({ outboxOf, payments }: Books, { operation, event }: Moment): string[] {
  const { operationId, paymentId, amount, currency, kind, state } = operation
  if (state !== 'SUCCEEDED') return []
  const payable = payableOf(payments.get(paymentId)!.merchantId)
  const eventId = outboxOf.get(operationId)?.[0]?.eventId
  const entry = (type: EntryType, debit: string, credit: string, moved: number) =>
    moved === 0 ? [] : [[paymentId, eventId, type, debit, credit, moved, currency].join(' ')]
  if (kind === 'capture')
    return [...entry('capture', RECEIVABLE, payable, amount), ...entry('fee', payable, REVENUE, event?.fee ?? 0)]
  return kind === 'refund' ? entry('refund', payable, RECEIVABLE, amount) : []
}

/** What each kind of approved operation adds to. */
const totalOf: Record<OperationKind, 'captured' | 'refunded' | null> = {
  authorize: null,
  capture: 'captured',
  refund: 'refunded',
  void: null,
  expire: null,
}

/** Receivables by the journal alone, fees by the total that the journal says was captured of each payment. */
export function balanceProblems(books: Books): string[] {
  const found = new Balances()
  for (const { debit, credit, amount, currency } of books.facts.entries) found.move(debit, credit, amount, currency)
  const expected = new Balances()
  const captured = new Map<string, number>()
  for (const { operationId, order, state } of books.decisions.values()) {
    const payment = books.payments.get(books.operations.get(order?.authorizationId ?? operationId)?.paymentId ?? '')
    if (state !== 'APPROVED' || !order || !payment) continue
    const payable = payableOf(payment.merchantId)
    const total = totalOf[order.kind]
    if (total === 'captured') {
      expected.move(RECEIVABLE, payable, order.amount, order.currency)
      captured.set(payment.paymentId, (captured.get(payment.paymentId) ?? 0) + order.amount)
    }
    if (total === 'refunded') expected.move(payable, RECEIVABLE, order.amount, order.currency)
  }
  for (const [paymentId, amount] of captured) {
    const payment = books.payments.get(paymentId)!
    expected.move(payableOf(payment.merchantId), REVENUE, feeOf(payment, amount), payment.currency)
  }
  return found.differencesTo(expected)
}

/** Debits less credits, by account and currency. */
class Balances {
  readonly #totals = new Map<string, number>()

  move(debit: string, credit: string, amount: number, currency: string): void {
    this.#add(`${debit} ${currency}`, amount)
    this.#add(`${credit} ${currency}`, -amount)
  }

  differencesTo(expected: Balances): string[] {
    const accounts = new Set([...this.#totals.keys(), ...expected.#totals.keys()])
    return [...accounts].flatMap(account => {
      const [is, wanted] = [this.#totals.get(account) ?? 0, expected.#totals.get(account) ?? 0]
      return is === wanted ? [] : [`balance of ${account}: ${is}, by the acquirer's journal ${wanted}`]
    })
  }

  #add(account: string, amount: number): void {
    this.#totals.set(account, (this.#totals.get(account) ?? 0) + amount)
  }
}
