/** Acquirers of which a file is half matched: their batches are not whole. */
import type { AcquirerBatch, ReconFiles } from './ports.ts'

/**
 * Of these batches. What a part of a file has brought may be more than all of it, since refunds make a batch less. Ask after the batches
 * were read: what they were then is whole where no file is half matched now.
 */
export async function growingSources(
  { reconFiles }: { reconFiles: Pick<ReconFiles, 'listByState'> },
  batches: readonly Pick<AcquirerBatch, 'sourceId'>[],
): Promise<ReadonlySet<string>> {
  const growing = new Set<string>()
  for (const sourceId of new Set(batches.map(batch => batch.sourceId)))
    if ((await reconFiles.listByState(['MATCHING'], 1, sourceId)).length > 0) growing.add(sourceId)
  return growing
}
