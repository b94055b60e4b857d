/**
 * Files of an acquirer and a bank, their lines, breaks and what was done with them, as rows of the tables: written by hand after
 * docs/reconciliation.md. For tests only.
 */
import type { ExpectationRow } from './payment-history.ts'

// biome-ignore lint/suspicious/noExplicitAny: a row of any table; corruptions change it.
export type SampleRow = Record<string, any>

/** By table. */
export type SampleRows = Record<(typeof sampleTables)[number], SampleRow[]>

/** In the order in which they are written. */
export const sampleTables = [
  'recon_source',
  'recon_file',
  'recon_file_total',
  'recon_line',
  'recon_batch',
  'recon_allocation',
  'recon_break',
  'recon_break_action',
  'recon_expectation',
  'dispute',
  'settlement_batch',
  'settlement_item',
  'payout',
  'ledger_entry',
  'outbox_event',
] as const

/** A capture that a card holder takes back, with its merchant. */
export interface DisputedCapture {
  paymentId: string
  merchantId: string
  operationId: string
  amount: number
}

/** What is expected of the acquirer, and what becomes of it: a line says the same, a line says less, a refund comes, nothing comes. */
export interface SampleExpectations {
  exact: ExpectedOf
  short: ExpectedOf
  refund: ExpectedOf
  missing: ExpectedOf
}
export type ExpectedOf = Pick<ExpectationRow, 'expectationId' | 'matchKey' | 'kind' | 'amount' | 'fee' | 'vat'>

export const SAMPLE_MERCHANT = 'recon-shop'
export const PROPOSER = 'lee'
export const APPROVER = 'kim'

export const AT = '2026-11-29 00:00:00.000'
const LESS = 1_000
const PAYOUT = 9_750
const SHORT_OF_PAYOUT = 10
const FUNDS = 1_000_000
const DEPOSIT = 15_000
const SENT_OUT = 5_000

export const sampleId = (prefix: string, name: string): string =>
  `${prefix}_${name
    .toUpperCase()
    .replaceAll(/[^0-9A-Z]/g, '')
    .padStart(29 - prefix.length, '0')}`

export const sampleFile = (name: string): string => sampleId('rcf', name)
export const sampleBreak = (name: string): string => sampleId('brk', name)
export const SAMPLE_PAYOUT = sampleId('out', 'recon')
const BATCH = sampleId('bat', 'recon')

/** Collects the rows; `name` is in the ids that it gives. */
export class Writer {
  readonly #name: string
  readonly rows = Object.fromEntries(sampleTables.map(table => [table, []])) as unknown as SampleRows
  /** What operators did, in its order: the audit log has it. */
  readonly acted: { actor: string; subject: string }[] = []
  #serial = 0

  constructor(name: string) {
    this.#name = name
  }

  add(table: keyof SampleRows, row: SampleRow): void {
    this.rows[table].push(row)
  }

  next(prefix: string): string {
    return sampleId(prefix, `${this.#name}${++this.#serial}`)
  }

  event(topic: string, subject: string): string {
    const eventId = this.next('evt')
    const sequence = this.rows.outbox_event.filter(row => row.message_key === subject).length + 1
    const times = { created_at: AT, published_at: AT }
    this.add('outbox_event', {
      ...{
        event_id: eventId,
        topic,
        message_key: subject,
        sequence,
        payload: '{}',
        traceparent: null,
        shard: 0,
        ...times,
      },
    })
    return eventId
  }

  /** A negative amount changes sides; of 0 there is no entry. */
  entry(
    type: string,
    [debit, credit]: [string, string],
    amount: number,
    under: { eventId: string; subject: string },
  ): void {
    if (amount === 0) return
    const [debitAccount, creditAccount] = amount > 0 ? [debit, credit] : [credit, debit]
    this.add('ledger_entry', {
      ...{ entry_id: this.next('led'), payment_id: null, subject_id: under.subject, event_id: under.eventId },
      ...{ entry_type: type, debit_account: debitAccount, credit_account: creditAccount, amount: Math.abs(amount) },
      ...{ currency: 'KRW', occurred_at: AT, recorded_at: AT },
    })
  }
}

