/** Corruptions that make the invariants of reconciliation fail. For tests only. */
import type { PlantedFor, TableCorruption } from './planted.corruption.ts'
import type { reconInvariants } from './recon-invariants.ts'
import { type SampleRecon, type SampleRow, type SampleRows, sampleBreak, sampleFile } from './sample-recon.ts'

/** Changes the one row of a table that is like this. */
export const spoil =
  (table: keyof SampleRows, like: SampleRow, change: SampleRow | ((row: SampleRow) => SampleRow)) =>
  ({ rows }: SampleRecon): void => {
    const found = rows[table].filter(row => Object.entries(like).every(([column, value]) => row[column] === value))
    if (found.length !== 1) throw new Error(`${found.length} rows of ${table} are like ${JSON.stringify(like)}`)
    Object.assign(found[0]!, typeof change === 'function' ? change(found[0]!) : change)
  }

/** Removes the one row of a table that is like this. */
export const lose =
  (table: keyof SampleRows, like: SampleRow) =>
  (recon: SampleRecon): void => {
    spoil(table, like, {})(recon)
    const isLike = (row: SampleRow) => Object.entries(like).every(([column, value]) => row[column] === value)
    recon.rows[table] = recon.rows[table].filter(row => !isLike(row))
  }

/** Statements about one table. */
export const inTable = (table: string, ...sql: string[]): TableCorruption => ({ tables: [table], inTables: sql })

const [FIRST, SECOND, REFUNDS, CARRIED, WAITING] = ['acq1r1', 'acq1r2', 'acq2', 'acq3', 'acq4'].map(sampleFile)
const [STATEMENT, NEXT_STATEMENT] = ['stmt1', 'stmt2'].map(sampleFile)
const [LESS, NOBODY, AMENDED, FUNDS, UNPAID, GONE] = ['less', 'nobody', 'amended', 'funds', 'unpaid', 'gone'].map(
  sampleBreak,
)

export const plus = (column: string, more: number) => (row: SampleRow) => ({ [column]: row[column] + more })

