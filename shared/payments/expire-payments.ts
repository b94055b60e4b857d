/** Expiry: lets go of holds that were not captured in time, each by an operation like any other. */
import { plan } from '../domain/payment.ts'
import type { Caller } from './answer.ts'
import { claimOperation } from './change-payment.ts'
import { execute, type OperationPorts, type Outcome } from './operation.ts'
import type { Operation, Span, Transaction } from './ports.ts'
import { spanned, traced } from './traced.ts'
import { workThrough } from './work-through.ts'

export interface ExpirySummary {
  expired: number
  /** Claimed, and not answered by the acquirer yet. */
  unknown: number
}

/** There is no caller, and no key: nobody repeats an expiry. */
const job: Caller = { language: 'en', requestId: 'expire-authorizations', by: 'expire-authorizations' }

/**
 * Expires up to `limit` payments whose time ran out, `concurrency` at a time, and begins none after `deadlineMs` (epoch, real time).
 * Claims nothing while the acquirer is away. Throws DependencyUnavailableError when the database is away.
 */
export async function expirePayments(
  ports: OperationPorts,
  { limit, concurrency, deadlineMs }: { limit: number; concurrency: number; deadlineMs: number },
): Promise<ExpirySummary> {
  await ports.clock.catchUp()
  const summary: ExpirySummary = { expired: 0, unknown: 0 }
  const expireOne = async (paymentId: string) => {
    const span = ports.tracer.enter({ name: 'expire payment' }, undefined)
    const kind = await spanned([span], () => expire(ports, paymentId, { ...job, traceparent: span.traceparent }))
    if (kind === 'answered') summary.expired++
    if (kind === 'unknown') summary.unknown++
  }
  const expired = await ports.payments.expired(ports.clock.virtualNowMs(), limit)
  const mayGoOn = () => ports.clock.nowMs() < deadlineMs && ports.acquirer.mayTry()
  await workThrough(expired, concurrency, expireOne, mayGoOn)
  return summary
}

/** Undefined when nothing was to be done. */
async function expire(ports: OperationPorts, paymentId: string, caller: Caller): Promise<Outcome['kind'] | undefined> {
  const operation = await traced(ports.tracer, { name: 'claim expire' }, caller.traceparent, span =>
    claimExpiry(ports, paymentId, span),
  )
  return operation && (await execute(ports, operation, caller)).kind
}

/** Claims the expiry of a payment; undefined when it is not due, or somebody else was first. */
export const claimExpiry = (ports: OperationPorts, paymentId: string, span?: Span): Promise<Operation | undefined> => {
  const operationId = ports.ids.operation()
  const write = async (tx: Transaction) => {
    const [payment, summary] = await Promise.all([
      ports.payments.lock(tx, paymentId),
      ports.operations.summary(tx, paymentId),
    ])
    if (payment === undefined) return undefined
    const nowMs = ports.clock.virtualNowMs()
    const planned = plan(payment, 'expire', undefined, nowMs)
    if (planned.kind !== 'allowed') return undefined
    const { amountMinor } = planned
    const nobody = { idempotencyKey: null, finalCapture: null, requestId: null }
    const fields = { operationId, kind: 'expire', amountMinor, ...nobody } as const
    return claimOperation(tx, ports, payment, summary, fields, nowMs)
  }
  return ports.transactions.run(paymentId, write, span)
}
