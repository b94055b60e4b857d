/** Each payment against the sum of its operations, and each operation against those who asked for it. */
import type { OperationKind, PaymentStatus } from '../../../../shared/contracts/lists.ts'
import { type Books, keyIdOf, type Moment, type Totals } from './books.ts'
import { disputedInTheEnd } from './disputed.ts'
import type { DisputeFact, OperationFact, PaymentFact } from './facts.ts'

/** Status and totals are what the operations come to; each operation was allowed when it came; nothing is pending. */
export function paymentProblems({ payments, moments, operations, disputesOf }: Books): string[] {
  const orphans = [...operations.values()].filter(({ paymentId }) => !payments.has(paymentId))
  const strays = [...disputesOf.keys()].filter(paymentId => !payments.has(paymentId))
  return [
    ...orphans.map(({ operationId, paymentId }) => `${operationId}: its payment ${paymentId} is not there`),
    ...strays.map(paymentId => `a dispute of ${paymentId}, which is not there`),
    ...[...payments.values()].flatMap(payment =>
      onePaymentProblems(payment, moments.get(payment.paymentId) ?? [], disputesOf.get(payment.paymentId) ?? []),
    ),
  ]
}

function onePaymentProblems(payment: PaymentFact, moments: Moment[], disputes: DisputeFact[]): string[] {
  const { paymentId, status, captured, refunded, disputed, amount, currency, pendingOperationId, eventCount } = payment
  const last = moments.at(-1)?.after
  const events = moments.filter(({ event }) => event !== null).length
  const differ = (what: string, found: unknown, expected: unknown) =>
    found === expected ? [] : [`${paymentId}: ${what} ${found}, by its operations ${expected}`]
  return [
    ...differ('status', status, last?.status),
    ...differ('captured', captured, last?.captured),
    ...differ('refunded', refunded, last?.refunded),
    ...differ('disputed', disputed, disputedInTheEnd(disputes)),
    ...(refunded + disputed > captured ? [`${paymentId}: more came back than was captured`] : []),
    ...differ('amount', amount, moments[0]?.operation.amount),
    ...differ('event count', eventCount, events),
    ...differ('pending operation', pendingOperationId, null),
    ...moments.flatMap((moment, place) => momentProblems(payment, moment, moments[place - 1]?.disputed.since)),
    ...moments
      .filter(({ operation }, index) => operation.sequence !== index + 1)
      .map(({ operation }) => `${operation.operationId}: sequence ${operation.sequence} leaves a gap`),
    ...moments
      .filter(({ operation }) => operation.currency !== currency)
      .map(({ operation }) => `${operation.operationId}: in ${operation.currency}, the payment in ${currency}`),
  ]
}

const held: PaymentStatus[] = ['AUTHORIZED', 'PARTIALLY_CAPTURED']

/** The statuses that each operation may find, whatever its outcome is. */
const allowedFrom: Record<OperationKind, PaymentStatus[]> = {
  authorize: ['REQUESTED'],
  capture: held,
  refund: ['COMPLETED', 'PARTIALLY_REFUNDED'],
  void: held,
  expire: held,
}

/** The most that an operation may move when so much is taken back; of a void and an expiry exactly so much. */
export const leftFor = (
  kind: OperationKind,
  amount: number,
  { captured, refunded }: Totals,
  disputed: number,
): number => (kind === 'refund' ? captured - refunded - disputed : amount - captured)

/** `disputed`: what may have been taken back when it began; the least of it counts. */
function momentProblems(
  payment: PaymentFact,
  { operation, before }: Moment,
  disputed: ReadonlySet<number> = new Set([0]),
): string[] {
  const { operationId, kind, state, amount } = operation
  const where = `${kind} ${operationId} of ${amount}`
  if (state === 'PENDING') return [`${where}: still pending`]
  if (!allowedFrom[kind].includes(before.status)) return [`${where}: begun on a payment that was ${before.status}`]
  const left = leftFor(kind, payment.amount, before, Math.min(...disputed))
  const isWhole = kind === 'void' || kind === 'expire' || kind === 'authorize'
  if (amount > left || (isWhole && amount !== left)) return [`${where}: only ${left} was left`]
  return []
}

/** Nobody's operations: one with a key that no client used, or one without a key more often than clients asked for it. */
export function askedProblems({ facts, moments }: Books): string[] {
  const withKey = facts.told.filter(({ key, refusal }) => key !== null && refusal === null)
  const keys = new Set(withKey.map(keyIdOf))
  const combinedKeys = new Set(withKey.filter(({ request }) => request.capture).map(keyIdOf))
  const keyless = new Map<string, number>()
  for (const { key, paymentId, kind } of facts.told)
    if (key === null) keyless.set(`${paymentId} ${kind}`, (keyless.get(`${paymentId} ${kind}`) ?? 0) + 1)
  const isAskedFor = (operation: OperationFact, authorization: OperationFact): boolean => {
    const { paymentId, kind, key, combined } = operation
    if (kind === 'expire') return true
    if (key !== null) return keys.has(keyIdOf(operation))
    if (combined && kind === 'capture') return combinedKeys.has(keyIdOf(authorization))
    const left = keyless.get(`${paymentId} ${kind}`) ?? 0
    keyless.set(`${paymentId} ${kind}`, left - 1)
    return left > 0
  }
  return [...moments.values()].flatMap(own =>
    own
      .filter(({ operation }) => !isAskedFor(operation, own[0]!.operation))
      .map(({ operation: { kind, operationId, key } }) => `${kind} ${operationId} (key ${key}): nobody asked for it`),
  )
}
