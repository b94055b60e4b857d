/** What every client was told against the books: status and totals of that moment, refusals that were true, and one answer a key. */
import type { RequestedKind } from '../../../../shared/contracts/lists.ts'
import { type Books, jsonIn, keyIdOf, type Moment, type Totals } from './books.ts'
import { leftFor } from './check-payments.ts'
import { disputedProblems } from './disputed.ts'
import type { CallBody, PaymentFact, Refusal, ToldAnswer, ToldRead } from './facts.ts'

type Json = Record<string, unknown>
type FinalAnswer = NonNullable<ToldAnswer['answer']>

const objectIn = (json: Json, name: string): Json =>
  typeof json[name] === 'object' && json[name] !== null ? (json[name] as Json) : {}

/** Each answer by itself. */
export const answerProblems = (books: Books): string[] =>
  books.facts.told.flatMap(told => {
    const where = `${told.who} ${told.kind}${told.key === null ? '' : ` (key ${told.key})`}`
    const problems = internalErrorProblems(told)
    if (told.answer) problems.push(...oneAnswerProblems(books, told, told.answer))
    // Without a key nobody may repeat, so that the answer may be lost for good.
    else if (told.key !== null) problems.push('no final answer')
    return problems.map(problem => `${where}: ${problem}`)
  })

/** No fault excuses a 500. */
export const internalErrorProblems = ({ internalErrors }: Pick<ToldAnswer, 'internalErrors'>): string[] =>
  internalErrors > 0 ? [`told 500, ${internalErrors} times`] : []

function oneAnswerProblems(books: Books, told: ToldAnswer, { statusCode, body }: FinalAnswer): string[] {
  const json = jsonIn(body)
  if (told.refusal !== null) return refusalProblems(told.refusal, statusCode, json)
  if (statusCode === (told.kind === 'authorize' ? 201 : 200)) return successProblems(books, told, json)
  if (statusCode === 402) return declineProblems(books, told, json)
  if (statusCode === 409 && json.code === conflictCodes[told.kind]) return conflictProblems(books, told, json)
  return [`told ${statusCode} ${body}, which nothing explains`]
}

/** Status, code, and the reason in its details. */
const refusalAnswers: Record<Refusal, [number, string, string | undefined]> = {
  'different request': [422, 'DUPLICATE_REQUEST', 'different_request'],
  role: [403, 'FORBIDDEN', 'role'],
  'no payment': [404, 'NOT_FOUND', undefined],
  'console key': [400, 'VALIDATION_FAILED', undefined],
}

function refusalProblems(refusal: Refusal, statusCode: number, json: Json): string[] {
  const [status, code, reason] = refusalAnswers[refusal]
  const isRight =
    statusCode === status && json.code === code && (reason === undefined || objectIn(json, 'details').reason === reason)
  return isRight ? [] : [`must be refused (${refusal}), and was told ${statusCode} ${JSON.stringify(json)}`]
}

const conflictCodes: Record<RequestedKind, string | null> = {
  authorize: null,
  capture: 'CAPTURE_CONFLICT',
  refund: 'REFUND_CONFLICT',
  void: 'VOID_CONFLICT',
}

export const differencesBetween = (pairs: [string, unknown, unknown][]): string[] =>
  pairs
    .filter(([, found, wanted]) => found !== wanted)
    .map(([name, found, wanted]) => `told ${name} ${found}, by the books ${wanted}`)

/** The operation that an answer names. */
function momentIn({ momentOf }: Books, told: ToldAnswer, operationId: unknown): Moment | undefined {
  const moment = momentOf.get(String(operationId))
  return moment && (told.paymentId === null || moment.operation.paymentId === told.paymentId) ? moment : undefined
}

