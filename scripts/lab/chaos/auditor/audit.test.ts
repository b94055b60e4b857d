/** The auditor agrees with a small run in which all is right, and names every lie that is planted in it. */
import { beforeEach, describe, expect, test } from '@jest/globals'
import { audit, type CheckName, checkNames } from './audit.ts'
import { feeOf } from './books.ts'
import type {
  DisputeFact,
  EntryFact,
  Facts,
  OperationFact,
  OutboxFact,
  PaymentFact,
  ReadPayment,
  ToldAnswer,
  ToldRead,
} from './facts.ts'

const PAYMENT = 'pay_1'
const MERCHANT = 'shop'
/** 250 basis points of 600 are 15, and 7 once. */
const FEES = [22, 10]

let facts: Facts
/** Virtual time, in days. */
let today: number

/** 1,000 held, 600 and 400 captured, 300 refunded; a hold that was declined; a capture that was canceled. */
beforeEach(() => {
  facts = {
    ...{
      journal: [],
      payments: [],
      operations: [],
      disputes: [],
      entries: [],
      outbox: [],
      stored: [],
      records: [],
      auditLog: [],
      actions: [],
      told: [],
      inquiries: [],
    },
    reads: [readOf(PAYMENT, { status: 'PARTIALLY_CAPTURED', capturedAmount: 600 })],
    deadLetters: 0,
  }
  today = 0
  const payment = pay(PAYMENT, 1_000, { status: 'PARTIALLY_REFUNDED', captured: 1_000, refunded: 300, eventCount: 4 })
  step(payment, 'authorize', 1_000, { status: 'AUTHORIZED', capturable: 1_000 })
  step(payment, 'capture', 600, {
    status: 'PARTIALLY_CAPTURED',
    captured: 600,
    capturable: 400,
    fee: FEES[0],
    final: false,
  })
  refusal(payment, 'capture', 400, 'FAILED')
  step(payment, 'capture', 400, { status: 'COMPLETED', captured: 1_000, refundable: 1_000, fee: FEES[1], final: true })
  step(payment, 'refund', 300, { status: 'PARTIALLY_REFUNDED', captured: 1_000, refunded: 300, refundable: 700 })
  conflict(payment, 'key-conflict', 700, 701)
  const declined = pay('pay_2', 50, { status: 'DECLINED', eventCount: 1 })
  refusal(declined, 'authorize', 50, 'DECLINED')
})

const NOTHING_MOVED = { capturedAmount: 0, refundedAmount: 0, disputedAmount: 0 }
const timeOf = (day: number): string => new Date(Date.UTC(2026, 0, 1 + day)).toISOString()
const readOf = (paymentId: string, read: Partial<ReadPayment> & Pick<ReadPayment, 'status'>): ToldRead => ({
  paymentId,
  payment: { ...NOTHING_MOVED, ...read },
})

function pay(paymentId: string, amount: number, given: Partial<PaymentFact>): PaymentFact {
  const payment: PaymentFact = {
    ...{ paymentId, merchantId: MERCHANT, orderId: null, status: 'AUTHORIZED', amount, currency: 'USD' },
    ...{ captured: 0, refunded: 0, disputed: 0, method: 'tok_approve', feeBasisPoints: 250, feeFixed: 7 },
    ...{ pendingOperationId: null, eventCount: 1 },
    ...given,
  }
  facts.payments.push(payment)
  return payment
}

interface After {
  status: string
  captured?: number
  refunded?: number
  capturable?: number
  refundable?: number
  disputed?: number
  fee?: number | undefined
  final?: boolean
}