interface LineOf {
  key: string
  match?: string
  kind: string
  amount: number
  fee?: number
  vat?: number
  state: string
  expectation?: string | null
  batch?: string | null
}

interface FileOf {
  name: string
  source: 'acquirer' | 'bank-operating'
  external: string
  day: string
  revision?: number
  state?: string
  lines: LineOf[]
  opening?: number
}

const isBank = ({ source }: FileOf): boolean => source !== 'acquirer'

/** A file with its lines and totals. Returns the event under which its lines were booked. */
export function addFile(writer: Writer, file: FileOf): { eventId: string; subject: string } {
  const { name, source, external, day, revision = 1, state = 'DONE', lines, opening = 0 } = file
  const fileId = sampleFile(name)
  const nets = lines.map(({ amount, fee = 0, vat = 0 }) => amount - fee - vat)
  const net = nets.reduce((sum, one) => sum + one, 0)
  writer.event('recon.file-imported', fileId)
  const isDone = state === 'DONE'
  const eventId = isDone ? writer.event('recon.chunk-booked', fileId) : ''
  writer.add('recon_file', {
    ...{
      file_id: fileId,
      source_id: source,
      name: `${name}.csv`,
      sha256: fileId.padStart(64, '0'),
      external_id: external,
    },
    ...{ revision, day, due_on: null, line_count: lines.length, matched_to: isDone ? lines.length : 0, state },
    ...{ failure: null, event_count: isDone ? 2 : 1, received_at: AT, done_at: isDone ? AT : null },
  })
  const balances = isBank(file) ? { opening, closing: opening + net } : { opening: null, closing: null }
  writer.add('recon_file_total', { file_id: fileId, currency: 'KRW', line_count: lines.length, net, ...balances })
  for (const [index, line] of lines.entries()) addLine(writer, file, line, index + 1)
  return { eventId, subject: fileId }
}

function addLine(writer: Writer, { name, source, day }: FileOf, line: LineOf, lineNo: number): void {
  const { key, match = '', kind, amount, fee = 0, vat = 0, state, expectation = null, batch = null } = line
  const said = `${key}${amount}`.toLowerCase().replaceAll(/[^0-9a-f]/g, '')
  writer.add('recon_line', {
    ...{
      file_id: sampleFile(name),
      line_no: lineNo,
      source_id: source,
      line_key: key,
      content_hash: said.padStart(32, '0'),
    },
    ...{ match_key: match, kind, amount, fee, vat, net: amount - fee - vat, currency: 'KRW', batch_ref: batch },
    ...{ booked_on: day, value_on: null, party_account: null, remittance: null, state, expectation_id: expectation },
  })
}

const allocate = (writer: Writer, file: string, lineNo: number, kind: string, subject: string, amount: number): void =>
  writer.add('recon_allocation', {
    ...{ file_id: sampleFile(file), line_no: lineNo, subject_kind: kind, subject, currency: 'KRW', amount },
  })

interface BreakOf {
  name: string
  class: string
  source: string
  /** `file` and number. */
  line?: [file: string, lineNo: number]
  expectation?: string
  batch?: string
  opens?: [type: string, debit: string, credit: string, amount: number]
}

const SUSPENSE = 'recon_suspense'

const onSuspense = ({ debit_account, credit_account, amount }: SampleRow): number =>
  (debit_account === SUSPENSE ? amount : 0) - (credit_account === SUSPENSE ? amount : 0)

/** A break as it stands after its steps: `booked`, `remaining` and the counts follow from what is written. */
class SampleBreak {
  readonly id: string
  readonly #writer: Writer
  readonly #row: SampleRow
  readonly #of: BreakOf

