/** Takes all that a batch of an acquirer has left, less than nothing, into another one, and says so where it was missed. */
import type { Transaction } from '../payments/ports.ts'
import { type ActPorts, actOnBreak, SYSTEM } from './act-on-breaks.ts'
import { subjectOfBatch, subjectOfLine } from './break-subjects.ts'
import type { AcquirerBatch, BatchKey, Matching, ReconLine } from './ports.ts'

interface CarryPorts extends ActPorts {
  matching: Pick<Matching, 'lockMissing' | 'lockBatch' | 'carryOut'>
}

/** Who acts on the break that misses a batch locks the break first. */
export async function lockCarried(
  { matching }: Pick<CarryPorts, 'matching'>,
  tx: Transaction,
  key: BatchKey,
): Promise<AcquirerBatch | undefined> {
  await matching.lockMissing(tx, [subjectOfBatch(key)])
  return matching.lockBatch(tx, key)
}

/** The batch must be locked by `lockCarried`. */
export async function carryBatch(
  ports: CarryPorts,
  tx: Transaction,
  batch: AcquirerBatch,
  line: Pick<ReconLine, 'fileId' | 'lineNo'>,
): Promise<void> {
  await ports.matching.carryOut(tx, batch, line)
  const subject = subjectOfBatch(batch)
  // Looked at again: it may have been missed after its break was locked, and before it was.
  const missing = (await ports.matching.lockMissing(tx, [subject])).get(subject)
  if (missing === undefined) return
  await actOnBreak(ports, tx, missing, {
    ...{ actor: SYSTEM, action: 'arrived', target: subjectOfLine(line), closesAs: 'RESOLVED' },
    reason: `its carry came; it was due on ${batch.dueOn}`,
  })
}