/** An operation with its decision and its key. */
function operationOf(
  payment: PaymentFact,
  kind: 'authorize' | 'capture' | 'refund',
  amount: number,
  state: OperationFact['state'],
  finalCapture: boolean | null,
): OperationFact {
  const { paymentId, merchantId, currency, method } = payment
  const own = facts.operations.filter(operation => operation.paymentId === paymentId)
  const operationId = `op_${facts.operations.length + 1}`
  const declineReason = state === 'DECLINED' ? 'do_not_honor' : null
  const operation: OperationFact = {
    ...{ operationId, paymentId, merchantId, key: `key-${operationId}`, kind, amount, currency, state, declineReason },
    ...{ sequence: own.length + 1, finalCapture, combined: false },
  }
  facts.operations.push(operation)
  const authorizationId = own[0]?.operationId ?? null
  facts.journal.push({
    ...{ type: 'decision', sequence: facts.journal.length + 1, operationId, reason: declineReason },
    order: { kind, amount, currency, method, authorizationId, finalCapture },
    state: state === 'SUCCEEDED' ? 'APPROVED' : state === 'FAILED' ? 'CANCELED' : 'DECLINED',
    ...{ decidedAt: '2026-01-01T00:00:00.000Z', recordedAt: '2026-01-01T00:00:00.000Z' },
  })
  return operation
}

/** Something that succeeded: with its event, its entries and the answer. */
function step(payment: PaymentFact, kind: 'authorize' | 'capture' | 'refund', amount: number, after: After): void {
  const { status, captured = 0, refunded = 0, disputed = 0, capturable = 0, refundable = 0, fee, final = null } = after
  const operation = operationOf(payment, kind, amount, 'SUCCEEDED', final)
  const topics = { authorize: 'payment.authorized', capture: 'payment.captured', refund: 'payment.refunded' } as const
  const totals = { status, capturedAmount: captured, refundedAmount: refunded, disputedAmount: disputed }
  const eventId = tell(payment, operation, topics[kind], totals, fee)
  const { paymentId, merchantId, currency, orderId } = payment
  const payable = `merchant_payable:${merchantId}`
  const book = (type: EntryFact['type'], debit: string, credit: string, moved: number) =>
    facts.entries.push({ paymentId, eventId, type, debit, credit, amount: moved, currency })
  if (kind === 'capture') {
    book('capture', 'acquirer_receivable', payable, amount)
    book('fee', payable, 'fee_revenue', fee!)
  }
  if (kind === 'refund') book('refund', payable, 'acquirer_receivable', amount)
  const view = { paymentId, merchantId, orderId, amount: payment.amount, currency, ...totals }
  const rest = { capturableAmount: capturable, refundableAmount: refundable, pendingOperation: null, ledgerEntries: [] }
  answer(operation, kind === 'authorize' ? 201 : 200, { ...view, ...rest, operationId: operation.operationId })
}

function tell(
  { paymentId, merchantId, amount, currency }: PaymentFact,
  operation: OperationFact,
  topic: OutboxFact['topic'],
  totals: object,
  fee?: number,
): string {
  const eventId = `evt_${facts.outbox.length + 1}`
  const sequence = facts.outbox.filter(row => row.paymentId === paymentId).length + 1
  const { operationId, amount: moved } = operation
  const event = { eventId, eventType: topic, occurredAt: timeOf(today), sequence, operationId, amount: moved }
  const payload = JSON.stringify({
    ...event,
    ...(fee === undefined ? {} : { feeAmount: fee }),
    payment: { paymentId, merchantId, amount, currency, ...totals },
  })
  facts.outbox.push({ eventId, topic, paymentId, sequence, payload, published: true, parked: false })
  facts.records.push({ topic, partition: 0, offset: facts.records.length, key: paymentId, value: payload, eventId })
  return eventId
}

function refusal(
  payment: PaymentFact,
  kind: 'authorize' | 'capture',
  amount: number,
  state: 'DECLINED' | 'FAILED',
): void {
  const operation = operationOf(payment, kind, amount, state, kind === 'capture' ? true : null)
  if (kind === 'authorize') tell(payment, operation, 'payment.declined', { status: state, ...NOTHING_MOVED })
  const reason = operation.declineReason ?? 'canceled'
  answer(operation, 402, { code: 'PAYMENT_DECLINED', details: { reason, operationId: operation.operationId } })
}

function conflict({ paymentId }: PaymentFact, key = 'key-conflict', remaining = 700, amount?: number): void {
  const details = { reason: 'amount', status: 'PARTIALLY_REFUNDED', remaining }
  const body = JSON.stringify({ code: 'REFUND_CONFLICT', details })
  const request = amount === undefined ? {} : { amount }
  told({ kind: 'refund', key, paymentId, request }, 409, body)
}

