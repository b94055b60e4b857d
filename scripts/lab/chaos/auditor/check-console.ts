/** What operators asked for, against the audit log: as docs/console.md says, each key has one entry, written before the acquirer was asked. */
import type { RequestedKind } from '../../../../shared/contracts/lists.ts'
import { type Books, jsonIn } from './books.ts'
import { differencesBetween, internalErrorProblems } from './check-answers.ts'
import type {
  ActionFact,
  AskedBy,
  AuditFact,
  CallBody,
  Facts,
  OperationFact,
  ToldAnswer,
  ToldInquiry,
} from './facts.ts'
import type { ConsoleFacts } from './gather.ts'

export type AskedKind = Exclude<RequestedKind, 'authorize'> | 'inquire'

/** What was asked for under one key, and may be done. */
export interface Ask {
  key: string
  paymentId: string
  kind: AskedKind
  operator: AskedBy
  request: CallBody
  /** The operation that the answer says was done under the key; null where it says none. */
  operationId: string | null
}

/** Each ask has its entry; each answer of an inquiry is true; and no entry is later than what it led to. */
export function consoleProblems(books: Books): string[] {
  const { facts, operations } = books
  return [
    ...askProblems(asksIn(facts), facts),
    ...facts.inquiries.flatMap(inquiry => inquiryProblems(inquiry, operations)),
    ...[...Map.groupBy(facts.inquiries, ({ key }) => key).values()].flatMap(sameOperationProblems),
    ...lateProblems(books),
  ]
}

/** A call that must be refused before the claim asks for nothing; nor does an inquiry where no outcome was unknown. */
function asksIn({ told, inquiries }: Facts): Ask[] {
  const mutations = told.flatMap(({ operator, refusal, key, paymentId, kind, request, answer }) =>
    operator === null || refusal !== null || key === null || paymentId === null || kind === 'authorize'
      ? []
      : [{ key, paymentId, kind, operator, request, operationId: operationNamedIn(answer) }],
  )
  const asked = inquiries.filter(inquiry => inquiredIn(inquiry) !== null)
  return [...mutations, ...asked.map(each => ({ ...each, kind: 'inquire' as const, request: {}, operationId: null }))]
}

/** By 200 and 402; a conflict names none. */
function operationNamedIn(answer: ToldAnswer['answer']): string | null {
  const { operationId, details } = jsonIn(answer?.body ?? '') as { operationId?: string; details?: Named }
  return operationId ?? details?.operationId ?? null
}

interface Named {
  operationId?: string
}

/** Both times are this machine's real one. */
function lateProblems({ facts, decisions }: Books): string[] {
  const notedAt = new Map(facts.auditLog.map(({ details, at }) => [keyIn(details), at.getTime()]))
  return facts.operations
    .filter(
      ({ key, operationId }) => notedAt.get(key ?? '')! > Date.parse(decisions.get(operationId)?.recordedAt ?? ''),
    )
    .map(({ key, operationId }) => `key ${key}: noted after the acquirer had decided ${operationId}`)
}

const keyIn = (details: string): string => String(jsonIn(details).key)

interface Found {
  entries: readonly AuditFact[]
  actions: readonly ActionFact[]
  operations: readonly OperationFact[]
}

/** Under each key what was asked for, once, and nothing under any other. A key that was sent again counts once. */
export function askProblems(asks: readonly Ask[], { auditLog, actions, operations }: ConsoleFacts): string[] {
  const wanted = new Map(asks.map(ask => [ask.key, ask]))
  const entriesOf = Map.groupBy(auditLog, ({ details }) => keyIn(details))
  const actionsOf = Map.groupBy(actions, ({ key }) => key)
  const operationsOf = Map.groupBy(
    operations.filter(({ key }) => key?.startsWith('console:')),
    ({ key }) => key!,
  )
  const keys = [wanted, entriesOf, actionsOf, operationsOf].flatMap(byKey => [...byKey.keys()])
  return [...new Set(keys)].flatMap(key => {
    const found = {
      entries: entriesOf.get(key) ?? [],
      actions: actionsOf.get(key) ?? [],
      operations: operationsOf.get(key) ?? [],
    }
    return oneKeyProblems(wanted.get(key), found).map(problem => `key ${key}: ${problem}`)
  })
}

