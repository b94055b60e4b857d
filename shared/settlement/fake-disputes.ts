/** The ports of disputes for tests, over tables in memory that refuse what the real ones refuse. */
import { type FakeDatabase, Table } from '../payments/fake-store.ts'
import { checkTotals, type FakeLedger, type FakeOperations, type FakePayments } from '../payments/fake-tables.ts'
import { RowRefusedError, type Transaction } from '../payments/ports.ts'
import type { Dispute, DisputedCapture, DisputedPayments, Disputes } from './ports.ts'

export class FakeDisputes implements Disputes {
  readonly table: Table<Dispute>
  readonly #once: Table<string>

  constructor(db: FakeDatabase) {
    this.table = new Table(db)
    this.#once = new Table(db)
  }

  async insert(tx: Transaction, dispute: Dispute): Promise<void> {
    checkDispute(dispute)
    await this.table.insert(tx, dispute.disputeId, dispute)
    await this.#once.insert(tx, `${dispute.sourceId} ${dispute.externalRef}`, dispute.disputeId)
  }

  lock(tx: Transaction, disputeId: string): Promise<Dispute | undefined> {
    return this.table.lock(tx, disputeId)
  }

  async lockByRefs(tx: Transaction, sourceId: string, externalRefs: readonly string[]): Promise<Dispute[]> {
    const isMeant = (row: Dispute) => row.sourceId === sourceId && externalRefs.includes(row.externalRef)
    const ids = (await this.table.filter(tx, isMeant)).map(({ disputeId }) => disputeId).sort()
    const locked: Dispute[] = []
    for (const id of ids) locked.push((await this.table.lock(tx, id))!)
    return locked
  }

  async update(tx: Transaction, dispute: Dispute): Promise<void> {
    checkDispute(dispute)
    if (!this.table.isLockedBy(tx, dispute.disputeId)) throw new Error(`dispute ${dispute.disputeId} is not locked`)
    const { state, eventCount, closedAtMs } = dispute
    await this.table.update(tx, dispute.disputeId, row => ({ ...row, state, eventCount, closedAtMs }))
  }
}

function checkDispute({ amountMinor, feeMinor, state, closedAtMs }: Dispute): void {
  if (amountMinor <= 0 || feeMinor < 0) throw new RowRefusedError('dispute_amount')
  if ((closedAtMs === null) !== (state === 'OPEN')) throw new RowRefusedError('dispute_closed')
}

export interface PaymentTables {
  payments: FakePayments
  operations: FakeOperations
  ledger: FakeLedger
}

export class FakeDisputedPayments implements DisputedPayments {
  readonly #tables: PaymentTables

  constructor(tables: PaymentTables) {
    this.#tables = tables
  }

  async lockCaptures(tx: Transaction, operationIds: readonly string[]): Promise<DisputedCapture[]> {
    const named = await this.#captures(tx, operationIds)
    const paymentIds = [...new Set(named.map(({ paymentId }) => paymentId))].sort()
    for (const paymentId of paymentIds) await this.#tables.payments.lock(tx, paymentId)
    const captures = await this.#captures(tx, operationIds)
    return Promise.all(
      captures.map(({ operationId, paymentId, state }) => this.#known(tx, { operationId, paymentId, state })),
    )
  }

  async addDisputed(tx: Transaction, paymentId: string, byMinor: number, atMs: number): Promise<void> {
    const { table } = this.#tables.payments
    if (!table.isLockedBy(tx, paymentId)) throw new Error(`payment ${paymentId} is not locked`)
    await table.update(tx, paymentId, row => {
      const changed = {
        ...row,
        disputedMinor: row.disputedMinor + byMinor,
        updatedAtMs: Math.max(row.updatedAtMs, atMs),
      }
      checkTotals(changed)
      return changed
    })
  }

  #captures(tx: Transaction, operationIds: readonly string[]) {
    return this.#tables.operations.table.filter(
      tx,
      ({ operationId, kind }) => kind === 'capture' && operationIds.includes(operationId),
    )
  }

  async #known(
    tx: Transaction,
    capture: Pick<DisputedCapture, 'operationId' | 'paymentId' | 'state'>,
  ): Promise<DisputedCapture> {
    const { payments, operations, ledger } = this.#tables
    const payment = (await payments.table.find(tx, capture.paymentId))!
    const { merchantId, currency, capturedMinor, refundedMinor, disputedMinor, pendingOperationId } = payment
    const pending = await operations.table.find(tx, pendingOperationId ?? '')
    const askedMinor = pending?.kind === 'refund' ? pending.amountMinor : 0
    const entries = await ledger.listByPayment(tx, capture.paymentId)
    const times = entries.filter(({ type }) => type === 'capture').map(({ occurredAtMs }) => occurredAtMs)
    return {
      ...{ ...capture, merchantId, currency, leftMinor: capturedMinor - refundedMinor - disputedMinor - askedMinor },
      capturedFromMs: times.length === 0 ? null : Math.min(...times),
    }
  }
}

const ID = '1'.padStart(26, '0')

/** A dispute of 4,000 that is OPEN. */
export const disputeOf = (given: Partial<Dispute> = {}): Dispute => ({
  ...{ disputeId: `dsp_${ID}`, sourceId: 'acquirer', externalRef: 'op_1', paymentId: `pay_${ID}`, merchantId: 'shop' },
  ...{ currency: 'KRW', amountMinor: 4_000, feeMinor: 0, state: 'OPEN', eventCount: 1 },
  ...{ openedAtMs: Date.UTC(2026, 0, 2, 3), closedAtMs: null },
  ...given,
})