const answer = ({ kind, key, paymentId, amount }: OperationFact, statusCode: number, body: object): void =>
  told(
    { kind: kind as 'capture', key, paymentId: kind === 'authorize' ? null : paymentId, request: { amount } },
    statusCode,
    JSON.stringify(body),
  )

function told(
  call: Pick<ToldAnswer, 'kind' | 'key' | 'paymentId' | 'request'>,
  statusCode: number,
  body: string,
): void {
  const rest = { who: 'client', merchantId: MERCHANT, operator: null, refusal: null, internalErrors: 0, sentAtMs: 0 }
  facts.told.push({ ...call, ...rest, answer: { statusCode, body } })
  facts.stored.push({ merchantId: MERCHANT, key: call.key!, operationId: null, statusCode, body })
}

test('agrees when all is right', () => {
  expect(audit(facts)).toEqual([])
})

test('a record that Kafka has twice is allowed', () => {
  facts.records.push({ ...facts.records[0]!, offset: 99 })
  expect(audit(facts)).toEqual([])
})

const secondCapture = (): void => {
  const first = facts.journal[1]!
  facts.journal.push({ ...first, sequence: facts.journal.length + 1, operationId: 'op_again' } as typeof first)
}

const toldOf = (kind: string): ToldAnswer => facts.told.find(one => one.kind === kind && one.answer!.statusCode < 300)!
const altered = (one: ToldAnswer, change: object): void => {
  one.answer!.body = JSON.stringify({ ...JSON.parse(one.answer!.body), ...change })
  facts.stored.find(({ key }) => key === one.key)!.body = one.answer!.body
}

