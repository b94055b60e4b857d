/** The journal by itself, and against our operations: what the acquirer did is what we wrote down, each once, and no more. */
import type { DecisionState } from '../../../../shared/contracts/acquirer.ts'
import type { FinalState } from '../../../../shared/contracts/lists.ts'
import type { Books, Decision } from './books.ts'
import type { OperationFact } from './facts.ts'

/** The acquirer's money of one payment, by its journal alone. */
interface Hold {
  amount: number
  currency: string
  captured: number
  refunded: number
  closed: boolean
}

/** Nothing is decided twice, captured past a hold or after its end, or refunded past what was captured. */
export function journalProblems({ facts }: Books): string[] {
  const seen = new Set<string>()
  const holds = new Map<string, Hold>()
  return facts.journal.flatMap((entry, index) => {
    const gaps = entry.sequence === index + 1 ? [] : [`journal: entry ${index + 1} has sequence ${entry.sequence}`]
    if (entry.type !== 'decision') return gaps
    const twice = seen.has(entry.operationId) ? [`journal: ${entry.operationId} is decided twice`] : []
    seen.add(entry.operationId)
    return [...gaps, ...twice, ...(entry.state === 'APPROVED' ? moveProblems(holds, entry) : [])]
  })
}

function moveProblems(holds: Map<string, Hold>, { operationId, order }: Decision): string[] {
  if (order === null) return [`journal: ${operationId} is approved without an order`]
  const { kind, amount, currency, authorizationId, finalCapture } = order
  const hold = holds.get(authorizationId ?? '')
  const problem = (what: string) => [`journal: ${kind} ${operationId} of ${amount} ${what}`]
  switch (kind) {
    case 'authorize':
      holds.set(operationId, { amount, currency, captured: 0, refunded: 0, closed: false })
      return []
    case 'capture': {
      if (hold?.currency !== currency) return problem('has no hold in its currency')
      const isLate = hold.closed
      hold.captured += amount
      hold.closed ||= finalCapture === true
      if (isLate) return problem('came after the end of the hold')
      return hold.captured > hold.amount ? problem(`makes ${hold.captured} captured of ${hold.amount}`) : []
    }
    case 'refund':
      if (hold?.currency !== currency) return problem('has no hold in its currency')
      hold.refunded += amount
      return hold.refunded > hold.captured ? problem(`makes ${hold.refunded} refunded of ${hold.captured}`) : []
    case 'void':
    case 'expire':
      // Money that is not held counts as released.
      if (hold) hold.closed = true
      return []
  }
}

const ourState: Record<DecisionState, FinalState> = { APPROVED: 'SUCCEEDED', DECLINED: 'DECLINED', CANCELED: 'FAILED' }

/** Every decision is an operation here in the state that goes with it, and every decided operation here is in the journal. */
export function decisionProblems(books: Books): string[] {
  const { decisions, operations } = books
  const theirs = [...decisions.values()].flatMap(decision => {
    const operation = operations.get(decision.operationId)
    if (operation === undefined)
      return [`${decision.operationId}: ${decision.state} at the acquirer, and no operation here`]
    return [...stateProblems(operation, decision), ...orderProblems(books, operation, decision)]
  })
  const ours = [...operations.values()]
    .filter(({ operationId, state }) => state !== 'PENDING' && !decisions.has(operationId))
    .map(({ operationId, kind, state }) => `${kind} ${operationId}: ${state} here, and not in the acquirer's journal`)
  return [...theirs, ...ours]
}

/** One that was canceled before it arrived has no order. */
function orderProblems({ moments, payments }: Books, operation: OperationFact, { order }: Decision): string[] {
  if (order === null) return []
  const { operationId, paymentId, kind, amount, currency, finalCapture } = operation
  const authorization = moments.get(paymentId)?.[0]?.operation.operationId
  const pairs: [string, unknown, unknown][] = [
    ['kind', kind, order.kind],
    ['amount', amount, order.amount],
    ['currency', currency, order.currency],
    ['method', payments.get(paymentId)?.method, order.method],
    ['authorization', kind === 'authorize' ? null : authorization, order.authorizationId],
    ['finalCapture', finalCapture, order.finalCapture],
  ]
  return pairs
    .filter(([, here, there]) => here !== there)
    .map(([name, here, there]) => `${kind} ${operationId}: ${name} ${here} here, ${there} at the acquirer`)
}

function stateProblems({ operationId, kind, state, declineReason }: OperationFact, decision: Decision): string[] {
  const where = `${kind} ${operationId}`
  if (state !== ourState[decision.state]) return [`${where}: ${decision.state} at the acquirer, ${state} here`]
  if (state === 'DECLINED' && declineReason !== decision.reason)
    return [`${where}: declined for ${decision.reason} at the acquirer, for ${declineReason} here`]
  return []
}