export const reconCorruptions: PlantedFor<(typeof reconInvariants)[number]['name']> = {
  'file-of-lines': {
    samples: [
      {
        what: 'a file that declares one line more than it has',
        row: FIRST,
        inRecon: spoil('recon_file_total', { file_id: FIRST }, plus('line_count', 1)),
      },
      {
        what: 'a file that declares another sum than its lines have',
        row: REFUNDS,
        inRecon: spoil('recon_file_total', { file_id: REFUNDS }, plus('net', 1)),
      },
      { what: 'a line that is lost', row: WAITING, inRecon: lose('recon_line', { file_id: WAITING }) },
    ],
    system: [
      {
        what: 'a line that is lost',
        ...inTable('recon_line', `DELETE FROM recon_line WHERE file_id = '${WAITING}'`),
        offender: /^rcf_/,
      },
    ],
  },
  'statement-follows': {
    samples: [
      {
        what: 'a day that is missing between two statements',
        alsoBreaks: ['cash-is-statements'],
        row: NEXT_STATEMENT,
        inRecon: spoil('recon_file_total', { file_id: NEXT_STATEMENT }, row => ({
          opening: row.opening + 1,
          closing: row.closing + 1,
        })),
      },
    ],
    system: [
      {
        what: 'a statement that closes with more than its lines say',
        ...inTable(
          'recon_file_total',
          `UPDATE recon_file_total SET closing = closing + 1 WHERE file_id = '${NEXT_STATEMENT}'`,
        ),
        alsoBreaks: ['cash-is-statements'],
        offender: /^rcf_/,
      },
    ],
  },
  'lines-as-far-as-file': {
    samples: [
      {
        what: 'a file that passed over a line',
        row: WAITING,
        inRecon: spoil('recon_file', { file_id: WAITING }, { matched_to: 1 }),
      },
      {
        what: 'a rejected file that keeps its lines',
        alsoBreaks: ['recon-events-published'],
        row: WAITING,
        inRecon: spoil('recon_file', { file_id: WAITING }, { state: 'REJECTED' }),
      },
    ],
    system: [
      {
        what: 'a file that is done without having matched its lines',
        ...inTable(
          'recon_file',
          `UPDATE recon_file SET state = 'DONE', done_at = received_at WHERE file_id = '${WAITING}'`,
        ),
        offender: /^rcf_/,
      },
    ],
  },
  'file-in-ledger': {
    samples: [
      {
        what: 'a fee that nobody expected, booked by a file',
        alsoBreaks: ['receivable-is-expected', 'settled-charges-and-actions'],
        row: REFUNDS,
        inRecon: spoil('ledger_entry', { subject_id: REFUNDS, entry_type: 'settled_fee' }, plus('amount', 1)),
      },
      {
        what: 'an entry of another file',
        row: 'led_',
        inRecon: spoil(
          'ledger_entry',
          { subject_id: STATEMENT, entry_type: 'allocated' },
          { subject_id: NEXT_STATEMENT },
        ),
      },
    ],
    system: [
      {
        what: 'a fee that nobody expected, booked by a file',
        ...inTable(
          'ledger_entry',
          `UPDATE ledger_entry SET amount = amount + 1 WHERE subject_id = '${REFUNDS}' AND entry_type = 'settled_fee'`,
        ),
        alsoBreaks: ['receivable-is-expected', 'settled-charges-and-actions'],
        offender: /^rcf_/,
      },
    ],
  },
  'recon-events-published': {
    samples: [
      {
        what: 'an event of a file that nobody publishes',
        row: 'evt_',
        inRecon: spoil('outbox_event', { message_key: STATEMENT, sequence: 2 }, { published_at: null }),
      },
      {
        what: 'a break that nothing says was opened',
        row: GONE,
        inRecon: lose('outbox_event', { message_key: GONE, sequence: 1 }),
      },
    ],
    system: [
      {
        what: 'an event of a break that nobody publishes',
        ...inTable(
          'outbox_event',
          `UPDATE outbox_event SET published_at = NULL WHERE topic = 'recon.break-opened' AND message_key = '${GONE}'`,
        ),
        offender: /^evt_/,
      },
    ],
  },
  'line-settles-expectation': {
    samples: [
      {
        what: 'a line that settled what is of another kind',
        alsoBreaks: ['expectation-settled-once'],
        row: `${REFUNDS}:1`,
        inRecon: spoil('recon_line', { file_id: REFUNDS }, { kind: 'capture' }),
      },
      {
        what: 'a matched line with another fee',
        row: `${FIRST}:1`,
        inRecon: spoil('recon_line', { file_id: FIRST, line_no: 1 }, row => ({ fee: row.fee + 1, vat: row.vat - 1 })),
      },
    ],
    system: [
      {
        what: 'a matched line with another fee',
        ...inTable(
          'recon_line',
          `UPDATE recon_line SET fee = fee + 1, vat = vat - 1 WHERE file_id = '${FIRST}' AND line_no = 1`,
        ),
        offender: /^rcf_/,
      },
    ],
  },
  'broken-line-has-break': {
    samples: [
      {
        what: 'a line with a break that is matched',
        alsoBreaks: ['line-settles-expectation'],
        row: `${FIRST}:3`,
        inRecon: spoil('recon_line', { file_id: FIRST, line_no: 3 }, { state: 'MATCHED' }),
      },
      {
        what: 'a line that is said to be repeated, and says something else',
        row: `${SECOND}:1`,
        inRecon: spoil('recon_line', { file_id: SECOND, line_no: 1 }, { content_hash: 'f'.repeat(32) }),
      },
    ],
    system: [
      {
        what: 'a line that is said to be repeated, and says something else',
        ...inTable(
          'recon_line',
          `UPDATE recon_line SET content_hash = REPEAT('f', 32) WHERE file_id = '${SECOND}' AND line_no = 1`,
        ),
        offender: /^rcf_/,
      },
    ],
  },
  'line-allocated': {
    samples: [
      {
        what: 'more allocated than came',
        alsoBreaks: ['acquirer-batch-paid', 'file-in-ledger'],
        row: `${STATEMENT}:2`,
        inRecon: spoil('recon_allocation', { file_id: STATEMENT, line_no: 2 }, plus('amount', 1)),
      },
      {
        what: 'a batch that is carried by the line of another',
        row: `${CARRIED}:1`,
        inRecon: spoil('recon_line', { file_id: CARRIED }, { match_key: 'ACQ-9' }),
      },
    ],
    system: [
      {
        what: 'more allocated than came',
        ...inTable(
          'recon_allocation',
          `UPDATE recon_allocation SET amount = amount + 1 WHERE file_id = '${STATEMENT}' AND line_no = 2`,
        ),
        alsoBreaks: ['acquirer-batch-paid', 'file-in-ledger'],
        offender: /^rcf_/,
      },
    ],
  },
  'expectation-settled-once': {
    samples: [
      {
        what: 'an overdue expectation that no break misses',
        row: 'exp_',
        inPayment: history => {
          history.expectations[0]!.state = 'OVERDUE'
        },
      },
      {
        what: 'a correction that is settled by nothing',
        alsoBreaks: ['receivable-is-expected'],
        row: 'exp_',
        inRecon: spoil('recon_expectation', { kind: 'correction', state: 'OPEN' }, { state: 'SETTLED' }),
      },
      {
        what: 'a correction that an action settled, and is open',
        alsoBreaks: ['action-has-its-row', 'receivable-is-expected'],
        row: 'exp_',
        inRecon: spoil('recon_expectation', { kind: 'correction', state: 'SETTLED' }, { state: 'OPEN' }),
      },
      {
        what: 'an expectation that a line settled, and was given up',
        alsoBreaks: ['settled-charges-and-actions'],
        row: 'exp_',
        inRecon: ({ rows }) => {
          const [settling] = rows.recon_line
          Object.assign(rows.recon_break.find(({ break_id }) => break_id === GONE)!, {
            expectation_id: settling!.expectation_id,
          })
        },
      },
    ],
    system: [
      {
        what: 'an overdue expectation that no break misses',
        payment: 'captured',
        sql: ["UPDATE recon_expectation SET state = 'OVERDUE' WHERE payment_id = :payment"],
        offender: /^exp_/,
      },
    ],
  },
  'acquirer-batch-of-lines': {
    samples: [
      {
        what: 'a batch of more than its lines',
        alsoBreaks: ['cash-in-transit-is-batches'],
        row: 'acquirer:ACQ-3:KRW',
        inRecon: spoil('recon_batch', { batch_ref: 'ACQ-3' }, plus('net', 1)),
      },
    ],
    system: [
      {
        what: 'a batch of more than its lines',
        ...inTable('recon_batch', "UPDATE recon_batch SET net = net + 1 WHERE batch_ref = 'ACQ-3'"),
        alsoBreaks: ['cash-in-transit-is-batches'],
        offender: /^acquirer:ACQ-3:KRW$/,
      },
    ],
  },
  'acquirer-batch-paid': {
    samples: [
      {
        what: 'a batch that was paid, and says that a break took it',
        row: 'acquirer:ACQ-1:KRW',
        inRecon: spoil('recon_batch', { batch_ref: 'ACQ-1' }, row => ({
          allocated: row.allocated - 1,
          moved: row.moved + 1,
        })),
      },
    ],
    system: [
      {
        what: 'a batch that was paid, and says that a break took it',
        ...inTable(
          'recon_batch',
          "UPDATE recon_batch SET allocated = allocated - 1, moved = moved + 1 WHERE batch_ref = 'ACQ-1'",
        ),
        offender: /^acquirer:ACQ-1:KRW$/,
      },
    ],
  },
  'break-on-suspense': {
    samples: [
      {
        what: 'a break that says it booked more than it did',
        row: GONE,
        inRecon: spoil('recon_break', { break_id: GONE }, plus('booked', 1)),
      },
      {
        what: 'a closed break that still holds something',
        alsoBreaks: ['break-steps'],
        row: FUNDS,
        inRecon: spoil('recon_break', { break_id: FUNDS }, { closed_at: 'now' }),
      },
    ],
    system: [
      {
        what: 'a break that says it booked more than it did',
        ...inTable('recon_break', `UPDATE recon_break SET booked = booked + 1 WHERE break_id = '${GONE}'`),
        offender: /^brk_/,
      },
    ],
  },
  'break-in-ledger': {
    samples: [
      {
        what: 'an entry that its class does not book',
        row: 'led_',
        inRecon: spoil('ledger_entry', { subject_id: UNPAID, entry_type: 'short_paid' }, { entry_type: 'unexpected' }),
      },
      {
        what: 'an action that booked another amount than it says',
        alsoBreaks: ['settled-charges-and-actions'],
        row: `${AMENDED}:2`,
        inRecon: spoil('recon_break_action', { break_id: AMENDED, action: 'approve' }, plus('amount', -1)),
      },
    ],
    system: [
      {
        what: 'an action that booked another amount than it says',
        ...inTable(
          'recon_break_action',
          `UPDATE recon_break_action SET amount = amount - 1 WHERE break_id = '${AMENDED}' AND action = 'approve'`,
        ),
        alsoBreaks: ['settled-charges-and-actions'],
        offender: /^brk_/,
      },
    ],
  },
  'break-steps': {
    samples: [
      {
        what: 'a break that counts one action too many',
        row: LESS,
        inRecon: spoil('recon_break', { break_id: LESS }, plus('version', 1)),
      },
      {
        what: 'a break that was written off, and says that it was resolved',
        row: AMENDED,
        inRecon: spoil('recon_break', { break_id: AMENDED }, { state: 'RESOLVED' }),
      },
      {
        what: 'a step without a reason',
        row: `${LESS}:1`,
        inRecon: spoil('recon_break_action', { break_id: LESS, sequence: 1 }, { reason: '' }),
      },
      {
        what: 'a break about nothing',
        row: GONE,
        inRecon: spoil('recon_break', { break_id: GONE }, { subject: 'exp_ghost' }),
      },
    ],
    system: [
      {
        what: 'a step without a reason',
        ...inTable(
          'recon_break_action',
          `UPDATE recon_break_action SET reason = '' WHERE break_id = '${LESS}' AND sequence = 1`,
        ),
        offender: /^brk_/,
      },
    ],
  },
  'break-approved-by-another': {
    samples: [
      {
        what: 'a proposal that its author approved',
        alsoBreaks: ['break-audited'],
        row: `${GONE}:2`,
        inRecon: spoil('recon_break_action', { break_id: GONE, sequence: 1 }, { actor: 'kim' }),
      },
      {
        what: 'an approval of nothing',
        alsoBreaks: ['break-audited'],
        row: `${GONE}:2`,
        inRecon: spoil('recon_break_action', { break_id: GONE, sequence: 1 }, { action: 'expected', actor: 'system' }),
      },
    ],
    system: [
      {
        what: 'a proposal that its author approved',
        ...inTable(
          'recon_break_action',
          `UPDATE recon_break_action SET actor = 'kim' WHERE break_id = '${GONE}' AND sequence = 1`,
        ),
        alsoBreaks: ['break-audited'],
        offender: /^brk_/,
      },
    ],
  },
  'break-audited': {
    samples: [
      {
        what: 'an approval that the audit log does not know',
        row: GONE,
        inRecon: ({ acted }) => {
          acted.pop()
        },
      },
    ],
    system: [
      {
        what: 'an approval whose newest entry is gone, which the chain cannot see',
        ...inTable('audit_log', 'DELETE FROM audit_log ORDER BY id DESC LIMIT 1'),
        offender: /^brk_/,
      },
    ],
  },
  'action-has-its-row': {
    samples: [
      {
        what: 'a correction that is expected under another name',
        row: LESS,
        inRecon: spoil('recon_expectation', { kind: 'correction', state: 'OPEN' }, { match_key: `${LESS}:9` }),
      },
      {
        what: 'an action that names another correction than it settled',
        alsoBreaks: ['expectation-settled-once'],
        row: NOBODY,
        inRecon: recon => {
          const open = recon.rows.recon_expectation.find(
            ({ kind, state }) => kind === 'correction' && state === 'OPEN',
          )!
          const like = { break_id: NOBODY, action: 'approve', account: 'acquirer_receivable' }
          spoil('recon_break_action', like, { target: open.expectation_id })(recon)
        },
      },
      {
        what: 'a merchant who is owed more than the action says',
        alsoBreaks: ['batch-of-items'],
        row: FUNDS,
        inRecon: spoil('settlement_item', { type: 'adjustment' }, plus('net', 1)),
      },
    ],
    system: [
      {
        what: 'a correction that is expected under another name',
        ...inTable(
          'recon_expectation',
          `UPDATE recon_expectation SET match_key = '${LESS}:9' WHERE kind = 'correction' AND state = 'OPEN'`,
        ),
        offender: /^brk_/,
      },
    ],
  },
  'suspense-is-breaks': {
    samples: [
      {
        what: 'a break that forgets a part of what remains',
        alsoBreaks: ['break-on-suspense'],
        row: 'recon_suspense KRW',
        inRecon: spoil('recon_break', { break_id: NOBODY }, plus('remaining', 1)),
      },
      {
        what: 'entries on recon_suspense that are of no break',
        alsoBreaks: ['in-transit-is-payouts'],
        row: 'recon_suspense',
        inRecon: ({ rows }) => {
          const [entry] = rows.ledger_entry
          const ghost = { ...entry, event_id: 'evt_ghost', subject_id: 'brk_ghost', debit_account: 'recon_suspense' }
          const there = { ...ghost, entry_id: 'led_there', credit_account: 'recon_suspense', debit_account: 'nowhere' }
          rows.ledger_entry.push({ ...ghost, entry_id: 'led_ghost', credit_account: 'nowhere' }, there)
        },
      },
    ],
    system: [
      {
        what: 'a break that forgets a part of what remains',
        ...inTable('recon_break', `UPDATE recon_break SET remaining = remaining + 1 WHERE break_id = '${NOBODY}'`),
        alsoBreaks: ['break-on-suspense'],
        offender: /^recon_suspense KRW$/,
      },
    ],
  },
  'cash-in-transit-is-batches': {
    samples: [
      {
        what: 'a batch that is not paid, and says that it is',
        alsoBreaks: ['acquirer-batch-paid'],
        row: 'cash_in_transit KRW',
        inRecon: spoil('recon_batch', { batch_ref: 'ACQ-1' }, plus('allocated', 1)),
      },
      {
        what: 'a transfer that arrives with another amount than it left with',
        alsoBreaks: ['file-in-ledger', 'line-allocated'],
        row: 'trf-1',
        inRecon: ({ rows }) => {
          const left = rows.recon_allocation.find(row => row.subject_kind === 'transfer')!
          rows.recon_allocation.push({ ...left, file_id: NEXT_STATEMENT, line_no: 1, amount: 1 - left.amount })
        },
      },
    ],
    system: [
      {
        what: 'a batch that is not paid, and says that it is',
        ...inTable('recon_batch', "UPDATE recon_batch SET allocated = allocated + 1 WHERE batch_ref = 'ACQ-1'"),
        alsoBreaks: ['acquirer-batch-paid'],
        offender: /^cash_in_transit KRW$/,
      },
    ],
  },
  'cash-is-statements': {
    samples: [
      {
        what: 'a statement that closes with more than came',
        alsoBreaks: ['statement-follows'],
        row: 'cash KRW',
        inRecon: spoil('recon_file_total', { file_id: NEXT_STATEMENT }, plus('closing', 1)),
      },
    ],
    system: [
      {
        what: 'money that came to an account whose statement does not say so',
        ...inTable(
          'ledger_entry',
          `UPDATE ledger_entry SET debit_account = 'cash_safeguarded' WHERE subject_id = '${STATEMENT}' AND entry_type = 'allocated'`,
        ),
        alsoBreaks: ['file-in-ledger'],
        offender: /^cash/,
      },
    ],
  },
  'settled-charges-and-actions': {
    samples: [
      {
        what: 'own money that is booked as a gain',
        alsoBreaks: ['break-in-ledger'],
        row: 'own_funds KRW',
        inRecon: spoil(
          'recon_break_action',
          { break_id: FUNDS, action: 'approve', account: 'own_funds' },
          { account: 'recon_gain' },
        ),
      },
    ],
    system: [
      {
        what: 'own money that is booked as a gain',
        ...inTable(
          'recon_break_action',
          `UPDATE recon_break_action SET account = 'recon_gain' WHERE break_id = '${FUNDS}' AND action = 'approve' AND account = 'own_funds'`,
        ),
        alsoBreaks: ['break-in-ledger'],
        offender: /^own_funds KRW$/,
      },
    ],
  },
}