/** What is planted, which checks must name it, and a word of what they say. */
const lies: [string, CheckName[], RegExp, () => void][] = [
  [
    'a second execution at the acquirer',
    ['journal', 'decisions', 'balances'],
    /op_again: APPROVED at the acquirer, and no operation here/,
    secondCapture,
  ],
  [
    'an operation that is decided twice',
    ['journal'],
    /op_1 is decided twice/,
    () => void facts.journal.push({ ...facts.journal[0]!, sequence: 7 }),
  ],
  [
    'a gap in the journal',
    ['journal'],
    /entry 6 has sequence 7/,
    () => void Object.assign(facts.journal[5]!, { sequence: 7 }),
  ],
  [
    'approved there, FAILED here',
    ['decisions', 'payments', 'answers'],
    /op_5: APPROVED at the acquirer, FAILED here/,
    () => void Object.assign(facts.operations[4]!, { state: 'FAILED' }),
  ],
  [
    'succeeded here, unknown there',
    ['decisions', 'journal'],
    /op_5: SUCCEEDED here, and not in the acquirer/,
    () => void facts.journal.splice(4, 1),
  ],
  [
    'declined there for another reason',
    ['decisions', 'answers'],
    /declined for do_not_honor at the acquirer, for lost_card here/,
    () => void Object.assign(facts.operations[5]!, { declineReason: 'lost_card' }),
  ],
  [
    'another amount at the acquirer',
    ['decisions', 'balances'],
    /amount 300 here, 299 at the acquirer/,
    () => void Object.assign((facts.journal[4] as { order: { amount: number } }).order, { amount: 299 }),
  ],
  [
    'more captured than held',
    ['journal'],
    /makes 1200 captured of 1000/,
    () => void Object.assign((facts.journal[3] as { order: { amount: number } }).order, { amount: 600 }),
  ],
  [
    'more refunded than captured',
    ['journal'],
    /makes 1001 refunded of 1000/,
    () => void Object.assign((facts.journal[4] as { order: { amount: number } }).order, { amount: 1_001 }),
  ],
  [
    'totals that are not the sums',
    ['payments'],
    /captured 999, by its operations 1000/,
    () => void Object.assign(facts.payments[0]!, { captured: 999 }),
  ],
  [
    'a status that was never reached',
    ['payments'],
    /status REFUNDED, by its operations PARTIALLY_REFUNDED/,
    () => void Object.assign(facts.payments[0]!, { status: 'REFUNDED' }),
  ],
  [
    'an operation that is pending for ever',
    ['payments'],
    /pending operation op_9/,
    () => void Object.assign(facts.payments[0]!, { pendingOperationId: 'op_9' }),
  ],
  [
    'an operation that nobody asked for',
    ['asked'],
    /op_5 \(key other\): nobody asked for it/,
    () => void Object.assign(facts.operations[4]!, { key: 'other' }),
  ],
  [
    'a second operation without a key',
    ['asked'],
    /op_5 \(key null\): nobody asked for it/,
    () => void Object.assign(facts.operations[4]!, { key: null }),
  ],
  [
    'an event that was lost before the outbox',
    ['outbox', 'kafka'],
    /op_5: 0 events in the outbox instead of 1/,
    () => void facts.outbox.splice(3, 1),
  ],
  [
    'an event that Kafka lost',
    ['kafka'],
    /op_5: 0 events in Kafka instead of 1/,
    () => void facts.records.splice(3, 1),
  ],
  [
    'an event of what nobody did',
    ['kafka'],
    /an event in Kafka of what nobody did/,
    () => void facts.records.push({ ...facts.records[0]!, eventId: 'evt_x', value: '{"operationId":"op_x"}' }),
  ],
  [
    'a second event of one step',
    ['kafka'],
    /2 events in Kafka instead of 1/,
    () => void facts.records.push({ ...facts.records[0]!, eventId: 'evt_x' }),
  ],
  [
    'a repetition in Kafka with other bytes',
    ['kafka'],
    /evt_1 in Kafka: value/,
    () => void facts.records.push({ ...facts.records[0]!, value: `${facts.records[0]!.value} ` }),
  ],
  [
    'an event that waits for ever',
    ['outbox'],
    /published is false/,
    () => void Object.assign(facts.outbox[0]!, { published: false }),
  ],
  [
    'an event with another fee',
    ['outbox', 'kafka'],
    /feeAmount is 23, by the books 22/,
    () =>
      void Object.assign(facts.outbox[1]!, {
        payload: facts.outbox[1]!.payload.replace('"feeAmount":22', '"feeAmount":23'),
      }),
  ],
  ['a dead letter', ['kafka'], /1 dead letters/, () => void Object.assign(facts, { deadLetters: 1 })],
  [
    'an entry that is missing',
    ['entries', 'balances'],
    /0 times instead of 1: .* refund/,
    () => void facts.entries.pop(),
  ],
  [
    'an entry that is there twice',
    ['entries', 'balances'],
    /2 times instead of 1: .* fee/,
    () => void facts.entries.push(facts.entries[1]!),
  ],
  [
    'VAT on a fee, of a merchant without terms',
    ['entries', 'balances'],
    /1 times instead of 0: .* fee_vat/,
    () => void facts.entries.push({ ...facts.entries[1]!, type: 'fee_vat', credit: 'vat_payable', amount: 2 }),
  ],
  [
    'a fee of another amount',
    ['entries', 'balances'],
    /balance of fee_revenue USD/,
    () => void Object.assign(facts.entries[1]!, { amount: 21 }),
  ],
  [
    'an answer that contradicts the totals',
    ['answers'],
    /told capturedAmount 601, by the books 600/,
    () => altered(toldOf('capture'), { capturedAmount: 601 }),
  ],
  [
    'a success of which nothing is known',
    ['answers'],
    /told of operation op_x, which is not there/,
    () => altered(toldOf('refund'), { operationId: 'op_x' }),
  ],
  [
    'told of a refusal of what succeeded',
    ['answers'],
    /told state DECLINED, by the books SUCCEEDED/,
    () => {
      const one = toldOf('refund')
      one.answer!.statusCode = 402
      facts.stored.find(({ key }) => key === one.key)!.statusCode = 402
      altered(one, { code: 'PAYMENT_DECLINED', details: { reason: 'lost_card', operationId: 'op_5' } })
    },
  ],
  [
    'a conflict that was none',
    ['answers'],
    /which was never so/,
    () =>
      altered(facts.told.find(({ key }) => key === 'key-conflict')!, {
        details: { reason: 'amount', status: 'COMPLETED', remaining: 700 },
      }),
  ],
  ['a 500', ['answers'], /told 500, 2 times/, () => void Object.assign(toldOf('refund'), { internalErrors: 2 })],
  [
    'a call that was never answered',
    ['answers', 'keys'],
    /no final answer/,
    () => void Object.assign(toldOf('refund'), { answer: null }),
  ],
  [
    'a key of another request that was answered',
    ['answers'],
    /must be refused \(different request\), and was told 200/,
    () => void facts.told.push({ ...toldOf('refund'), refusal: 'different request' }),
  ],
  [
    'two answers under one key',
    ['keys'],
    /told different answers/,
    () =>
      void facts.told.push({
        ...toldOf('refund'),
        answer: { statusCode: 200, body: toldOf('refund').answer!.body.replace('700', '701') },
      }),
  ],
  [
    'a stored answer that was altered',
    ['keys'],
    /key shop key-op_5: told 200/,
    () => void Object.assign(facts.stored[4]!, { body: 'altered' }),
  ],
  ['a stored answer that is gone', ['keys'], /its answer is not stored/, () => void facts.stored.splice(4, 1)],
  [
    'a stored answer that nobody heard',
    ['keys'],
    /stored, and nobody was told of it/,
    () => void facts.stored.push({ ...facts.stored[0]!, key: 'other' }),
  ],
  [
    'totals that were read and never were',
    ['reads'],
    /which it never was/,
    () => void facts.reads.push(readOf(PAYMENT, { status: 'COMPLETED', capturedAmount: 600 })),
  ],
  [
    'a final state that changed after it was read',
    ['reads'],
    /told state FAILED, by the books SUCCEEDED/,
    () => {
      const { operationId, kind, amount, currency } = facts.operations[4]!
      facts.reads.push({
        paymentId: PAYMENT,
        operations: [{ operationId, kind, state: 'FAILED', amount, currency, declineReason: null }],
      })
    },
  ],
]