function successProblems(books: Books, told: ToldAnswer, json: Json): string[] {
  const moment = momentIn(books, told, json.operationId)
  if (moment === undefined) return [`told of operation ${json.operationId}, which is not there`]
  const { operation, after, disputed } = moment
  const payment = books.payments.get(operation.paymentId)!
  const isOver = typeof json.captureBefore === 'string' && String(json.updatedAt) >= json.captureBefore
  return [
    ...differencesBetween([
      ['kind', operation.kind, told.request.capture ? 'capture' : told.kind],
      ['state', 'SUCCEEDED', operation.state],
      ['decision', 'APPROVED', books.decisions.get(operation.operationId)?.state],
      ['paymentId', json.paymentId, payment.paymentId],
      ['merchantId', json.merchantId, payment.merchantId],
      ['orderId', json.orderId, payment.orderId],
      ['currency', json.currency, payment.currency],
      ['amount', json.amount, payment.amount],
      ['status', json.status, after.status],
      ['capturedAmount', json.capturedAmount, after.captured],
      ['refundedAmount', json.refundedAmount, after.refunded],
      ['capturableAmount', json.capturableAmount, isOver ? 0 : capturable(payment, after)],
      ['refundableAmount', json.refundableAmount, refundable(after, Number(json.disputedAmount))],
      ['pendingOperation', json.pendingOperation, null],
    ]),
    ...disputedProblems(json.disputedAmount, disputed.whenDecided),
    ...askedForProblems(told.request, payment, operation),
    ...entryViewProblems(books, payment, json.ledgerEntries),
  ]
}

const capturable = ({ amount }: PaymentFact, { status, captured }: Totals): number =>
  status === 'AUTHORIZED' || status === 'PARTIALLY_CAPTURED' ? amount - captured : 0

/** Minor units; `disputed` is what was told beside it. */
const refundable = ({ status, captured, refunded }: Totals, disputed: number): number =>
  status === 'COMPLETED' || status === 'PARTIALLY_REFUNDED' ? captured - refunded - disputed : 0

/** What was done is what was asked for. */
function askedForProblems(request: CallBody, payment: PaymentFact, operation: Moment['operation']): string[] {
  const wanted: [string, unknown, unknown][] = [
    ['amount', request.amount, operation.amount],
    ['currency', request.currency, payment.currency],
    ['method', request.paymentMethod, payment.method],
    ['order', request.orderId, payment.orderId],
    ['merchant', request.merchantId, payment.merchantId],
    ['finalCapture', request.finalCapture, operation.finalCapture],
  ]
  return wanted
    .filter(([, asked, done]) => asked !== undefined && asked !== done)
    .map(([name, asked, done]) => `asked for ${name} ${asked}, and done was ${done}`)
}

/** Entries that were told are in the ledger as they were told. */
function entryViewProblems({ entriesOf }: Books, { paymentId }: PaymentFact, views: unknown): string[] {
  if (!Array.isArray(views)) return ['told no ledger entries']
  if (views.length === 0) return []
  const known = new Set(
    entriesOf
      .get(paymentId)
      ?.map(({ type, debit, credit, amount, currency }) => [type, debit, credit, amount, currency].join(' ')),
  )
  return views
    .map(({ type, debitAccount, creditAccount, amount, currency }) =>
      [type, debitAccount, creditAccount, amount, currency].join(' '),
    )
    .filter(view => !known.has(view))
    .map(view => `told of a ledger entry that is not there: ${view}`)
}

function declineProblems(books: Books, told: ToldAnswer, json: Json): string[] {
  const { operationId, reason } = objectIn(json, 'details')
  const moment = momentIn(books, told, operationId)
  if (moment === undefined) return [`told of operation ${operationId}, which is not there`]
  const { kind, state, declineReason } = moment.operation
  const kinds = told.request.capture ? ['authorize', 'capture'] : [told.kind]
  return [
    ...(kinds.some(one => one === kind) ? [] : [`told of a ${kind}`]),
    ...differencesBetween([
      ['state', reason === 'canceled' ? 'FAILED' : 'DECLINED', state],
      ['reason', reason === 'canceled' ? null : reason, declineReason],
    ]),
  ]
}

