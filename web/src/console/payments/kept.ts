/** Why the request or the answer of an operation is not shown. */
import type { OperationRecordView } from '../../../../shared/contracts/routes/get-operation.ts'

export type Missing =
  /** A job began it. */
  | 'job'
  /** It came of another request, which has an operation of its own. */
  | 'expiry'
  /** Nothing is kept of what is sent without one. */
  | 'noKey'
  /** The time for which they are kept is over. */
  | 'expired'
  /** There is no answer yet. */
  | 'undecided'

type Kept = Pick<OperationRecordView, 'keyState' | 'kind' | 'by'>

/** Undefined when it is kept. */
export function missingAnswer({ keyState, kind, by }: Kept): Missing | undefined {
  if (keyState === 'finished') return undefined
  if (keyState === 'in_progress') return 'undecided'
  if (keyState === 'expired') return 'expired'
  if (kind !== 'expire') return 'noKey'
  return by.kind === 'job' ? 'job' : 'expiry'
}

/** Whether the same request would be answered from the record. */
export const canBeRepeated = ({ keyState, request }: Pick<OperationRecordView, 'keyState' | 'request'>): boolean =>
  request !== null && keyState !== 'expired'