describe('a planted lie is named', () => {
  test.each(lies)('%s', (_, checks, words, plant) => {
    plant()
    const found = audit(facts)
    expect(found.map(({ what }) => what).join('\n')).toMatch(words)
    for (const check of checks) expect(found.map(one => one.check)).toContain(check)
  })

  test('every check finds one', () => {
    const found = [...lies.flatMap(([, checks]) => checks), ...consoleLies.map(() => 'console')]
    expect(new Set(found)).toEqual(new Set(checkNames))
  })
})

const OPERATED = 'pay_4'
const KEYS = ['console:capture', 'console:refused', 'console:inquire', 'console:nothing', 'console:viewer'] as const
const [CAPTURE_KEY, REFUSED_KEY, INQUIRE_KEY, NOTHING_KEY, VIEWER_KEY] = KEYS
const kim = { name: 'kim', reason: '탭을 닫았다' }

/** Captured by an operator, of which nothing is left to capture; an inquiry that found something, and one that did not; a viewer who tried. */
function operate(): void {
  const payment = pay(OPERATED, 100, { status: 'COMPLETED', captured: 100, eventCount: 2 })
  step(payment, 'authorize', 100, { status: 'AUTHORIZED', capturable: 100 })
  step(payment, 'capture', 100, { status: 'COMPLETED', captured: 100, refundable: 100, fee: 9, final: true })
  const [operation, captured] = [facts.operations.at(-1)!, facts.told.at(-1)!]
  Object.assign(operation, { key: CAPTURE_KEY })
  Object.assign(captured, { key: CAPTURE_KEY, operator: kim })
  Object.assign(facts.stored.at(-1)!, { key: CAPTURE_KEY })
  note('capture-asked', CAPTURE_KEY, { amount: 100, finalCapture: true })
  const call = { kind: 'capture' as const, paymentId: OPERATED, request: {} }
  const nothingLeft = { reason: 'status', status: 'COMPLETED', remaining: 0 }
  told({ ...call, key: REFUSED_KEY }, 409, JSON.stringify({ code: 'CAPTURE_CONFLICT', details: nothingLeft }))
  Object.assign(facts.told.at(-1)!, { operator: kim })
  note('capture-asked', REFUSED_KEY, { amount: null, finalCapture: true })
  const { operationId, kind, amount, state } = operation
  inquire(INQUIRE_KEY, { operationId, kind, amount, state: 'PENDING' })
  inquire(INQUIRE_KEY, { operationId, kind, amount, state })
  note('inquired', INQUIRE_KEY, {})
  inquire(NOTHING_KEY, null)
  facts.told.push({
    ...{ ...captured, key: VIEWER_KEY, operator: { ...kim, name: 'park' }, refusal: 'role' },
    answer: { statusCode: 403, body: '{"code":"FORBIDDEN","details":{"reason":"role"}}' },
  })
}

