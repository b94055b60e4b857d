/**
 * Disputes of three captures, one of them open, one won and one lost, with the file of the acquirer that says so, as rows of the tables:
 * written by hand after docs/settlement.md. For tests only.
 */
import {
  AT,
  addFile,
  addSettled,
  batchRow,
  type DisputedCapture,
  type SampleRecon,
  sampleId,
  sampleTables,
  Writer,
} from './sample-recon.ts'

const BATCH = 'ACQ-5'
const ACQUIRER_FEE = 1_000
/** What the open one costs its merchant. */
const FEE = 300

export const sampleDispute = (state: 'open' | 'won' | 'lost'): string => sampleId('dsp', state)

/** What was settled by a line: an expectation that came with it. */
interface Told {
  kind: 'chargeback' | 'chargeback_won'
  amount: number
  fee: number
  eventId: string
}

class DisputeRows {
  readonly disputeId: string
  readonly lines: Parameters<typeof addFile>[1]['lines'] = []
  readonly #writer: Writer
  readonly #of: DisputedCapture
  readonly #fee: number

  constructor(writer: Writer, name: 'open' | 'won' | 'lost', of: DisputedCapture, fee: number) {
    this.disputeId = sampleDispute(name)
    this.#writer = writer
    this.#of = of
    this.#fee = fee
  }

  write(state: 'OPEN' | 'WON' | 'LOST'): void {
    const { paymentId, merchantId, operationId, amount } = this.#of
    this.#open()
    if (state === 'WON') this.#win()
    if (state === 'LOST') this.#writer.event('dispute.lost', this.disputeId)
    this.#writer.add('dispute', {
      ...{ dispute_id: this.disputeId, source_id: 'acquirer', external_ref: operationId, payment_id: paymentId },
      ...{ merchant_id: merchantId, currency: 'KRW', amount, fee: this.#fee, state },
      ...{ event_count: state === 'OPEN' ? 1 : 2, opened_at: AT, closed_at: state === 'OPEN' ? null : AT },
    })
  }

  #open(): void {
    const { amount, merchantId } = this.#of
    const eventId = this.#writer.event('dispute.opened', this.disputeId)
    const [under, merchant] = [{ eventId, subject: this.disputeId }, `merchant_payable:${merchantId}`]
    this.#writer.entry('chargeback', [merchant, 'acquirer_receivable'], amount, under)
    this.#writer.entry('dispute_fee', [merchant, 'dispute_fee'], this.#fee, under)
    this.#item('chargeback', -amount, eventId)
    if (this.#fee > 0) this.#item('dispute_fee', -this.#fee, eventId)
    this.#told({ kind: 'chargeback', amount: -amount, fee: ACQUIRER_FEE, eventId })
  }

  #win(): void {
    const { amount, merchantId } = this.#of
    const eventId = this.#writer.event('dispute.won', this.disputeId)
    const accounts: [string, string] = ['acquirer_receivable', `merchant_payable:${merchantId}`]
    this.#writer.entry('chargeback_won', accounts, amount, { eventId, subject: this.disputeId })
    this.#item('chargeback_won', amount, eventId)
    this.#told({ kind: 'chargeback_won', amount, fee: 0, eventId })
  }

  #item(type: string, net: number, eventId: string): void {
    const { paymentId, merchantId } = this.#of
    this.#writer.add('settlement_item', {
      ...{ item_id: this.#writer.next('itm'), merchant_id: merchantId, currency: 'KRW', payment_id: paymentId },
      ...{ event_id: eventId, type, gross: net, fee: 0, vat: 0, net, sold_on: '2026-11-29', period_end: '2026-11-29' },
      ...{ due_on: null, calendar_version: 1, batch_id: null, recorded_at: AT },
    })
  }

  #told({ kind, amount, fee, eventId }: Told): void {
    const { paymentId, operationId } = this.#of
    const expectationId = this.#writer.next('exp')
    this.#writer.add('recon_expectation', {
      ...{ expectation_id: expectationId, source_id: 'acquirer', match_key: operationId, kind, event_id: eventId },
      ...{
        payment_id: paymentId,
        amount,
        fee,
        vat: 0,
        currency: 'KRW',
        due_on: null,
        state: 'SETTLED',
        recorded_at: AT,
      },
    })
    const said = { match: operationId, kind, amount, fee, state: 'MATCHED', expectation: expectationId, batch: BATCH }
    this.lines.push({ key: `${BATCH}:${kind}:${operationId}`, ...said })
  }
}

/** The sample with disputes of the open, the won and the lost capture. */
export function withDisputes(
  recon: SampleRecon,
  [open, won, lost]: readonly [DisputedCapture, DisputedCapture, DisputedCapture],
): SampleRecon {
  const writer = new Writer('dispute')
  const disputes = [
    new DisputeRows(writer, 'open', open, FEE),
    new DisputeRows(writer, 'won', won, 0),
    new DisputeRows(writer, 'lost', lost, 0),
  ]
  for (const [index, state] of (['OPEN', 'WON', 'LOST'] as const).entries()) disputes[index]!.write(state)
  const lines = disputes.flatMap(dispute => dispute.lines)
  const sum = (what: 'amount' | 'fee') => lines.reduce((total, line) => total + (line[what] ?? 0), 0)
  const net = sum('amount') - sum('fee')
  const file = { name: 'acq5', source: 'acquirer', external: BATCH, day: '2026-11-28' } as const
  const settled = lines.map(({ kind, match = '', amount, fee = 0 }) => ({
    ...{ expectationId: '', matchKey: match, kind, amount, fee, vat: 0 },
  }))
  addSettled(writer, settled, net, addFile(writer, { ...file, lines }))
  writer.add('recon_batch', batchRow(BATCH, net))
  for (const table of sampleTables) recon.rows[table].push(...writer.rows[table])
  return { ...recon, givenUp: [sampleDispute('lost')], disputed: [open, won, lost] }
}