/** A conflict is true when the payment was, at one of its moments, as the answer says, and that forbids what was asked. */
function conflictProblems({ moments, payments, usedKeys }: Books, told: ToldAnswer, json: Json): string[] {
  const details = objectIn(json, 'details')
  const payment = payments.get(told.paymentId ?? '')
  if (payment === undefined) return [`told of payment ${told.paymentId}, which is not there`]
  const isTrue = (moments.get(payment.paymentId) ?? []).some(({ after, disputed }) => {
    if (after.status !== details.status) return false
    if (details.reason !== 'amount') return details.remaining === 0
    const lefts = [...disputed.since].map(back => leftFor(told.kind, payment.amount, after, back))
    // Where all of it was taken back, nothing is left for whoever asks for the rest.
    return lefts.some(left => details.remaining === left && (left === 0 || (told.request.amount ?? left) > left))
  })
  const isKeyUsed = told.key !== null && usedKeys.has(keyIdOf(told))
  return [
    ...(isTrue && isForbidden(told.kind, details) ? [] : [`told ${JSON.stringify(details)}, which was never so`]),
    ...(isKeyUsed ? ['told of a conflict, and an operation has its key'] : []),
  ]
}

const heldStatuses: unknown[] = ['AUTHORIZED', 'PARTIALLY_CAPTURED']
const refundableStatuses: unknown[] = ['COMPLETED', 'PARTIALLY_REFUNDED']

function isForbidden(kind: RequestedKind, { reason, status }: Json): boolean {
  const fitting = kind === 'refund' ? refundableStatuses : heldStatuses
  return fitting.includes(status) === (reason !== 'status')
}

/** One key has one answer: all clients were told the same bytes, and these are stored. */
export function keyProblems({ facts }: Books): string[] {
  const stored = new Map(facts.stored.map(row => [keyIdOf(row), row]))
  const told = facts.told.filter(({ key, refusal, answer }) => key !== null && refusal === null && answer !== null)
  const byKey = Map.groupBy(told, keyIdOf)
  const differing = [...byKey].flatMap(([id, all]) => {
    const answers = new Set(all.map(({ answer }) => textOf(answer)))
    const row = stored.get(id)
    if (answers.size > 1) return [`key ${id}: told different answers: ${[...answers].join(' and ')}`]
    if (row === undefined) return [`key ${id}: its answer is not stored`]
    const [only] = answers
    const kept = textOf(row.statusCode === null ? null : { statusCode: row.statusCode, body: row.body ?? '' })
    return only === kept ? [] : [`key ${id}: told ${only}, stored ${kept}`]
  })
  const unknown = [...stored.keys()]
    .filter(id => !byKey.has(id))
    .map(id => `key ${id}: stored, and nobody was told of it`)
  return [...differing, ...unknown]
}

const textOf = (answer: FinalAnswer | null): string =>
  answer === null ? 'nothing' : `${answer.statusCode} ${answer.body}`

/** What was read while everything moved: final states stay, and totals were so at some moment. */
export const readProblems = (books: Books): string[] => books.facts.reads.flatMap(read => oneReadProblems(books, read))

function oneReadProblems({ moments, operations }: Books, read: ToldRead): string[] {
  if ('payment' in read) {
    const { status, capturedAmount, refundedAmount, disputedAmount } = read.payment
    const begun = { after: { status: 'REQUESTED', captured: 0, refunded: 0 }, disputed: { since: new Set([0]) } }
    const wasSo = [begun, ...(moments.get(read.paymentId) ?? [])].some(
      ({ after, disputed }) =>
        after.status === status &&
        after.captured === capturedAmount &&
        after.refunded === refundedAmount &&
        disputed.since.has(disputedAmount),
    )
    return wasSo ? [] : [`${read.paymentId}: read as ${JSON.stringify(read.payment)}, which it never was`]
  }
  return read.operations.flatMap(({ operationId, kind, state, amount, currency, declineReason }) => {
    const known = operations.get(operationId)
    if (known === undefined) return [`${read.paymentId}: read operation ${operationId}, which is not there`]
    const pairs: [string, unknown, unknown][] = [
      ['kind', kind, known.kind],
      ['amount', amount, known.amount],
      ['currency', currency, known.currency],
    ]
    if (state !== 'PENDING') pairs.push(['state', state, known.state], ['reason', declineReason, known.declineReason])
    return differencesBetween(pairs).map(problem => `${operationId}: ${problem}`)
  })
}
