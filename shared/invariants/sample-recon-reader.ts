/** Reads sample rows of reconciliation as the SQL of `recon-reader.ts` reads the tables. For tests only. */
import { Balances } from './database-totals.ts'
import { type DisputeHistory, disputeExpectationKinds, disputeItemTypes } from './dispute-history.ts'
import type { DisputeOfPayment, ExpectationRow, ItemRow, PaymentHistory } from './payment-history.ts'
import {
  type AcquirerBatchHistory,
  type BreakHistory,
  type LineHistory,
  type ReconFileHistory,
  type ReconSums,
  SUSPENSE,
  type SubjectEntry,
} from './recon-history.ts'
import { APPROVER, type SampleRecon, type SampleRow } from './sample-recon.ts'
import {
  type BatchHistory,
  payableOf,
  RECEIVABLE,
  type SettlementSums,
  type SubjectEvent,
} from './settlement-history.ts'

const SETTLING = ['MATCHED', 'BROKEN']
const UNEXPECTED = ['DUPLICATE', 'MISSING_HERE', 'STATUS', 'CURRENCY', 'AMENDED', 'OVER_DISPUTED']

const sumOf = (amounts: number[]): number => amounts.reduce((sum, amount) => sum + amount, 0)
const inOrder = (one: string, other: string): number => (one < other ? -1 : 1)

/** The rows as they are when they are read: a test may have spoiled them. */
export class SampleReconReader {
  readonly #recon: SampleRecon
  readonly #expectations: readonly ExpectationRow[]

  constructor(recon: SampleRecon, expectations: readonly ExpectationRow[]) {
    this.#recon = recon
    this.#expectations = expectations
  }