function note(word: string, key: string, details: object): void {
  const [subject, action, id] = [OPERATED, `payment.${word}`, facts.auditLog.length + 1]
  const written = { actor: kim.name, reason: kim.reason, details: JSON.stringify({ ...details, key }) }
  facts.auditLog.push({ id, action, subject, ...written, at: new Date('2025-12-31T23:59:59.000Z') })
  facts.actions.push({ key, operator: kim.name, action, subject })
}

function inquire(key: string, operation: object | null): void {
  const answer = { statusCode: 200, body: JSON.stringify({ paymentId: OPERATED, operation }) }
  facts.inquiries.push({ who: 'kim', paymentId: OPERATED, key, operator: kim, answer, internalErrors: 0 })
}

const noted = (key: string) => facts.auditLog.find(({ details }) => details.includes(key))!
const saidAs = (one: ToldAnswer, operationId: string): void => altered(one, { operationId })

const consoleLies: [string, RegExp, () => void][] = [
  [
    'an entry that is missing',
    /console:capture: 0 entries of the audit log instead of 1/,
    () => void facts.auditLog.shift(),
  ],
  [
    'an entry that is there twice',
    /console:capture: 2 entries of the audit log instead of 1/,
    () => void facts.auditLog.push({ ...facts.auditLog[0]!, id: 9 }),
  ],
  [
    'an entry of another operator',
    /operator lee in the audit log, asked for was kim/,
    () => void Object.assign(noted(CAPTURE_KEY), { actor: 'lee' }),
  ],
  [
    'an entry with another reason',
    /reason none in the audit log, asked for was 탭을 닫았다/,
    () => void Object.assign(noted(CAPTURE_KEY), { reason: 'none' }),
  ],
  [
    'an entry of another deed',
    /action payment.void-asked in the audit log/,
    () => void Object.assign(noted(CAPTURE_KEY), { action: 'payment.void-asked' }),
  ],
  [
    'an entry of another payment',
    /payment pay_1 in the audit log, asked for was pay_4/,
    () => void Object.assign(noted(CAPTURE_KEY), { subject: PAYMENT }),
  ],
  [
    'an entry with another amount',
    /details .*99.* in the audit log/,
    () =>
      void Object.assign(noted(CAPTURE_KEY), {
        details: JSON.stringify({ amount: 99, finalCapture: true, key: CAPTURE_KEY }),
      }),
  ],
  [
    'no entry of what was refused by the state',
    /console:refused: 0 entries of the audit log/,
    () => void facts.auditLog.splice(facts.auditLog.indexOf(noted(REFUSED_KEY)), 1),
  ],
  [
    'an entry of what was refused before the claim',
    /console:viewer: 1 entries of the audit log instead of 0, and nobody asked/,
    () => note('capture-asked', VIEWER_KEY, { amount: 100, finalCapture: true }),
  ],
  [
    'an entry of an inquiry that found nothing',
    /console:nothing: 1 entries of the audit log instead of 0/,
    () => note('inquired', NOTHING_KEY, {}),
  ],
  [
    'an entry that names no key',
    /key undefined: 1 entries of the audit log instead of 0/,
    () => void facts.auditLog.push({ ...facts.auditLog[0]!, id: 9, details: '{}' }),
  ],
  [
    'an entry that is later than what it led to',
    /console:capture: noted after the acquirer had decided/,
    () => void Object.assign(noted(CAPTURE_KEY), { at: new Date('2026-01-01T00:00:00.001Z') }),
  ],
  ['a key that was not kept', /0 rows of console_action instead of 1/, () => void facts.actions.shift()],
  [
    'a key that was kept for another operator',
    /operator lee in console_action/,
    () => void Object.assign(facts.actions[0]!, { operator: 'lee' }),
  ],
  [
    'a second operation under one key',
    /console:capture: 2 operations instead of 1/,
    () => void facts.operations.push({ ...facts.operations.at(-1)!, operationId: 'op_again' }),
  ],
  [
    'an operation of what was refused',
    /console:refused: 1 operations instead of 0/,
    () => void Object.assign(facts.operations[4]!, { key: REFUSED_KEY }),
  ],
  [
    'an operation of what nobody asked for in the console',
    /console:other: 1 operations instead of 0, and nobody asked/,
    () => void Object.assign(facts.operations[4]!, { key: 'console:other' }),
  ],
  [
    'an operation of another amount than was asked for',
    /amount 99 of the operation, asked for was 100/,
    () => void Object.assign(facts.operations.at(-1)!, { amount: 99 }),
  ],
  [
    'an operation that keeps the hold, and was to end it',
    /finalCapture false of the operation, asked for was true/,
    () => void Object.assign(facts.operations.at(-1)!, { finalCapture: false }),
  ],
  [
    'an answer that names another operation',
    /id op_8 of the operation, asked for was op_5/,
    () => saidAs(facts.told.find(({ key }) => key === CAPTURE_KEY)!, 'op_5'),
  ],
  [
    'an inquiry that told what is not so',
    /told state FAILED, by the books SUCCEEDED/,
    () => inquire(INQUIRE_KEY, { ...facts.operations.at(-1)!, state: 'FAILED' }),
  ],
  [
    'an inquiry that told of what is not there',
    /told of operation op_x, which is not there/,
    () => inquire(INQUIRE_KEY, { operationId: 'op_x' }),
  ],
  [
    'an inquiry that told of another operation the second time',
    /console:inquire: told of op_8 and op_7/,
    () => inquire(INQUIRE_KEY, facts.operations.at(-2)!),
  ],
  [
    'an inquiry that was never answered',
    /console:nothing\): no final answer/,
    () => void Object.assign(facts.inquiries.at(-1)!, { answer: null }),
  ],
]

