/** Invariants of operations and of the answers stored under their keys: nothing stuck, and callers were told what happened. */
import type { OperationKind, OperationState } from '../contracts/lists.ts'
import type { KeptAnswer } from './database-totals.ts'
import { type CheckResult, type DatabaseInvariant, failed, holds, type Judge, ok, pending, same } from './invariant.ts'
import {
  type AnswerRow,
  type EventFacts,
  type OperationRow,
  objectOf,
  outcomeOf,
  type PaymentHistory,
  type PaymentRow,
  parseJson,
  ruleOf,
  type SettlementRow,
} from './payment-history.ts'

const leaseResult = ({ operationId, kind, state, leaseUntilMs }: OperationRow, judge: Judge): CheckResult => {
  if (outcomeOf(state) !== 'open') return ok
  const overdueMs = judge.nowMs - leaseUntilMs
  const problem = `${kind} is pending, its lease ran out ${overdueMs} ms ago`
  if (overdueMs > judge.graceMs) return failed(operationId, problem)
  return pending(operationId, overdueMs > 0 ? problem : `${kind} is being worked on`)
}

const leasesAlive = {
  name: 'nothing-stuck',
  sentence: 'Every operation is finished, or somebody works on it or did so a moment ago.',
  *checkPayment({ operations }, judge) {
    for (const operation of operations) yield leaseResult(operation, judge)
  },
} as const satisfies DatabaseInvariant

const finishedTimes = {
  name: 'finished-has-time',
  sentence: 'An operation has a time of finishing exactly when it is finished.',
  *checkPayment({ operations }) {
    for (const { operationId, state, finishedAtMs } of operations)
      yield same(operationId, `finished, being ${state}`, finishedAtMs !== null, outcomeOf(state) !== 'open')
  },
} as const satisfies DatabaseInvariant

/** Stored answers may be pruned this long after they were finished. */
const PRUNED_AFTER_MS = 15 * 24 * 60 * 60_000

/** The key whose answer tells the caller of this operation; null when nobody was to be told. */
interface Told {
  key: string
  answer: AnswerRow | null
}

/** An authorization that is captured in the same call leaves the answer to the capture, unless the call ended with it. */
function toldBy({ operations }: PaymentHistory, operation: OperationRow): Told | null {
  const { combined, kind, state } = operation
  if (combined && kind === 'authorize' && outcomeOf(state) === 'success') return null
  const asked = combined ? operations.find(each => each.kind === 'authorize') : operation
  return asked?.idempotencyKey == null ? null : { key: asked.idempotencyKey, answer: asked.answer }
}

const answersStored = {
  name: 'answers-stored',
  sentence: 'Every finished operation that came with a key has its answer stored under that key.',
  *checkPayment(history, judge) {
    for (const operation of history.operations) {
      const { operationId, state, finishedAtMs } = operation
      const told = toldBy(history, operation)
      if (told === null || outcomeOf(state) === 'open') continue
      const pruned = finishedAtMs !== null && judge.virtualNowMs - finishedAtMs >= PRUNED_AFTER_MS
      const stored = told.answer?.statusCode != null && told.answer.operationId === operationId
      yield holds(stored || pruned, operationId, `${state}, but no answer of its own under key ${told.key}`)
    }
  },
} as const satisfies DatabaseInvariant

const codeOfSuccess: Record<OperationKind, number> = {
  authorize: 201,
  capture: 200,
  refund: 200,
  void: 200,
  expire: 200,
}

/** The status code that callers get for each outcome. */
const codeOf = ({ kind, state, combined }: OperationRow): number | undefined =>
  outcomeOf(state) === 'success' ? ruleOf(codeOfSuccess, combined ? 'authorize' : kind) : 402

/** What a success must have said, field by field: the payment as the event of that very step has it. */
const successFields = (operation: OperationRow, { payment }: EventFacts) => ({
  operationId: operation.operationId,
  ...payment,
})

const refusalFields = (payment: PaymentRow) => ({ code: 'PAYMENT_DECLINED', paymentId: payment.paymentId })