function oneKeyProblems(ask: Ask | undefined, { entries, actions, operations }: Found): string[] {
  const counted = (what: string, is: number, wanted: number) =>
    is === wanted ? [] : [`${is} ${what} instead of ${wanted}${ask ? '' : ', and nobody asked for anything'}`]
  return [
    ...counted('entries of the audit log', entries.length, ask ? 1 : 0),
    ...counted('rows of console_action', actions.length, ask ? 1 : 0),
    ...counted('operations', operations.length, ask?.operationId ? 1 : 0),
    ...(ask ? entries.flatMap(entry => entryProblems(ask, entry)) : []),
    ...(ask ? actions.flatMap(action => actionProblems(ask, action)) : []),
    ...(ask ? operations.flatMap(operation => operationProblems(ask, operation)) : []),
  ]
}

const actionNames: Record<AskedKind, string> = {
  capture: 'payment.capture-asked',
  refund: 'payment.refund-asked',
  void: 'payment.void-asked',
  inquire: 'payment.inquired',
}

function entryProblems(ask: Ask, { actor, action, subject, reason, details }: AuditFact): string[] {
  return disagreements('in the audit log', [
    ['operator', actor, ask.operator.name],
    ['action', action, actionNames[ask.kind]],
    ['payment', subject, ask.paymentId],
    ['reason', reason, ask.operator.reason],
    ['details', sorted(jsonIn(details)), sorted(detailsOf(ask))],
  ])
}

const actionProblems = (ask: Ask, { operator, action, subject }: ActionFact): string[] =>
  disagreements('in console_action', [
    ['operator', operator, ask.operator.name],
    ['action', action, actionNames[ask.kind]],
    ['payment', subject, ask.paymentId],
  ])

function operationProblems(ask: Ask, operation: OperationFact): string[] {
  const { amount = operation.amount } = ask.request
  return disagreements('of the operation', [
    ['id', operation.operationId, ask.operationId],
    ['kind', operation.kind, ask.kind],
    ['payment', operation.paymentId, ask.paymentId],
    ['amount', operation.amount, amount],
    ['finalCapture', operation.finalCapture, ask.kind === 'capture' ? isFinal(ask) : null],
  ])
}

const disagreements = (where: string, pairs: [string, unknown, unknown][]): string[] =>
  pairs
    .filter(([, found, asked]) => found !== asked)
    .map(([name, found, asked]) => `${name} ${found} ${where}, asked for was ${asked}`)

const isFinal = ({ request }: Ask): boolean => request.finalCapture ?? true

function detailsOf(ask: Ask): Record<string, unknown> {
  const { key, kind, request } = ask
  const { amount = null } = request
  const details: Record<AskedKind, Record<string, unknown>> = {
    capture: { amount, finalCapture: isFinal(ask), key },
    refund: { amount, key },
    void: { key },
    inquire: { key },
  }
  return details[kind]
}

const sorted = (details: Record<string, unknown>): string => JSON.stringify(Object.entries(details).sort())

interface Inquired {
  operationId: string
  kind: string
  amount: number
  state: string
}

/** Null where no outcome was unknown, or there is no answer. */
function inquiredIn({ answer }: ToldInquiry): Inquired | null {
  return (jsonIn(answer?.body ?? '').operation as Inquired | undefined) ?? null
}

function inquiryProblems(inquiry: ToldInquiry, operations: ReadonlyMap<string, OperationFact>): string[] {
  const { who, paymentId, answer } = inquiry
  const problems = internalErrorProblems(inquiry)
  if (answer === null) problems.push('no final answer')
  else if (answer.statusCode === 200) problems.push(...inquiredProblems(paymentId, inquiredIn(inquiry), operations))
  else problems.push(`told ${answer.statusCode} ${answer.body}, which nothing explains`)
  return problems.map(problem => `${who} inquire (key ${inquiry.key}): ${problem}`)
}

/** What was still unknown may have been decided since. */
function inquiredProblems(
  paymentId: string,
  inquired: Inquired | null,
  operations: ReadonlyMap<string, OperationFact>,
): string[] {
  if (inquired === null) return []
  const operation = operations.get(inquired.operationId)
  if (operation?.paymentId !== paymentId) return [`told of operation ${inquired.operationId}, which is not there`]
  return differencesBetween([
    ['kind', inquired.kind, operation.kind],
    ['amount', inquired.amount, operation.amount],
    ['state', inquired.state, inquired.state === 'PENDING' ? 'PENDING' : operation.state],
  ])
}

/** The same key asks about the same operation again. */
function sameOperationProblems(inquiries: readonly ToldInquiry[]): string[] {
  const ids = new Set(inquiries.flatMap(inquiry => inquiredIn(inquiry)?.operationId ?? []))
  return ids.size > 1 ? [`key ${inquiries[0]!.key}: told of ${[...ids].join(' and ')}`] : []
}
