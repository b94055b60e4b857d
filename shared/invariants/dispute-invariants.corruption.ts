/** Corruptions that make the invariants of disputes fail. For tests only. */
import type { disputeInvariants } from './dispute-invariants.ts'
import { change, type PlantedFor } from './planted.corruption.ts'
import { inTable, lose, plus, spoil } from './recon-invariants.corruption.ts'
import { sampleDispute } from './sample-disputes.ts'
import type { SampleRecon, SampleRow } from './sample-recon.ts'

const [OPEN, WON, LOST] = (['open', 'won', 'lost'] as const).map(sampleDispute)

/** The one row of a table that stands under an event of a dispute and is like this. */
const underEvent =
  (dispute: string, table: 'settlement_item' | 'recon_expectation', like: SampleRow) =>
  ({ rows }: SampleRecon): SampleRow => {
    const events = rows.outbox_event.filter(row => row.message_key === dispute).map(({ event_id }) => event_id)
    const [name, value] = Object.entries(like)[0]!
    const { event_id } = rows[table].find(row => events.includes(row.event_id) && row[name] === value)!
    return { event_id, ...like }
  }

export const disputeCorruptions: PlantedFor<(typeof disputeInvariants)[number]['name']> = {
  'disputed-amount': {
    samples: [
      {
        what: 'a payment that was refunded whole, and is disputed',
        inPayment: history => {
          history.payment!.disputedAmount = 1
        },
      },
      {
        what: 'a chargeback of more than was captured',
        inRecon: ({ rows, disputed }) => {
          const { paymentId } = disputed[0]!
          rows.dispute.find(row => row.payment_id === paymentId)!.amount += 1
        },
        alsoBreaks: ['dispute-in-ledger', 'dispute-items', 'dispute-expected'],
        row: 'pay_',
      },
    ],
    system: [
      {
        what: 'a payment that is disputed by nobody',
        payment: 'captured',
        sql: [change.payment('disputed_amount = 1')],
      },
      {
        what: 'a chargeback of more than was captured',
        ...inTable('dispute', `UPDATE dispute SET amount = amount + 1 WHERE dispute_id = '${OPEN}'`),
        alsoBreaks: ['dispute-in-ledger', 'dispute-items', 'dispute-expected'],
      },
    ],
  },
  'dispute-of-capture': {
    samples: [
      {
        what: 'a dispute of a capture that does not exist',
        alsoBreaks: ['dispute-expected'],
        row: OPEN,
        inRecon: spoil('dispute', { dispute_id: OPEN }, { external_ref: 'op_nobody' }),
      },
    ],
    system: [
      {
        what: 'a dispute of a capture that does not exist',
        ...inTable('dispute', `UPDATE dispute SET external_ref = 'op_nobody' WHERE dispute_id = '${OPEN}'`),
        alsoBreaks: ['dispute-expected'],
        offender: /^dsp_/,
      },
    ],
  },
  'dispute-steps': {
    samples: [
      {
        what: 'a dispute that was given up by nobody',
        row: LOST,
        inRecon: recon => {
          recon.givenUp.pop()
        },
      },
      {
        what: 'a dispute that is open again',
        row: LOST,
        inRecon: spoil('dispute', { dispute_id: LOST }, { state: 'OPEN', closed_at: null }),
      },
      {
        what: 'a dispute that counts an event too many',
        row: WON,
        inRecon: spoil('dispute', { dispute_id: WON }, plus('event_count', 1)),
      },
    ],
    system: [
      {
        what: 'a dispute that is open again',
        ...inTable('dispute', `UPDATE dispute SET state = 'OPEN', closed_at = NULL WHERE dispute_id = '${LOST}'`),
        offender: /^dsp_/,
      },
    ],
  },
  'dispute-events-published': {
    samples: [
      {
        what: 'an event of a dispute that nobody publishes',
        row: 'evt_',
        inRecon: spoil('outbox_event', { message_key: OPEN }, { published_at: null }),
      },
      {
        what: 'an event of a dispute that skips a number',
        row: OPEN,
        inRecon: spoil('outbox_event', { message_key: OPEN }, { sequence: 2 }),
      },
    ],
    system: [
      {
        what: 'an event of a dispute that nobody publishes',
        ...inTable('outbox_event', `UPDATE outbox_event SET published_at = NULL WHERE message_key = '${OPEN}'`),
        offender: /^evt_/,
      },
    ],
  },
  'dispute-in-ledger': {
    samples: [
      {
        what: 'a chargeback that is booked twice',
        alsoBreaks: ['payable-is-items', 'receivable-is-expected'],
        row: OPEN,
        inRecon: ({ rows }) => {
          const booked = rows.ledger_entry.find(row => row.subject_id === OPEN && row.entry_type === 'chargeback')
          rows.ledger_entry.push({ ...booked!, entry_id: 'led_again' })
        },
      },
      {
        what: 'a win that is not booked',
        alsoBreaks: ['payable-is-items', 'receivable-is-expected'],
        row: WON,
        inRecon: lose('ledger_entry', { subject_id: WON, entry_type: 'chargeback_won' }),
      },
      {
        what: 'an entry of another subject',
        row: 'led_',
        inRecon: spoil('ledger_entry', { subject_id: WON, entry_type: 'chargeback' }, { subject_id: OPEN }),
      },
    ],
    system: [
      {
        what: 'a chargeback of another amount',
        ...inTable(
          'ledger_entry',
          `UPDATE ledger_entry SET amount = amount - 1 WHERE subject_id = '${OPEN}' AND entry_type = 'chargeback'`,
        ),
        alsoBreaks: ['payable-is-items', 'receivable-is-expected'],
        offender: /^dsp_/,
      },
    ],
  },
  'dispute-items': {
    samples: [
      {
        what: 'a fee that the merchant does not see',
        alsoBreaks: ['payable-is-items'],
        row: OPEN,
        inRecon: lose('settlement_item', { type: 'dispute_fee' }),
      },
      {
        what: 'an item of a win that says it is a chargeback',
        row: WON,
        inRecon: spoil('settlement_item', { type: 'chargeback_won' }, { type: 'chargeback' }),
      },
      {
        what: 'an item of another payment',
        row: OPEN,
        inRecon: recon => {
          const like = underEvent(OPEN!, 'settlement_item', { type: 'chargeback' })(recon)
          spoil('settlement_item', like, { payment_id: 'pay_other' })(recon)
        },
      },
      {
        what: 'a chargeback of no dispute',
        alsoBreaks: ['payable-is-items'],
        row: 'settlement_item',
        inRecon: ({ rows }) => {
          const item = rows.settlement_item.find(({ type }) => type === 'chargeback')!
          rows.settlement_item.push({ ...item, item_id: 'itm_ghost', event_id: 'evt_ghost' })
        },
      },
    ],
    system: [
      {
        what: 'an item that takes less than the dispute',
        ...inTable(
          'settlement_item',
          "UPDATE settlement_item SET gross = gross - 1, net = net - 1 WHERE type = 'chargeback_won'",
        ),
        alsoBreaks: ['payable-is-items'],
        offender: /^dsp_/,
      },
    ],
  },
  'dispute-expected': {
    samples: [
      {
        what: 'a win that is expected with another amount',
        alsoBreaks: ['line-settles-expectation'],
        row: WON,
        inRecon: spoil('recon_expectation', { kind: 'chargeback_won' }, plus('amount', 1)),
      },
      {
        what: 'a chargeback that waits for its line',
        alsoBreaks: [
          ...(['expectation-settled-once', 'line-settles-expectation'] as const),
          ...(['receivable-is-expected', 'settled-charges-and-actions'] as const),
        ],
        row: OPEN,
        inRecon: recon => {
          const like = underEvent(OPEN!, 'recon_expectation', { kind: 'chargeback' })(recon)
          spoil('recon_expectation', like, { state: 'OPEN' })(recon)
        },
      },
      {
        what: 'a win that is expected, of no dispute',
        row: 'recon_expectation',
        inRecon: ({ rows }) => {
          const won = rows.recon_expectation.find(({ kind }) => kind === 'chargeback_won')!
          rows.recon_expectation.push({ ...won, expectation_id: 'exp_ghost', event_id: 'evt_ghost' })
        },
      },
    ],
    system: [
      {
        what: 'a win that is expected with another amount',
        ...inTable(
          'recon_expectation',
          "UPDATE recon_expectation SET amount = amount + 1 WHERE kind = 'chargeback_won'",
        ),
        alsoBreaks: ['line-settles-expectation'],
        offender: /^dsp_/,
      },
    ],
  },
  'dispute-fee-is-charged': {
    samples: [
      {
        what: 'a dispute that says it costs more',
        alsoBreaks: ['dispute-in-ledger', 'dispute-items'],
        row: 'dispute_fee KRW',
        inRecon: spoil('dispute', { dispute_id: OPEN }, plus('fee', 1)),
      },
      {
        what: 'more on dispute_fee than disputes cost',
        row: 'dispute_fee KRW',
        inSettlement: settlement => settlement.sums.moved.add('dispute_fee', 'KRW', -1),
      },
    ],
    system: [
      {
        what: 'a dispute that says it costs more',
        ...inTable('dispute', `UPDATE dispute SET fee = fee + 1 WHERE dispute_id = '${OPEN}'`),
        alsoBreaks: ['dispute-in-ledger', 'dispute-items'],
        offender: /^dispute_fee/,
      },
    ],
  },
}
