/** The batch of an acquirer that a person names by its reference. */
import type { Transaction } from '../payments/ports.ts'
import type { AcquirerBatch, AcquirerBatches } from './ports.ts'

/** Locked until the transaction ends. Undefined, too, when several acquirers have one. */
export async function lockOneBatch(
  batches: Pick<AcquirerBatches, 'withRefs' | 'lock'>,
  tx: Transaction,
  batchRef: string,
  currency: string,
): Promise<AcquirerBatch | undefined> {
  const found = (await batches.withRefs([batchRef], tx)).filter(batch => batch.currency === currency)
  if (found.length !== 1) return undefined
  const [locked] = await batches.lock(tx, found)
  return locked
}
