/** Who an operation is by, as the console says it. */
import type { OperationKind } from '../contracts/lists.ts'
import type { TimelineView } from '../contracts/routes/get-timeline.ts'

interface Known {
  settled: { who: string; reason: string } | undefined
  asked: { operator: string; reason: string } | undefined
}

/** Whoever settled it by hand decided it. Earlier functions did not keep the request; only a job claims an expiry without one. */
export function actorBy(
  { kind, requestId }: { kind: OperationKind; requestId: string | null },
  { settled, asked }: Known,
): TimelineView['operations'][number]['by'] {
  if (settled) return { kind: 'person', requestId, person: settled.who, reason: settled.reason }
  if (asked) return { kind: 'operator', requestId, person: asked.operator, reason: asked.reason }
  return { kind: kind === 'expire' && requestId === null ? 'job' : 'request', requestId, person: null, reason: null }
}
