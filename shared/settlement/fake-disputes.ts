/** The ports of disputes for tests, over a table in memory that refuses what the real one refuses. */
import { type FakeDatabase, Table } from '../payments/fake-store.ts'
import { RowRefusedError, type Transaction } from '../payments/ports.ts'
import type { Dispute, Disputes } from './ports.ts'

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

/** A dispute of 4,000 that is OPEN. */
export const disputeOf = (given: Partial<Dispute> = {}): Dispute => ({
  ...{ disputeId: 'dsp_1', sourceId: 'acquirer', externalRef: 'op_1', paymentId: 'pay_1', merchantId: 'shop' },
  ...{ currency: 'KRW', amountMinor: 4_000, feeMinor: 0, state: 'OPEN', eventCount: 1 },
  ...{ openedAtMs: Date.UTC(2026, 0, 2, 3), closedAtMs: null },
  ...given,
})
