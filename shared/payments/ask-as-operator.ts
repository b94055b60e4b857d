/**
 * What an operator asks of one payment in the console. Who asked and why is in the audit log before anything is done, once for each key. A
 * process that is killed in between leaves the entry alone: a repeat of the request goes on from there.
 */
import type { AuditAction, OperationKind, OperationState } from '../contracts/lists.ts'
import type { AuditEntry } from '../settlement/ports.ts'
import { type KeyedRequest, type Once, type OncePorts, onceByKey } from './once-by-key.ts'
import type { OperationPorts, Outcome } from './operation.ts'
import type { PaymentReader, Payments, Transaction } from './ports.ts'
import { resolveOperation } from './resolve-unknown.ts'

export type AskPorts = OncePorts & { payments: Payments }

export interface OperatorAsk extends KeyedRequest {
  paymentId: string
  reason: string
}

/** One that moves money. `details`: what was asked for, for the audit log. */
export interface OperatorMutation extends OperatorAsk {
  action: Extract<AuditAction, `payment.${string}-asked`>
  details: AuditEntry['details']
}

/**
 * Notes who asks and why, and then does it: `mutate` is the use case of the public route, with the same claim. So the key of the console is
 * the payment's as well, and a repeat gets its stored answer. Outcomes and errors: those of the use case, and `different_request` for a key
 * that another request or operator used.
 */
export async function askAsOperator(
  ports: AskPorts,
  { paymentId, action, details, ...ask }: OperatorMutation,
  mutate: () => Promise<Outcome>,
): Promise<Outcome> {
  const noted = await noteOnce(ports, { ...ask, paymentId }, action, details, async () => 'noted' as const)
  if (noted.kind === 'different_request') return noted
  return noted.outcome === 'noted' ? mutate() : { kind: 'not_found' }
}

/** The operation that was asked about, as the API shows it now. Null: no outcome was unknown. */
export type Inquired =
  | {
      kind: 'inquired'
      operation: { operationId: string; kind: OperationKind; amount: number; state: OperationState } | null
    }
  | { kind: 'not_found' }
  | Extract<Once<unknown>, { kind: 'different_request' }>

/**
 * Asks the acquirer now about the payment's operation with an unknown outcome, as the resolver would later; nothing is noted when there is
 * none. A repeat asks about the same operation again. Throws DependencyUnavailableError.
 */
export async function inquireAsOperator(
  ports: AskPorts & OperationPorts & { reader: Pick<PaymentReader, 'operations'> },
  { paymentId, ...ask }: OperatorAsk,
): Promise<Inquired> {
  await ports.clock.catchUp()
  const noted = await noteOnce(ports, { ...ask, paymentId }, 'payment.inquired', {}, async payment =>
    payment.pendingOperationId === null ? undefined : { operationId: payment.pendingOperationId },
  )
  if (noted.kind === 'different_request') return noted
  if (noted.outcome === 'not_found') return { kind: 'not_found' }
  if (noted.outcome === 'nothing') return { kind: 'inquired', operation: null }
  const { operationId } = noted.outcome
  await resolveOperation(ports, operationId)
  const operations = (await ports.reader.operations(paymentId)) ?? []
  const { kind, amount, state } = operations.find(each => each.operationId === operationId)!
  return { kind: 'inquired', operation: { operationId, kind, amount, state } }
}

/**
 * Writes the entry under the key, when `wanted` of the locked payment answers something, which is kept with it. Takes no key for a payment
 * that there is not, or of which nothing is wanted.
 */
function noteOnce<Wanted extends string | { operationId: string }>(
  ports: AskPorts,
  { claim, operator, paymentId, reason }: OperatorAsk,
  action: AuditAction,
  details: AuditEntry['details'],
  wanted: (payment: LockedPayment) => Promise<Wanted | undefined>,
): Promise<Once<Wanted | 'not_found' | 'nothing'>> {
  const entry = { actor: operator, action, subject: paymentId, reason, details: { ...details, key: claim.key } }
  return onceByKey<Wanted | 'not_found' | 'nothing'>(ports, { claim, operator }, ({ transactions, auditLog }) =>
    transactions.run<Wanted | 'not_found' | 'nothing'>(paymentId, async (tx: Transaction) => {
      const payment = await ports.payments.lock(tx, paymentId)
      if (payment === undefined) return 'not_found'
      const found = await wanted(payment)
      if (found === undefined) return 'nothing'
      await auditLog.append(tx, entry)
      return found
    }),
  )
}

type LockedPayment = NonNullable<Awaited<ReturnType<Payments['lock']>>>
