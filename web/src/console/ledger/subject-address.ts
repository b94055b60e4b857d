/** Where in the console that is shown which an entry is of, when it is of no payment. */

const kinds = {
  bat: 'batch',
  out: 'payout',
  hld: 'reserve',
  inv: 'invoice',
  dsp: 'dispute',
  rcf: 'file',
  brk: 'break',
} as const
export type SubjectKind = (typeof kinds)[keyof typeof kinds]

/** By the form of its id. */
export function kindOf(subjectId: string): SubjectKind | undefined {
  const prefix = subjectId.split('_', 1)[0]!
  return Object.hasOwn(kinds, prefix) ? kinds[prefix as keyof typeof kinds] : undefined
}

/** Below /console; undefined for what has no page of its own. A payout is shown with its batch. */
export function addressOf(subjectId: string, batchId: string | null): string | undefined {
  switch (kindOf(subjectId)) {
    case 'batch':
      return `/settlement/batches/${subjectId}`
    case 'payout':
      return batchId === null ? undefined : `/settlement/batches/${batchId}`
    case 'file':
      return `/reconciliation/files/${subjectId}`
    case 'break':
      return `/reconciliation/breaks/${subjectId}`
    default:
      return undefined
  }
}
