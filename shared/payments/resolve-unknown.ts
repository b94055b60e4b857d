/** Asks the acquirer about operations whose lease ran out, and brings each to a final state. */
import type { Caller } from './answer.ts'
import { leaseTimes, type OperationPorts, orderOf, settle, takeOver } from './operation.ts'

export interface ResolveSummary {
  resolved: number
  stillUnknown: number
}

/** An operation that has its final state now, and what the acquirer said of it. */
export interface ResolvedOperation {
  paymentId: string
  operationId: string
  kind: string
  verdict: string
}

/** There is no caller. The answer is stored for a repeat with the key. */
const resolver: Caller = { language: 'en', requestId: 'resolve-unknown' }

/**
 * Takes over up to `limit` due operations, one after the other, and begins none after `deadlineMs` (epoch):
 * asks the acquirer, and cancels what it does not know.
 * Calls `onResolved` with each that became final. Only the acquirer's confirmation makes an operation FAILED. Throws DependencyUnavailableError when the database is away.
 */
export async function resolveUnknown(
  ports: OperationPorts,
  limit: number,
  deadlineMs: number,
  onResolved: (operation: ResolvedOperation) => void = () => {},
): Promise<ResolveSummary> {
  await ports.clock.catchUp()
  const summary: ResolveSummary = { resolved: 0, stillUnknown: 0 }
  for (const operationId of await ports.operations.due(leaseTimes(ports), limit)) {
    if (ports.clock.nowMs() >= deadlineMs) break
    const outcome = await resolveOne(ports, operationId, onResolved)
    if (outcome === 'resolved') summary.resolved++
    if (outcome === 'still_unknown') summary.stillUnknown++
  }
  return summary
}

async function resolveOne(
  ports: OperationPorts,
  operationId: string,
  onResolved: (operation: ResolvedOperation) => void,
): Promise<'resolved' | 'still_unknown' | 'not_ours'> {
  const operation = await takeOver(ports, operationId)
  if (operation === undefined) return 'not_ours'
  const found = await ports.acquirer.inquire(orderOf(operation))
  const verdict = found.kind === 'not_found' ? await ports.acquirer.cancel(orderOf(operation)) : found
  const outcome = await settle(ports, operation, verdict, { ...resolver })
  if (outcome.kind === 'unknown') return 'still_unknown'
  onResolved({ paymentId: operation.paymentId, operationId, kind: operation.kind, verdict: verdict.kind })
  return 'resolved'
}
