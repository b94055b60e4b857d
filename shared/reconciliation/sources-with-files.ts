/** Which sources have a file that stands in the middle. */
import type { ReconFileState } from '../contracts/lists.ts'
import type { AcquirerBatch, ReconFiles, ReconSource } from './ports.ts'

export interface FilePorts {
  reconFiles: Pick<ReconFiles, 'listByState'>
}

/** Of these sources. */
export async function sourcesWithFiles(
  { reconFiles }: FilePorts,
  sources: readonly Pick<ReconSource, 'sourceId'>[],
  states: readonly ReconFileState[],
): Promise<ReadonlySet<string>> {
  const found = new Set<string>()
  for (const sourceId of new Set(sources.map(source => source.sourceId)))
    if ((await reconFiles.listByState(states, 1, sourceId)).length > 0) found.add(sourceId)
  return found
}

/**
 * Of these batches those of which a file is half matched. What a part of a file has brought may be more than all of it, since refunds make
 * a batch less. Ask after the batches were read: what they were then is whole where no file is half matched now.
 */
export const growingSources = (ports: FilePorts, batches: readonly Pick<AcquirerBatch, 'sourceId'>[]) =>
  sourcesWithFiles(ports, batches, ['MATCHING'])