describe('what operators asked for', () => {
  beforeEach(operate)

  test('is judged right', () => {
    expect(audit(facts)).toEqual([])
  })

  test('counts once, however often it was sent', () => {
    facts.told.push(facts.told.find(({ key }) => key === CAPTURE_KEY)!)
    expect(audit(facts)).toEqual([])
  })

  test.each(consoleLies)('%s is named', (_, words, plant) => {
    plant()
    const found = audit(facts).filter(({ check }) => check === 'console')
    expect(found.map(({ what }) => what).join('\n')).toMatch(words)
  })

  test('a viewer who was not refused is named', () => {
    Object.assign(facts.told.at(-1)!, { answer: facts.told.find(({ key }) => key === CAPTURE_KEY)!.answer })
    expect(audit(facts).map(({ what }) => what)).toEqual([
      expect.stringMatching(/must be refused \(role\), and was told 200/),
    ])
  })
})

describe('a visit that outlives chargebacks', () => {
  const DISPUTED = 'pay_3'

  /** 1,000 captured; 400 taken back, 500 refunded, the last 100 taken back; the 400 won, and given back. */
  beforeEach(() => {
    const payment = pay(DISPUTED, 1_000, {
      status: 'PARTIALLY_REFUNDED',
      captured: 1_000,
      refunded: 900,
      eventCount: 4,
    })
    Object.assign(payment, { disputed: 100 })
    step(payment, 'authorize', 1_000, { status: 'AUTHORIZED', capturable: 1_000 })
    const captured = { status: 'COMPLETED', captured: 1_000, refundable: 1_000, fee: 32, final: true }
    step(payment, 'capture', 1_000, captured)
    takeBack(400, { from: 3, wonOn: 9 })
    facts.reads.push(readOf(DISPUTED, { status: 'COMPLETED', capturedAmount: 1_000, disputedAmount: 400 }))
    today = 5
    const refunded = { status: 'PARTIALLY_REFUNDED', captured: 1_000, refunded: 500 }
    step(payment, 'refund', 500, { ...refunded, disputed: 400, refundable: 100 })
    conflict(payment, 'key-too-much', 100, 101)
    takeBack(100, { from: 7 })
    conflict(payment, 'key-nothing-left', 0)
    today = 11
    step(payment, 'refund', 400, { ...refunded, refunded: 900, disputed: 100, refundable: 0 })
  })

  const takeBack = (amount: number, { from, wonOn }: { from: number; wonOn?: number }): void => {
    const times = { openedAt: new Date(timeOf(from)), closedAt: wonOn === undefined ? null : new Date(timeOf(wonOn)) }
    facts.disputes.push({ paymentId: DISPUTED, amount, state: wonOn === undefined ? 'OPEN' : 'WON', ...times })
  }
  const [first, second] = [0, 1].map(place => () => facts.disputes[place]!) as [() => DisputeFact, () => DisputeFact]
  const refunds = () =>
    facts.told.filter(
      ({ kind, paymentId, answer: of }) => kind === 'refund' && paymentId === DISPUTED && of!.statusCode === 200,
    )

  test('is judged right', () => {
    expect(audit(facts)).toEqual([])
  })

  test('what was given up stays with the card holder', () => {
    Object.assign(second(), { state: 'LOST', closedAt: new Date(timeOf(12)) })
    expect(audit(facts)).toEqual([])
  })

  test.each<[string, CheckName, RegExp, () => void]>([
    [
      'told as refundable what is taken back',
      'answers',
      /told refundableAmount 500, by the books 100/,
      () => altered(refunds()[0]!, { refundableAmount: 500 }),
    ],
    [
      'told of nothing that is taken back',
      'answers',
      /told disputedAmount 0, by the disputes 400/,
      () => altered(refunds()[0]!, { disputedAmount: 0, refundableAmount: 500 }),
    ],
    [
      'told of what was won before',
      'answers',
      /told disputedAmount 500, by the disputes 100/,
      () => altered(refunds()[1]!, { disputedAmount: 500 }),
    ],
    [
      'refused by more than was left',
      'answers',
      /"remaining":500}, which was never so/,
      () =>
        altered(facts.told.find(({ key }) => key === 'key-too-much')!, {
          details: { reason: 'amount', status: 'PARTIALLY_REFUNDED', remaining: 500 },
        }),
    ],
    [
      'refunded while it was taken back',
      'payments',
      /refund op_\d+ of 400: only 100 was left/,
      () => void Object.assign(first(), { closedAt: new Date(timeOf(20)) }),
    ],
    [
      'taken back, and refunded as a whole',
      'payments',
      /pay_3: more came back than was captured/,
      () => void Object.assign(facts.payments.find(({ paymentId }) => paymentId === DISPUTED)!, { disputed: 101 }),
    ],
    [
      'won, and still counted',
      'payments',
      /pay_3: disputed 100, by its operations 0/,
      () => void Object.assign(second(), { state: 'WON', closedAt: new Date(timeOf(12)) }),
    ],
    [
      'told to others otherwise',
      'outbox',
      /told disputedAmount 400, by the disputes 0/,
      () => void facts.disputes.shift(),
    ],
    [
      'read before it was taken back',
      'reads',
      /which it never was/,
      () => void facts.reads.push(readOf(DISPUTED, { status: 'AUTHORIZED', disputedAmount: 400 })),
    ],
    [
      'of a payment that is not there',
      'payments',
      /a dispute of pay_9/,
      () => void Object.assign(second(), { paymentId: 'pay_9' }),
    ],
  ])('%s is named', (_, check, words, plant) => {
    plant()
    const found = audit(facts).filter(one => one.check === check)
    expect(found.map(({ what }) => what).join('\n')).toMatch(words)
  })
})

test('the fee is rounded half to even, and never more than was captured', () => {
  const schedule = (feeBasisPoints: number, feeFixed: number) => pay('pay_fee', 1, { feeBasisPoints, feeFixed })
  expect([20, 60, 100, 140, 21].map(captured => feeOf(schedule(250, 0), captured))).toEqual([0, 2, 2, 4, 1])
  expect([0, 5, 1_000].map(captured => feeOf(schedule(250, 7), captured))).toEqual([0, 5, 32])
})
