/** Batches, items and payouts for tests of what reads them, in lists that the test fills. */
import { DependencyUnavailableError } from '../payments/ports.ts'
import { isLiving } from './move-payouts.ts'
import type {
  BatchQuery,
  ItemPosition,
  Payout,
  PayoutFile,
  PayoutQuery,
  SettlementBatch,
  SettlementItem,
  SettlementReader,
} from './ports.ts'
import type { PayoutFileReadPorts } from './read-payout-files.ts'

/** Newest first. */
const byText =
  <Row>(textOf: (row: Row) => string) =>
  (a: Row, b: Row): number =>
    textOf(a) < textOf(b) ? 1 : -1

const isIn = (day: string, { from, to }: BatchQuery): boolean =>
  (from === undefined || day >= from) && (to === undefined || day <= to)

/** `own`: all payouts of the batch. */
export const isUsedUp = ({ state, attemptsMax }: SettlementBatch, own: readonly Payout[]): boolean =>
  state === 'CLOSED' && !own.some(isLiving) && own.some(({ attempt }) => attempt >= attemptsMax)

export class FakeSettlementReader implements SettlementReader {
  readonly batches: SettlementBatch[] = []
  readonly items: Array<SettlementItem & { batchId: string }> = []
  readonly payouts: Payout[] = []
  readonly files: PayoutFile[] = []
  /** Each call throws. */
  away = false

  async listBatches(query: BatchQuery): Promise<Array<{ batch: SettlementBatch; payout: Payout | null }>> {
    this.#ask()
    const { merchantId, currency, state, by, before, limit } = query
    const placeOf = (batch: SettlementBatch) => `${batch[by]} ${batch.batchId}`
    return this.batches
      .filter(batch => isIn(batch[by], query))
      .filter(batch => merchantId === undefined || batch.merchantId === merchantId)
      .filter(batch => currency === undefined || batch.currency === currency)
      .filter(batch => state === undefined || batch.state === state)
      .filter(batch => query.isUsedUp !== true || isUsedUp(batch, this.#payoutsOf(batch.batchId)))
      .filter(batch => before === undefined || placeOf(batch) < `${before.day} ${before.batchId}`)
      .sort(byText(placeOf))
      .slice(0, limit)
      .map(batch => ({ batch, payout: this.#payoutsOf(batch.batchId).at(-1) ?? null }))
  }

  async findBatch(batchId: string): Promise<{ batch: SettlementBatch; payouts: Payout[] } | undefined> {
    this.#ask()
    const batch = this.batches.find(row => row.batchId === batchId)
    return batch && { batch, payouts: this.#payoutsOf(batchId) }
  }

  async listItems(batchId: string, limit: number, after?: ItemPosition): Promise<SettlementItem[]> {
    this.#ask()
    const placeOf = ({ periodEnd, itemId }: ItemPosition) => `${periodEnd} ${itemId}`
    return this.items
      .filter(item => item.batchId === batchId && (after === undefined || placeOf(item) > placeOf(after)))
      .sort(byText(placeOf))
      .reverse()
      .slice(0, limit)
  }

  async listPayouts({ merchantId, state, fileId, limit, beforePayoutId }: PayoutQuery): Promise<Payout[]> {
    this.#ask()
    return this.payouts
      .filter(payout => merchantId === undefined || payout.merchantId === merchantId)
      .filter(payout => state === undefined || payout.state === state)
      .filter(payout => fileId === undefined || payout.fileId === fileId)
      .filter(payout => beforePayoutId === undefined || payout.payoutId < beforePayoutId)
      .sort(byText(({ payoutId }) => payoutId))
      .slice(0, limit)
  }

  /** As the handlers take them. */
  get payoutFiles(): PayoutFileReadPorts['payoutFiles'] {
    return {
      find: async fileId => {
        this.#ask()
        return this.files.find(file => file.fileId === fileId)
      },
      listPage: async ({ state, limit, beforeFileId }) => {
        this.#ask()
        return this.files
          .filter(file => state === undefined || file.state === state)
          .filter(({ fileId }) => beforeFileId === undefined || fileId < beforeFileId)
          .sort(byText(({ fileId }) => fileId))
          .slice(0, limit)
      },
    }
  }

  #payoutsOf(batchId: string): Payout[] {
    return this.payouts.filter(payout => payout.batchId === batchId).sort((a, b) => a.attempt - b.attempt)
  }

  #ask(): void {
    if (this.away) throw new DependencyUnavailableError('the database is away')
  }
}

/** A ULID of tests: the higher the number, the newer. */
export const ulidOf = (number: number): string => `01M8${String(number).padStart(22, '0')}`

export const batchOf = (number: number, given: Partial<SettlementBatch> = {}): SettlementBatch => ({
  ...{ batchId: `bat_${ulidOf(number)}`, merchantId: 'shop', currency: 'KRW', sequence: 1 },
  ...{ periodEnd: '2026-11-22', dueOn: '2026-11-24', state: 'CLOSED', itemCount: 1, netMinor: 9_750 },
  ...{ openedAtMs: 0, closedAtMs: 0, attemptsMax: 5 },
  ...given,
})

export const payoutOf = (number: number, given: Partial<Payout> = {}): Payout => ({
  ...{
    payoutId: `out_${ulidOf(number)}`,
    batchId: `bat_${ulidOf(1)}`,
    attempt: 1,
    merchantId: 'shop',
    currency: 'KRW',
  },
  ...{ amountMinor: 9_750, accountToken: 'acct_pay', state: 'CREATED', fileId: null, bankRef: null, failure: null },
  ...{ eventCount: 1, askAtMs: 0, createdAtMs: 0, updatedAtMs: 0 },
  ...given,
})

export const payoutFileOf = (number: number, given: Partial<PayoutFile> = {}): PayoutFile => ({
  ...{ fileId: `pof_${ulidOf(number)}`, currency: 'KRW', executeOn: '2026-11-24', payoutCount: 1, totalMinor: 9_750 },
  ...{ state: 'PREPARED', sha256: null, preparedAtMs: 0, approvedBy: null, approvedAtMs: null, failure: null },
  ...{ askAtMs: 0, ...given },
})

export const itemOf = (
  number: number,
  given: Partial<SettlementItem & { batchId: string }> = {},
): SettlementItem & { batchId: string } => ({
  ...{ itemId: `itm_${ulidOf(number)}`, batchId: `bat_${ulidOf(1)}`, merchantId: 'shop', currency: 'KRW' },
  ...{ paymentId: `pay_${ulidOf(number)}`, eventId: `evt_${ulidOf(number)}`, type: 'capture' },
  ...{ grossMinor: 10_000, feeMinor: 250, vatMinor: 0, netMinor: 9_750 },
  ...{ soldOn: '2026-11-22', periodEnd: '2026-11-22', dueOn: '2026-11-24', calendarVersion: 1 },
  ...given,
})