  get #rows() {
    return this.#recon.rows
  }

  *files(): Generator<ReconFileHistory> {
    const closings = new Map<string, number>()
    const place = (row: SampleRow) => `${row.source_id} ${row.day} ${row.revision}`
    for (const row of this.#rows.recon_file.toSorted((one, other) => inOrder(place(one), place(other)))) {
      const source = this.#rows.recon_source.find(({ source_id }) => source_id === row.source_id)
      const totals = this.#rows.recon_file_total.filter(total => total.file_id === row.file_id)
      const previous = closings.get(row.source_id)
      for (const { closing } of totals) if (closing !== null) closings.set(row.source_id, closing)
      const [lines, events] = [this.#linesIn(row), this.#eventsOf(row.file_id)]
      yield {
        ...{
          fileId: row.file_id,
          sourceId: row.source_id,
          sourceKind: source?.kind ?? '',
          account: source?.account ?? null,
        },
        ...{ day: row.day, lineCount: row.line_count, matchedTo: row.matched_to, state: row.state },
        ...{ eventCount: row.event_count, isDone: row.done_at !== null, lines: sumsOf(lines, row.matched_to) },
        totals: totals.map(({ currency, line_count, net, opening, closing }) => ({
          ...{ currency, lineCount: line_count, net, opening, closing },
        })),
        settled: this.#settledBy(lines),
        allocated: source?.kind === 'bank' ? this.#allocatedBy(row) : [],
        previousClosing: new Map(previous === undefined ? [] : [['KRW', previous]]),
        ...{ events, entries: this.#entriesUnder(events.map(({ eventId }) => eventId)) },
      }
    }
  }

  #linesIn = ({ file_id }: SampleRow): SampleRow[] => this.#rows.recon_line.filter(line => line.file_id === file_id)

  #breaksOn = ({ file_id, line_no }: SampleRow): SampleRow[] =>
    this.#rows.recon_break.filter(each => each.file_id === file_id && each.line_no === line_no)

  #settledBy(lines: SampleRow[]) {
    const settling = lines.filter(
      line => line.expectation_id !== null && !this.#breaksOn(line).some(each => UNEXPECTED.includes(each.class)),
    )
    const expected = settling.flatMap(line => this.#expectation(line.expectation_id) ?? [])
    const [fee, vat] = [sumOf(expected.map(each => each.fee)), sumOf(expected.map(each => each.vat))]
    return settling.length === 0 ? [] : [{ currency: 'KRW', net: sumOf(settling.map(({ net }) => net)), fee, vat }]
  }

  #allocatedBy({ file_id }: SampleRow) {
    const own = this.#rows.recon_allocation.filter(
      each =>
        each.file_id === file_id &&
        ['batch', 'transfer'].includes(each.subject_kind) &&
        !this.#breaksOn(each).some(found => found.class === 'MISSING_HERE'),
    )
    return own.length === 0 ? [] : [{ currency: 'KRW', amount: sumOf(own.map(({ amount }) => amount)) }]
  }

  #expectation(id: string | null): ExpectationRow | undefined {
    return [...this.#expectations, ...this.#ownExpectations()].find(({ expectationId }) => expectationId === id)
  }

  *lines(): Generator<LineHistory> {
    for (const row of this.#rows.recon_line) {
      const source = this.#rows.recon_source.find(({ source_id }) => source_id === row.source_id)
      const found = this.#expectation(row.expectation_id)
      const { amount, fee, vat, net, currency, kind, state } = row
      yield {
        ...{ fileId: row.file_id, lineNo: row.line_no, sourceId: row.source_id, sourceKind: source?.kind ?? '', state },
        ...{ kind, matchKey: row.match_key, contentHash: row.content_hash, amount, fee, vat, net, currency },
        ...{ expectationId: row.expectation_id, expectation: found ? { ...found, sourceId: 'acquirer' } : null },
        allocations: this.#rows.recon_allocation
          .filter(each => each.file_id === row.file_id && each.line_no === row.line_no)
          .map(each => ({
            kind: each.subject_kind,
            subject: each.subject,
            currency: each.currency,
            amount: each.amount,
          })),
        breaks: this.#breaksOn(row).map(each => ({ breakId: each.break_id, class: each.class, booked: each.booked })),
        earlier: this.#rows.recon_line
          .filter(each => each.line_key === row.line_key && each.file_id < row.file_id && SETTLING.includes(each.state))
          .map(each => ({ contentHash: each.content_hash, net: each.net, isLater: false })),
      }
    }
  }

  *batches(): Generator<AcquirerBatchHistory> {
    for (const { source_id, batch_ref, currency, net, allocated, moved } of this.#rows.recon_batch) {
      const lines = this.#rows.recon_line.filter(line => line.batch_ref === batch_ref && SETTLING.includes(line.state))
      const paid = this.#rows.recon_allocation.filter(
        each => each.subject_kind === 'batch' && each.subject === batch_ref,
      )
      yield {
        ...{ sourceId: source_id, batchRef: batch_ref, currency, row: { net, allocated, moved } },
        linesNet: BigInt(sumOf(lines.map(line => this.#bookedBy(line)))),
        allocated: BigInt(sumOf(paid.map(({ amount }) => amount))),
      }
    }
  }

  #bookedBy(line: SampleRow): number {
    const amended = this.#breaksOn(line).find(each => each.class === 'AMENDED')
    return amended ? -amended.booked : line.net
  }

  *breaks(): Generator<BreakHistory> {
    for (const row of this.#rows.recon_break) {
      const actions = this.#rows.recon_break_action.filter(({ break_id }) => break_id === row.break_id)
      const events = this.#eventsOf(row.break_id)
      const own = new Set([
        ...events.map(({ eventId }) => eventId),
        ...actions.flatMap(({ event_id }) => event_id ?? []),
      ])
      const isOwn = ({ eventId }: { eventId: string }) => own.has(eventId)
      const acted = this.#recon.acted.filter(({ subject }) => subject === row.break_id)
      yield {
        break: breakOf(row),
        ...{ actions: actions.map(actionOf), events, hasSubject: this.#hasSubject(row) },
        entries: this.#entriesUnder([...own]).filter(({ subjectId }) => subjectId === row.break_id),
        corrections: this.#corrections().filter(isOwn),
        corrected: new Map(this.#corrections().map(each => [each.expectationId, each])),
        items: this.#rows.settlement_item
          .map(itemOf)
          .filter(item => events.some(({ eventId }) => item.eventId === eventId)),
        audited: acted.map(({ actor }) => ({ actor, role: actor === APPROVER ? 'approver' : 'operator' })),
      }
    }
  }

  #hasSubject({ subject, file_id, line_no }: SampleRow): boolean {
    const { recon_line, recon_batch } = this.#rows
    return (
      recon_line.some(line => line.file_id === file_id && line.line_no === line_no) ||
      recon_batch.some(batch => subject === `${batch.source_id}:${batch.batch_ref}:${batch.currency}`) ||
      this.#expectation(subject) !== undefined
    )
  }

  #corrections(): ExpectationRow[] {
    return this.#ownExpectations().filter(({ kind }) => kind === 'correction')
  }

  /** Those that are not of captures and refunds. */
  #ownExpectations(): ExpectationRow[] {
    return this.#rows.recon_expectation.map(row => {
      const named = {
        expectationId: row.expectation_id,
        matchKey: row.match_key,
        kind: row.kind,
        eventId: row.event_id,
      }
      const { amount, fee, vat, currency, state } = row
      const expected = { ...named, amount, fee, vat, currency, state }
      return { ...expected, settlers: this.settlersOf(expected) }
    })
  }

  *disputes(payments: readonly PaymentHistory[]): Generator<DisputeHistory> {
    for (const row of this.#rows.dispute) {
      const events = this.#eventsOf(row.dispute_id)
      const isOwn = (eventId: string) => events.some(each => each.eventId === eventId)
      const { payment } = payments.find(({ paymentId }) => paymentId === row.payment_id) ?? { payment: null }
      yield {
        ...{ disputeId: row.dispute_id, sourceId: row.source_id, externalRef: row.external_ref },
        ...{ paymentId: row.payment_id, merchantId: row.merchant_id, currency: row.currency, amount: row.amount },
        ...{ fee: row.fee, state: row.state, isClosed: row.closed_at !== null, eventCount: row.event_count },
        ...{ payment, operation: operationNamed(row.external_ref, payments), terms: termsOf(row), events },
        entries: this.#entriesUnder(events.map(({ eventId }) => eventId)),
        items: this.#rows.settlement_item
          .filter(({ event_id }) => isOwn(event_id))
          .map(item => ({ ...itemOf(item), paymentId: item.payment_id })),
        expectations: this.#ownExpectations()
          .filter(({ eventId }) => isOwn(eventId))
          .map(each => ({ ...each, sourceId: 'acquirer' })),
        givenUp: this.#recon.givenUp.filter(disputeId => disputeId === row.dispute_id).length,
      }
    }
  }

  disputesOf(payment: string): DisputeOfPayment[] {
    const own = this.#rows.dispute.filter(({ payment_id }) => payment_id === payment)
    return own.map(({ dispute_id, amount, state }) => ({ disputeId: dispute_id, amount, state }))
  }

  #approvalsOf = (expectationId: string): number =>
    this.#rows.recon_break_action.filter(
      ({ action, account, target }) => action === 'approve' && account === RECEIVABLE && target === expectationId,
    ).length

  /** What settled the expectations of payments, and misses them. */
  settlersOf({ expectationId, matchKey, kind }: Omit<ExpectationRow, 'settlers'>): ExpectationRow['settlers'] {
    const name = `${kind} ${matchKey}`
    const named = (line: SampleRow) => `${line.kind} ${line.match_key}`
    const missing = this.#rows.recon_break.filter(
      each => each.class === 'MISSING_THERE' && each.expectation_id === expectationId,
    )
    const isGivenUp = ({ break_id }: SampleRow) =>
      this.#rows.recon_break_action.some(each => each.break_id === break_id && each.action === 'give_up')
    return {
      lines: this.#rows.recon_line.filter(line => line.expectation_id === expectationId && named(line) === name).length,
      givenUp: missing.filter(isGivenUp).length,
      approved: this.#approvalsOf(expectationId),
      missing: missing.filter(each => each.closed_at === null && !isGivenUp(each)).length,
    }
  }

  sums(): ReconSums {
    const settledCharges = new Balances()
    for (const { fee, vat, currency, state, settlers } of [...this.#expectations, ...this.#ownExpectations()]) {
      if (state !== 'SETTLED' || settlers.givenUp > 0) continue
      settledCharges.add('acquirer_fee', currency, fee)
      settledCharges.add('vat_receivable', currency, vat)
    }
    const transfers = this.#rows.recon_allocation.filter(({ subject_kind }) => subject_kind === 'transfer')
    const openTransfers = [...Map.groupBy(transfers, ({ subject }) => String(subject))].map(([reference, own]) => ({
      ...{ reference, currency: 'KRW', lines: own.length, amount: BigInt(sumOf(own.map(({ amount }) => amount))) },
    }))
    const onSuspense = this.#rows.ledger_entry.filter(
      ({ debit_account, credit_account }) => debit_account === SUSPENSE || credit_account === SUSPENSE,
    )
    return { settledCharges, openTransfers, suspenseEntryCount: onSuspense.length }
  }

  /** Batches of merchants that are paid, with their payouts. */
  *settlementBatches(): Generator<BatchHistory> {
    for (const row of this.#rows.settlement_batch) {
      const items = this.#rows.settlement_item.filter(({ batch_id }) => batch_id === row.batch_id)
      const payouts = this.#rows.payout.filter(({ batch_id }) => batch_id === row.batch_id)
      const { merchant_id: merchantId, currency, state } = row
      yield {
        batch: { batchId: row.batch_id, merchantId, currency, state, itemCount: row.item_count, net: row.net },
        items: { count: items.length, net: sumOf(items.map(({ net }) => net)), carriedOut: 0, carryOutCount: 0 },
        carried: [],
        payouts: payouts.map(payout => this.#payoutOf(payout)),
        events: [row.batch_id, ...payouts.map(({ payout_id }) => payout_id)].flatMap(id => this.#eventsOf(id)),
      }
    }
  }

  #payoutOf(row: SampleRow): BatchHistory['payouts'][number] {
    const eventIds = this.#eventsOf(row.payout_id).map(({ eventId }) => eventId)
    return {
      ...{ payoutId: row.payout_id, attempt: row.attempt, merchantId: row.merchant_id, amount: row.amount },
      ...{ currency: row.currency, state: row.state, entries: this.#entriesUnder(eventIds) },
      lines: this.#rows.recon_allocation
        .filter(({ subject }) => subject === row.payout_id)
        .map(each => ({
          ...{ kind: each.subject_kind, amount: each.amount, currency: each.currency, account: 'cash' },
          booked: sumOf(this.#breaksOn(each).map(({ booked }) => booked)),
        })),
      items: this.#rows.settlement_item.filter(({ event_id }) => eventIds.includes(event_id)).map(itemOf),
    }
  }

  /** What it adds to what settlement holds by itself. */
  addedTo({ openItems, expected, moved, entryCount, itemCount }: SettlementSums): SettlementSums {
    const all = { openItems: new Balances(), expected: new Balances(), moved: new Balances() }
    for (const [into, from] of [
      [all.openItems, openItems],
      [all.expected, expected],
      [all.moved, moved],
    ] as const)
      for (const { account, currency, amountMinor } of from) into.add(account, currency, amountMinor)
    for (const { merchant_id, currency, net, batch_id } of this.#rows.settlement_item)
      if (batch_id === null) all.openItems.add(payableOf(merchant_id), currency, net)
    for (const { state, amount, currency } of this.#ownExpectations())
      if (state !== 'SETTLED') all.expected.add(RECEIVABLE, currency, amount)
    for (const { debit_account, credit_account, currency, amount } of this.#rows.ledger_entry) {
      all.moved.add(debit_account, currency, amount)
      all.moved.add(credit_account, currency, -amount)
    }
    const own = this.#rows.settlement_item.filter(({ payment_id }) => payment_id === null)
    const counts = { entryCount: entryCount + this.#rows.ledger_entry.length, itemCount: itemCount + own.length }
    return { ...all, ...counts, ...this.#countsOfDisputes() }
  }

  #countsOfDisputes() {
    const isOf = (words: readonly string[], word: string) => words.includes(word)
    return {
      disputeItemCount: this.#rows.settlement_item.filter(({ type }) => isOf(disputeItemTypes, type)).length,
      disputeExpectationCount: this.#rows.recon_expectation.filter(({ kind }) => isOf(disputeExpectationKinds, kind))
        .length,
    }
  }

  #eventsOf = (subject: string): SubjectEvent[] =>
    this.#rows.outbox_event
      .filter(({ message_key }) => message_key === subject)
      .map(({ event_id, topic, sequence, published_at }) => ({
        ...{ eventId: event_id, topic, subjectId: subject, sequence, createdAtMs: 0 },
        publishedAtMs: published_at === null ? null : 1,
      }))

  #entriesUnder = (eventIds: string[]): SubjectEntry[] =>
    this.#rows.ledger_entry
      .filter(({ event_id }) => eventIds.includes(event_id))
      .map(row => ({
        ...{ entryId: row.entry_id, eventId: row.event_id, type: row.entry_type, subjectId: row.subject_id },
        ...{ debitAccount: row.debit_account, creditAccount: row.credit_account },
        ...{ amount: row.amount, currency: row.currency },
      }))
}

const sumsOf = (lines: SampleRow[], matchedTo: number): ReconFileHistory['lines'] =>
  [...Map.groupBy(lines, ({ state }) => String(state))].map(([state, own]) => ({
    ...{ currency: 'KRW', state, count: own.length, net: sumOf(own.map(({ net }) => net)) },
    passed: own.filter(({ line_no }) => line_no <= matchedTo).length,
    lastLine: Math.max(...own.map(({ line_no }) => line_no)),
  }))

/** Of merchants without terms of their own. */
const termsOf = ({ source_id }: SampleRow) => ({ fee: null, acquirerFee: source_id === 'acquirer' ? 1_000 : null })

function operationNamed(operationId: string, payments: readonly PaymentHistory[]) {
  const found = payments.flatMap(({ operations, paymentId }) => operations.map(each => ({ ...each, paymentId })))
  return found.find(each => each.operationId === operationId) ?? null
}

const itemOf = (row: SampleRow): ItemRow & { batchId: string | null } => ({
  ...{ itemId: row.item_id, merchantId: row.merchant_id, currency: row.currency, eventId: row.event_id },
  ...{ type: row.type, gross: row.gross, net: row.net, batchId: row.batch_id },
})

const breakOf = (row: SampleRow): BreakHistory['break'] => ({
  ...{ breakId: row.break_id, subject: row.subject, class: row.class, sourceId: row.source_id, fileId: row.file_id },
  ...{ lineNo: row.line_no, batchRef: row.batch_ref, booked: row.booked, remaining: row.remaining },
  ...{ currency: row.currency, isClosed: row.closed_at !== null, state: row.state, version: row.version },
  eventCount: row.event_count,
})

const actionOf = (row: SampleRow): BreakHistory['actions'][number] => ({
  ...{ sequence: row.sequence, actor: row.actor, action: row.action, account: row.account, target: row.target },
  ...{ amount: row.amount, reason: row.reason, eventId: row.event_id },
})
