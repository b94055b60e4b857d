/** Invariants that need the acquirer's journal: what it approved is known here, both sides say the same, and no hold is exceeded. */
import type { DecisionState } from '../contracts/acquirer.ts'
import type { OperationState, PaymentStatus } from '../contracts/lists.ts'
import type { AcquirerFacts, DecidedHistory, DecidedOperation, Hold } from './acquirer-facts.ts'
import { type AcquirerInvariant, type CheckResult, failed, type Judge, notYet, ok, pending } from './invariant.ts'
import { outcomeOf, type PaymentRow, ruleOf, type SettlementRow } from './payment-history.ts'

const approvalsKnown = {
  name: 'approvals-known',
  sentence:
    'Every order that the acquirer approved is an operation here, of the same kind and amount, or was undone there.',
  *checkDecided({ operations }, judge) {
    for (const operation of operations)
      if (operation.decision?.state === 'APPROVED') yield approvalResult(operation, judge)
  },
  *checkJournal(journal) {
    for (const { operationId, kind, amount, currency } of journal.unmet())
      yield failed(operationId, `the acquirer approved this ${kind} of ${amount} ${currency}, and it is not known here`)
  },
} as const satisfies AcquirerInvariant

function approvalResult(operation: DecidedOperation, judge: Judge): CheckResult {
  const { operationId, kind, amount, currency, state, decision, leaseUntilMs } = operation
  const [there, here] = [
    `${decision!.kind} of ${decision!.amount} ${decision!.currency}`,
    `${kind} of ${amount} ${currency}`,
  ]
  if (there !== here) return failed(operationId, `the acquirer approved ${there}, here it is ${here}`)
  if (outcomeOf(state) !== 'open') return ok
  return notYet(judge, leaseUntilMs, operationId, `the acquirer approved this ${kind}, here it is pending`)
}

/** What the acquirer has to have decided about an operation in this state. */
const decisionBy: Record<OperationState, DecisionState | null> = {
  PENDING: null,
  SUCCEEDED: 'APPROVED',
  DECLINED: 'DECLINED',
  FAILED: 'CANCELED',
}

const outcomesAgree = {
  name: 'outcomes-agree',
  sentence: 'Every finished operation ended here as the acquirer decided it.',
  *checkDecided({ operations, settlements }, _judge, journal) {
    for (const operation of operations) {
      const byHand = settlements.find(settlement => settlement.operationId === operation.operationId)
      if (outcomeOf(operation.state) !== 'open') yield agreement(operation, byHand, journal)
    }
  },
} as const satisfies AcquirerInvariant

function agreement(
  operation: DecidedOperation,
  byHand: SettlementRow | undefined,
  { beganAtMs }: Pick<AcquirerFacts, 'beganAtMs'>,
): CheckResult {
  const { operationId, state, decision, finishedAtMs } = operation
  if (decision === null) {
    if (byHand?.acquirerSaid === null)
      return pending(operationId, `${state} by hand; the acquirer has not decided it yet`)
    // Finished before the acquirer kept a journal. While it is empty there is nothing to compare with.
    const isOlder = beganAtMs === null || (finishedAtMs !== null && finishedAtMs < beganAtMs)
    return isOlder ? ok : failed(operationId, `${state}, but the acquirer's journal does not have it`)
  }
  const expected = ruleOf(decisionBy, state)
  // A person knows that it was not executed, not whether the acquirer refused it.
  const isRefusal = byHand !== undefined && state === 'FAILED' && decision.state === 'DECLINED'
  return decision.state === expected || isRefusal
    ? ok
    : failed(operationId, `${state}, but the acquirer has it as ${decision.state}`)
}

const holdsRespected = {
  name: 'holds-respected',
  sentence:
    'In the acquirer’s journal nothing is captured past its hold or after its end, nor refunded past what was captured.',
  *checkJournal({ ordersOfHolds, overdrafts }) {
    for (let allowed = ordersOfHolds - overdrafts.length; allowed > 0; allowed--) yield ok
    for (const { operationId, problem } of overdrafts) yield failed(operationId, problem)
  },
} as const satisfies AcquirerInvariant

/** Whether something of the hold can still be captured. */
const openBy: Record<PaymentStatus, boolean> = {
  REQUESTED: false,
  AUTHORIZED: true,
  DECLINED: false,
  FAILED: false,
  PARTIALLY_CAPTURED: true,
  COMPLETED: false,
  VOIDED: false,
  EXPIRED: false,
  PARTIALLY_REFUNDED: false,
  REFUNDED: false,
}

const wordOf = (open: boolean | undefined): string => (open ? 'open' : 'released')

/** Each with what the acquirer and the database say of it. */
const sidesOf = (hold: Hold, payment: PaymentRow): [what: string, there: string | number, here: string | number][] => [
  ['hold', hold.amount, payment.amount],
  ['captured', hold.captured, payment.capturedAmount],
  ['refunded', hold.refunded, payment.refundedAmount],
  ['rest', wordOf(hold.open), wordOf(ruleOf(openBy, payment.status))],
]

const holdIsPayment = {
  name: 'hold-is-payment',
  sentence: 'Of every hold the acquirer has captured, refunded and released what the payment says.',
  *checkDecided({ payment, hold }: DecidedHistory) {
    if (!payment || !hold || payment.pendingOperationId !== null) return
    const differing = sidesOf(hold, payment).filter(([, there, here]) => there !== here)
    const problem = differing.map(([what, there, here]) => `${what}: the acquirer has ${there}, here it is ${here}`)
    yield problem.length === 0 ? ok : failed(payment.paymentId, problem.join('; '))
  },
} as const satisfies AcquirerInvariant

export const acquirerInvariants = [approvalsKnown, outcomesAgree, holdsRespected, holdIsPayment] as const
