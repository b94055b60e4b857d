/** Reads one operation with its request and its answer, as far as they are kept. */
import type { OperationRecordView } from '../contracts/routes/get-operation.ts'
import { actorBy } from './actor-by.ts'
import { expiryOf, isExpired } from './answer-lifetime.ts'
import type { OperationPolicy } from './operation.ts'
import type { Clock, OperationRecord, PaymentFinder } from './ports.ts'

export interface ReadOperationPorts {
  finder: Pick<PaymentFinder, 'record'>
  clock: Pick<Clock, 'virtualNowMs' | 'catchUp'>
  policy: Pick<OperationPolicy, 'answersKeptMs'>
}

const timeOf = (epochMs: number): string => new Date(epochMs).toISOString()

/** Undefined when there is no such operation. Throws DependencyUnavailableError. */
export async function readOperation(
  ports: ReadOperationPorts,
  operationId: string,
): Promise<OperationRecordView | undefined> {
  await ports.clock.catchUp()
  const record = await ports.finder.record(operationId)
  if (record === undefined) return undefined
  const { paymentId, kind, state, amountMinor, currency, finalCapture, reason, combined, ask, event } = record
  return {
    ...{ operationId, paymentId, kind, state, amount: amountMinor, currency, finalCapture, reason, combined },
    by: actorBy(record, { settled: record.settlement, asked: ask }),
    noted: ask === undefined ? null : notedOf(ask),
    ...keptOf(record, ports),
    event: event ?? null,
  }
}

/** Whoever settled it by hand later is another one. */
const notedOf = ({ operator, reason, action, atMs }: NonNullable<OperationRecord['ask']>) => ({
  ...{ operator, reason, action },
  at: timeOf(atMs),
})

type Kept = Pick<OperationRecordView, 'keyState' | 'expiresAt' | 'request' | 'answer'>

const ofNothing = { expiresAt: null, request: null, answer: null }

/** What has expired looks the same before and after it is pruned. What an operator asked for is kept for good. */
function keptOf({ key, stored, ask }: OperationRecord, { clock, policy }: ReadOperationPorts): Kept {
  if (key === null) return { ...ofNothing, keyState: null }
  const request = requestIn(key, ask?.canonicalRequest)
  if (stored === undefined) return { ...ofNothing, keyState: 'expired', request }
  if (stored.finished === undefined)
    return { ...ofNothing, keyState: 'in_progress', request: requestIn(key, stored.canonicalRequest) }
  const { answer, finishedAtMs } = stored.finished
  const expiresAtMs = expiryOf(finishedAtMs, policy.answersKeptMs)
  const expiresAt = timeOf(expiresAtMs)
  if (isExpired(expiresAtMs, clock.virtualNowMs())) return { ...ofNothing, keyState: 'expired', expiresAt, request }
  return {
    keyState: 'finished',
    expiresAt,
    request: requestIn(key, stored.canonicalRequest),
    answer: { ...answer, finishedAt: timeOf(finishedAtMs) },
  }
}

/** Every request that makes an operation is a POST. Its key is kept apart from its body. */
function requestIn(key: string, canonicalRequest: string | undefined): OperationRecordView['request'] {
  if (canonicalRequest === undefined) return null
  const { path, body } = JSON.parse(canonicalRequest) as { path: string; body: Record<string, unknown> }
  return { method: 'POST', path, key, body }
}
