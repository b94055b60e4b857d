/** Reads what became of an idempotency key. */
import type { RequestedKind } from '../contracts/lists.ts'
import type { KeyView } from '../contracts/routes/get-idempotency.ts'
import { expiryOf, isExpired } from './answer-lifetime.ts'
import type { OperationPolicy } from './operation.ts'
import type { Clock, PaymentReader, UsedKey } from './ports.ts'

const PAYMENT_ID = /pay_[0-9A-Z]{26}$/

export interface ReadKeyPorts {
  reader: Pick<PaymentReader, 'findKey'>
  clock: Pick<Clock, 'virtualNowMs' | 'catchUp'>
  policy: Pick<OperationPolicy, 'answersKeptMs'>
}

/** The state of the key; undefined when the merchant never used it. Throws DependencyUnavailableError. */
export async function readKey(ports: ReadKeyPorts, merchantId: string, key: string): Promise<KeyView | undefined> {
  await ports.clock.catchUp()
  const used = await ports.reader.findKey(merchantId, key)
  return used && { merchantId, key, ...usedFor(used), createdAt: time(used.createdAtMs), ...lifeOf(used, ports) }
}

const time = (epochMs: number): string => new Date(epochMs).toISOString()

function usedFor({ use }: UsedKey): Pick<KeyView, 'operation' | 'operationId' | 'paymentId'> {
  if (use.operationId !== null) return { operation: use.kind, operationId: use.operationId, paymentId: use.paymentId }
  const { operation, path } = JSON.parse(use.canonicalRequest) as { operation: RequestedKind; path: string }
  return { operation, operationId: null, paymentId: PAYMENT_ID.exec(path)?.[0] ?? null }
}

function lifeOf(
  { finishedAtMs, statusCode }: UsedKey,
  { clock, policy }: ReadKeyPorts,
): Pick<KeyView, 'state' | 'statusCode' | 'expiresAt'> {
  if (finishedAtMs === null) return { state: 'in_progress', statusCode: null, expiresAt: null }
  const expiresAtMs = expiryOf(finishedAtMs, policy.answersKeptMs)
  const expiresAt = time(expiresAtMs)
  // What has expired looks the same before and after it is pruned.
  return statusCode === null || isExpired(expiresAtMs, clock.virtualNowMs())
    ? { state: 'expired', statusCode: null, expiresAt }
    : { state: 'finished', statusCode, expiresAt }
}