  constructor(writer: Writer, of: BreakOf) {
    this.id = sampleBreak(of.name)
    this.#writer = writer
    this.#of = of
    const eventId = writer.event('recon.break-opened', this.id)
    const [file, lineNo] = of.line ?? [null, null]
    const subject = of.line ? `${sampleFile(file!)}:${lineNo}` : (of.expectation ?? `acquirer:${of.batch}:KRW`)
    this.#row = {
      ...{ break_id: this.id, subject, class: of.class, source_id: of.source, differences: '{}', currency: 'KRW' },
      ...{
        file_id: file && sampleFile(file),
        line_no: lineNo,
        expectation_id: of.expectation ?? null,
        payout_id: null,
      },
      ...{
        batch_ref: of.batch ?? null,
        booked: 0,
        remaining: 0,
        opened_on: '2026-11-29',
        opened_at: AT,
        closed_at: null,
      },
      ...{ state: 'OPEN', assignee: null, version: 0, event_count: 1 },
    }
    writer.add('recon_break', this.#row)
    if (of.opens === undefined) return
    const [type, debit, credit, amount] = of.opens
    writer.entry(type, [debit, credit], amount, { eventId, subject: this.id })
    this.#follow('open', eventId)
  }

  act(
    action: string,
    actor: string,
    more: { account?: string; target?: string; amount?: number; eventId?: string } = {},
  ) {
    const { account = null, target = null, amount = null, eventId = null } = more
    this.#row.version++
    this.#writer.add('recon_break_action', {
      ...{
        break_id: this.id,
        sequence: this.#row.version,
        actor,
        action,
        account,
        target,
        amount,
        reason: 'looked at it',
      },
      ...{ event_id: eventId, at: AT },
    })
    if (action !== 'take_over') this.#writer.acted.push({ actor, subject: this.id })
  }

  /** One proposes, another approves, and it is booked as account ← recon_suspense. Returns the event and the number of the action. */
  approve(account: string, amount: number, target?: string): { eventId: string; sequence: number } {
    const named = { account, amount, ...(target === undefined ? {} : { target }) }
    this.act('propose', PROPOSER, named)
    const eventId = this.#writer.event('recon.break-resolved', this.id)
    this.act('approve', APPROVER, { ...named, eventId })
    const opposite = account === SUSPENSE ? 'acquirer_receivable' : account
    this.#writer.entry('resolved', [opposite, SUSPENSE], amount, { eventId, subject: this.id })
    this.#follow('approve', eventId)
    return { eventId, sequence: this.#row.version }
  }

  /** The other half of what another break was resolved with. */
  takeOver(amount: number, from: SampleBreak, eventId: string): void {
    this.#writer.event('recon.break-resolved', this.id)
    this.act('take_over', APPROVER, { account: SUSPENSE, target: from.id, amount, eventId })
    this.#writer.entry('taken_over', [SUSPENSE, 'acquirer_receivable'], -amount, { eventId, subject: this.id })
    this.#follow('take_over', eventId)
  }

  giveUp(account: string, amount: number, target: string): void {
    this.act('propose', PROPOSER, { account, target })
    const eventId = this.#writer.event('recon.break-resolved', this.id)
    this.act('give_up', APPROVER, { account, target, amount, eventId })
    this.#writer.entry('given_up', [SUSPENSE, account], amount, { eventId, subject: this.id })
    this.#follow('give_up', eventId)
  }

  close(state: 'RESOLVED' | 'WRITTEN_OFF'): void {
    Object.assign(this.#row, { state, closed_at: AT })
  }

  #follow(action: string, eventId: string): void {
    const own = this.#writer.rows.ledger_entry.filter(row => row.event_id === eventId && row.subject_id === this.id)
    const moved = own.reduce((sum, row) => sum + onSuspense(row), 0)
    this.#row.remaining += moved
    if (['open', 'give_up'].includes(action)) this.#row.booked += moved
    else if (this.#of.class !== '') this.#row.state = 'ASSIGNED'
    this.#row.event_count = this.#writer.rows.outbox_event.filter(row => row.message_key === this.id).length
  }
}

const CIT = 'cash_in_transit'
const AR = 'acquirer_receivable'

const netOf = ({ amount, fee, vat }: ExpectedOf): number => amount - fee - vat

const matched = (key: string, of: ExpectedOf, batch: string, differs: Partial<LineOf> = {}): LineOf => ({
  ...{ key, match: of.matchKey, kind: of.kind, amount: of.amount, fee: of.fee, vat: of.vat, state: 'MATCHED' },
  ...{ expectation: of.expectationId, batch, ...differs },
})

export const batchRow = (batchRef: string, net: number, allocated = 0, moved = 0): SampleRow => ({
  ...{ source_id: 'acquirer', batch_ref: batchRef, currency: 'KRW', net, allocated, moved, due_on: null },
})

export function addSettled(
  writer: Writer,
  settled: readonly ExpectedOf[],
  net: number,
  under: { eventId: string; subject: string },
): void {
  const sum = (what: 'fee' | 'vat') => settled.reduce((total, each) => total + each[what], 0)
  writer.entry('settled_net', [CIT, AR], net, under)
  writer.entry('settled_fee', ['acquirer_fee', AR], sum('fee'), under)
  writer.entry('settled_vat', ['vat_receivable', AR], sum('vat'), under)
}

/** What is in the first file of the acquirer, and comes again in its second revision, changed in the last line. */
function addFirstBatch(writer: Writer, { exact, short }: SampleExpectations): number {
  const lines = [
    matched('ACQ-1:1', exact, 'ACQ-1'),
    matched('ACQ-1:2', short, 'ACQ-1', { amount: short.amount - LESS, state: 'BROKEN' }),
    {
      key: 'ACQ-1:3',
      match: 'op_nobody',
      kind: 'capture',
      amount: 5_000,
      fee: 75,
      vat: 8,
      state: 'BROKEN',
      batch: 'ACQ-1',
    },
  ]
  const of = { source: 'acquirer', external: 'ACQ-1', day: '2026-11-26' } as const
  const under = addFile(writer, { ...of, name: 'acq1r1', lines })
  const settledNet = netOf(exact) + netOf(short) - LESS
  addSettled(writer, [exact, short], settledNet, under)
  const again = lines.slice(0, 2).map(line => ({ ...line, state: 'REPEATED', expectation: null }))
  addFile(writer, { ...of, name: 'acq1r2', revision: 2, lines: [...again, { ...lines[2]!, amount: 5_100 }] })
  const net = settledNet + 5_017
  const left = net - DEPOSIT
  writer.add('recon_batch', batchRow('ACQ-1', net, DEPOSIT, left - 500))
  return left
}

function addRefundAndCarry(writer: Writer, refund: ExpectedOf): void {
  const net = netOf(refund)
  const of = { source: 'acquirer', day: '2026-11-27' } as const
  const lines = [matched('ACQ-2:1', refund, 'ACQ-2')]
  addSettled(writer, [refund], net, addFile(writer, { ...of, name: 'acq2', external: 'ACQ-2', lines }))
  const carry = { key: 'ACQ-3:1', match: 'ACQ-2', kind: 'carry', amount: net, state: 'MATCHED', batch: 'ACQ-3' }
  addFile(writer, { ...of, name: 'acq3', external: 'ACQ-3', day: '2026-11-28', lines: [carry] })
  allocate(writer, 'acq3', 1, 'batch', 'ACQ-2', net)
  writer.add('recon_batch', batchRow('ACQ-2', net, net))
  writer.add('recon_batch', batchRow('ACQ-3', net))
}

/** Two statements: what was there, a part of a batch, a payout that left with less and came back whole, a transfer of ours. */
function addStatements(writer: Writer): { paid: string; returned: string } {
  const of = { source: 'bank-operating' } as const
  const lines = [
    { key: 'operating:1', kind: 'opening', amount: FUNDS, state: 'BROKEN' },
    { key: 'operating:2', match: 'ACQ-1', kind: 'credit', amount: DEPOSIT, state: 'MATCHED' },
    { key: 'operating:3', match: SAMPLE_PAYOUT, kind: 'debit', amount: SHORT_OF_PAYOUT - PAYOUT, state: 'BROKEN' },
    { key: 'operating:4', match: 'trf-1', kind: 'debit', amount: -SENT_OUT, state: 'MATCHED' },
  ]
  const under = addFile(writer, { ...of, name: 'stmt1', external: 'operating-1', day: '2026-11-26', lines })
  writer.entry('allocated', ['cash', CIT], DEPOSIT - SENT_OUT, under)
  allocate(writer, 'stmt1', 2, 'batch', 'ACQ-1', DEPOSIT)
  allocate(writer, 'stmt1', 3, 'payout', SAMPLE_PAYOUT, SHORT_OF_PAYOUT - PAYOUT)
  allocate(writer, 'stmt1', 4, 'transfer', 'trf-1', -SENT_OUT)
  const back = { key: 'operating:5', match: SAMPLE_PAYOUT, kind: 'return', amount: PAYOUT, state: 'MATCHED' }
  const opening = lines.reduce((sum, { amount }) => sum + amount, 0)
  addFile(writer, { ...of, name: 'stmt2', external: 'operating-2', day: '2026-11-27', opening, lines: [back] })
  allocate(writer, 'stmt2', 1, 'return', SAMPLE_PAYOUT, PAYOUT)
  const payable = `merchant_payable:${SAMPLE_MERCHANT}`
  writer.event('settlement.closed', BATCH)
  const told = ['created', 'sent', 'paid', 'returned'].map(step => writer.event(`payout.${step}`, SAMPLE_PAYOUT))
  const of_ = (index: number) => ({ eventId: told[index]!, subject: SAMPLE_PAYOUT })
  writer.entry('payout', [payable, 'payout_in_transit'], PAYOUT, of_(0))
  writer.entry('payout_paid', ['payout_in_transit', 'cash'], PAYOUT - SHORT_OF_PAYOUT, of_(2))
  writer.entry('payout_returned', ['cash', payable], PAYOUT, of_(3))
  return { paid: told[2]!, returned: told[3]! }
}

const itemRow = (name: string, type: string, eventId: string, batchId: string | null): SampleRow => ({
  ...{
    item_id: sampleId('itm', name),
    merchant_id: SAMPLE_MERCHANT,
    currency: 'KRW',
    payment_id: null,
    event_id: eventId,
  },
  ...{
    type,
    gross: PAYOUT,
    fee: 0,
    vat: 0,
    net: PAYOUT,
    sold_on: '2026-11-26',
    period_end: '2026-11-26',
    due_on: null,
  },
  ...{ calendar_version: 1, batch_id: batchId, recorded_at: AT },
})

function addPayout(writer: Writer, adjusted: string, returned: string): void {
  writer.add('settlement_item', itemRow('adjusted', 'adjustment', adjusted, BATCH))
  writer.add('settlement_item', itemRow('returned', 'payout_returned', returned, null))
  writer.add('settlement_batch', {
    ...{ batch_id: BATCH, merchant_id: SAMPLE_MERCHANT, currency: 'KRW', period_end: '2026-11-26', sequence: 1 },
    ...{ due_on: '2026-11-27', state: 'PAID', item_count: 1, net: PAYOUT, opened_at: AT, closed_at: AT },
  })
  writer.add('payout', {
    ...{
      payout_id: SAMPLE_PAYOUT,
      batch_id: BATCH,
      attempt: 1,
      merchant_id: SAMPLE_MERCHANT,
      amount: PAYOUT,
      currency: 'KRW',
    },
    ...{ account_token: 'acct_ok', state: 'RETURNED', file_id: null, bank_ref: null, failure: null, event_count: 4 },
    ...{ ask_at_ms: 0, created_at: AT, updated_at: AT },
  })
}

/** What the acquirer is to correct of a break. Returns the expectation. */
function addCorrection(
  writer: Writer,
  of: SampleBreak,
  { name, amount, state }: { name: string; amount: number; state: string },
): string {
  const { eventId, sequence } = of.approve(AR, amount)
  const expectationId = sampleId('exp', name)
  writer.add('recon_expectation', {
    ...{ expectation_id: expectationId, source_id: 'acquirer', match_key: `${of.id}:${sequence}`, kind: 'correction' },
    ...{ event_id: eventId, payment_id: null, amount, fee: 0, vat: 0, currency: 'KRW' },
    ...{ due_on: null, state, recorded_at: AT },
  })
  return expectationId
}

/** Every break with what was done with it. Returns the event of the merchant's adjustment. */
function addBreaks(writer: Writer, { missing }: SampleExpectations, left: number): string {
  const of = { source: 'acquirer' }
  const less = new SampleBreak(writer, {
    ...{
      ...of,
      name: 'less',
      class: 'AMOUNT_UNDER',
      line: ['acq1r1', 2],
      opens: ['differs_amount', SUSPENSE, AR, LESS],
    },
  })
  less.act('assign', PROPOSER)
  less.approve('recon_loss', 400)
  addCorrection(writer, less, { name: 'correction', amount: 100, state: 'OPEN' })
  const settled = addCorrection(writer, less, { name: 'corrected', amount: 50, state: 'SETTLED' })
  const nobody = new SampleBreak(writer, {
    ...{
      ...of,
      name: 'nobody',
      class: 'MISSING_HERE',
      line: ['acq1r1', 3],
      opens: ['unexpected', CIT, SUSPENSE, 4_917],
    },
  })
  nobody.approve(AR, -50, settled)
  const amended = new SampleBreak(writer, {
    ...{ ...of, name: 'amended', class: 'AMENDED', line: ['acq1r2', 3], opens: ['unexpected', CIT, SUSPENSE, 100] },
  })
  amended.approve('recon_gain', -100)
  amended.close('WRITTEN_OFF')
  const bank = { source: 'bank-operating' }
  const funds = new SampleBreak(writer, {
    ...{
      ...bank,
      name: 'funds',
      class: 'MISSING_HERE',
      line: ['stmt1', 1],
      opens: ['unexpected', 'cash', SUSPENSE, FUNDS],
    },
  })
  funds.approve('own_funds', -900_000)
  const adjusted = funds.approve(`merchant_payable:${SAMPLE_MERCHANT}`, -PAYOUT)
  funds.takeOver(17, nobody, nobody.approve(SUSPENSE, -17, funds.id).eventId)
  const unpaid = new SampleBreak(writer, {
    ...{ ...bank, name: 'unpaid', class: 'AMOUNT_UNDER', batch: 'ACQ-1', opens: ['short_paid', SUSPENSE, CIT, left] },
  })
  unpaid.approve(CIT, 500, 'ACQ-1')
  new SampleBreak(writer, {
    ...{ ...bank, name: 'payout', class: 'AMOUNT_UNDER', line: ['stmt1', 3] },
    opens: ['payout_paid_difference', 'payout_in_transit', SUSPENSE, SHORT_OF_PAYOUT],
  })
  const gone = new SampleBreak(writer, {
    ...{ ...of, name: 'gone', class: 'MISSING_THERE', expectation: missing.expectationId },
  })
  gone.giveUp(AR, missing.amount, missing.expectationId)
  return adjusted.eventId
}

export interface SampleRecon {
  rows: SampleRows
  /** What operators did, in its order. */
  acted: { actor: string; subject: string }[]
  /** Expectations that are settled by it. */
  settled: readonly string[]
  /** Disputes that operators gave up: the audit log has them. */
  givenUp: string[]
  /** Captures that are disputed. */
  disputed: readonly DisputedCapture[]
}

const SOURCES: SampleRow[] = [
  { source_id: 'acquirer', kind: 'acquirer', profile: 'acquirer-csv', bank_account: null, account: null },
  { source_id: 'bank-operating', kind: 'bank', profile: 'camt-053', bank_account: 'operating', account: 'cash' },
].map(source => ({
  ...{ ...source, reversal_rule: 'marks', timezone: 'Asia/Seoul', calendar: 'KR', early_days: 1, sla_days: 2 },
  ...{ tolerance: 0, tolerance_max: 0, added_at: AT },
}))

export function sampleRecon(expectations: SampleExpectations): SampleRecon {
  const writer = new Writer('recon')
  for (const source of SOURCES) writer.add('recon_source', { ...source })
  const left = addFirstBatch(writer, expectations)
  addRefundAndCarry(writer, expectations.refund)
  const waiting = { key: 'ACQ-4:1', match: 'op_waits', kind: 'capture', amount: 700, state: 'READ', batch: 'ACQ-4' }
  const of = { name: 'acq4', source: 'acquirer', external: 'ACQ-4', day: '2026-11-29' } as const
  addFile(writer, { ...of, state: 'PARSED', lines: [waiting] })
  const { returned } = addStatements(writer)
  addPayout(writer, addBreaks(writer, expectations, left), returned)
  const { rows, acted } = writer
  return {
    rows,
    acted,
    ...{ givenUp: [], disputed: [] },
    settled: Object.values(expectations).map(({ expectationId }) => expectationId),
  }
}
