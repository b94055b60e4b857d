/** Disputes for tests of what reads them, in a list that the test fills. */
import { DependencyUnavailableError } from '../payments/ports.ts'
import { ulidOf } from './fake-settlements.ts'
import type { Dispute, DisputeReader, OpenDisputes, Waiting } from './ports.ts'

export class FakeDisputeReader implements DisputeReader, OpenDisputes {
  readonly disputes: Dispute[] = []
  /** Each call throws. */
  away = false

  async find(disputeId: string): Promise<Dispute | undefined> {
    this.#ask()
    return this.disputes.find(dispute => dispute.disputeId === disputeId)
  }

  async list(query: Parameters<DisputeReader['list']>[0]): Promise<Dispute[]> {
    this.#ask()
    const { merchantId, paymentId, state, limit, beforeDisputeId } = query
    return this.disputes
      .filter(dispute => merchantId === undefined || dispute.merchantId === merchantId)
      .filter(dispute => paymentId === undefined || dispute.paymentId === paymentId)
      .filter(dispute => state === undefined || dispute.state === state)
      .filter(dispute => beforeDisputeId === undefined || dispute.disputeId < beforeDisputeId)
      .sort((one, other) => (one.disputeId < other.disputeId ? 1 : -1))
      .slice(0, limit)
  }

  async open(): Promise<Waiting> {
    this.#ask()
    const times = this.disputes.filter(({ state }) => state === 'OPEN').map(({ openedAtMs }) => openedAtMs)
    return { count: times.length, sinceMs: times.length === 0 ? null : Math.min(...times) }
  }

  #ask(): void {
    if (this.away) throw new DependencyUnavailableError('the database is away')
  }
}

export const listedDispute = (number: number, given: Partial<Dispute> = {}): Dispute => ({
  ...{ disputeId: `dsp_${ulidOf(number)}`, sourceId: 'acquirer', externalRef: `op_${ulidOf(number)}` },
  ...{ paymentId: `pay_${ulidOf(number)}`, merchantId: 'shop', currency: 'KRW', amountMinor: 10_000, feeMinor: 0 },
  ...{ state: 'OPEN', eventCount: 1, openedAtMs: 0, closedAtMs: null },
  ...given,
})