const expectedFields = (history: PaymentHistory, operation: OperationRow): Record<string, unknown> | undefined => {
  if (outcomeOf(operation.state) !== 'success') return history.payment ? refusalFields(history.payment) : undefined
  const event = history.outbox.find(row => row.event?.operationId === operation.operationId)?.event
  return event ? successFields(operation, event) : undefined
}

const answerProblem = (history: PaymentHistory, operation: OperationRow, answer: AnswerRow): string | undefined => {
  if (answer.statusCode !== codeOf(operation))
    return `${operation.state}, but the stored answer has status ${answer.statusCode}`
  const body = objectOf(parseJson(answer.body?.toString('utf8') ?? ''))
  if (!body) return 'the stored answer is not a JSON object'
  const wrong = Object.entries(expectedFields(history, operation) ?? {}).find(([name, value]) => body[name] !== value)
  return wrong && `the stored answer says ${wrong[0]} ${body[wrong[0]]}, the books say ${wrong[1]}`
}

const answersAgree = {
  name: 'answers-agree',
  sentence: 'Every stored answer of an operation says what happened: its status code, ids, payment status and totals.',
  *checkPayment(history) {
    for (const operation of history.operations) {
      const { state } = operation
      const answer = toldBy(history, operation)?.answer
      if (answer?.statusCode == null || answer.operationId !== operation.operationId || outcomeOf(state) === 'open')
        continue
      const problem = answerProblem(history, operation, answer)
      yield problem ? failed(operation.operationId, problem) : ok
    }
  },
} as const satisfies DatabaseInvariant

const keyProblem = (answer: KeptAnswer): string | undefined => {
  const { operation, operationId, statusCode } = answer
  if (operationId !== null && !operation) return `its operation ${operationId} does not exist`
  if (operation && (operation.merchantId !== answer.merchantId || operation.idempotencyKey !== answer.idempotencyKey))
    return `its operation ${operationId} has another key`
  const isOpen = operation !== null && outcomeOf(operation.state) === 'open'
  if (statusCode === null) return isOpen ? undefined : 'unfinished, but no operation is pending: the key is stuck'
  if (isOpen) return `finished with ${statusCode}, but its operation is pending`
  if (operationId === null && statusCode !== 409) return `status ${statusCode} without an operation`
  if (!objectOf(parseJson(answer.body?.toString('utf8') ?? ''))) return 'its body is not a JSON object'
  return undefined
}

const keptAnswers = {
  name: 'keys-and-operations',
  sentence: 'Every key is either waiting for its own pending operation or holds a finished answer that can be read.',
  async *checkTotals({ answers }) {
    for await (const answer of answers()) {
      const problem = keyProblem(answer)
      yield problem ? failed(`${answer.merchantId} ${answer.idempotencyKey}`, problem) : ok
    }
  },
} as const satisfies DatabaseInvariant

/** What the acquirer has to say of an operation in this state. */
const decisionsBy: Record<OperationState, readonly string[]> = {
  PENDING: [],
  SUCCEEDED: ['approved'],
  DECLINED: [],
  FAILED: ['declined', 'canceled'],
}

function settlementProblem({ operations, settlements }: PaymentHistory, settlement: SettlementRow): string | undefined {
  const { operationId, outcome, acquirerSaid } = settlement
  const state = operations.find(operation => operation.operationId === operationId)?.state
  if (state !== outcome) return `settled by hand as ${outcome}, but the operation is ${state ?? 'not there'}`
  if (settlements.filter(other => other.operationId === operationId).length > 1) return 'settled by hand twice'
  const mayBeSaid = ruleOf(decisionsBy, outcome) ?? []
  if (acquirerSaid === null || mayBeSaid.includes(acquirerSaid)) return undefined
  return `settled by hand as ${outcome}, but the acquirer says ${acquirerSaid}`
}

const settledByHand = {
  name: 'settled-by-hand',
  sentence: 'What a person settled is what the operation says, once, and the acquirer has not said the contrary.',
  *checkPayment(history) {
    for (const settlement of history.settlements) {
      const problem = settlementProblem(history, settlement)
      yield problem ? failed(settlement.operationId, problem) : ok
    }
  },
} as const satisfies DatabaseInvariant

export const operationInvariants = [
  leasesAlive,
  finishedTimes,
  settledByHand,
  answersStored,
  answersAgree,
  keptAnswers,
] as const
