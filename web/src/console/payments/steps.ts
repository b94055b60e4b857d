/** The steps of an operation as rows: what is not known of one is left out, but for an event that is not published. */
import type { TimelineView } from '../../../../shared/contracts/routes/get-timeline.ts'

export type TimelineOperation = TimelineView['operations'][number]

export interface Step {
  key: string
  name: 'claimed' | 'asked' | 'answered' | 'recorded' | 'event' | 'published' | 'entry'
  /** The type of an event or an entry. */
  detail?: string
  /** Null: not yet. */
  at: string | null
  /** Since the step before it, of those that the API measures. */
  tookMs: number | null
  /** By the sandbox's clock, which cannot be compared with real times. */
  isVirtual: boolean
}

export function stepsOf(operation: TimelineOperation): Step[] {
  const { claimedAt, askedAt, answeredAt, recordedAt, event, entries, durations } = operation
  const steps: (Step | undefined)[] = [
    { key: 'claimed', name: 'claimed', at: claimedAt, tookMs: null, isVirtual: true },
    known('asked', askedAt, null),
    known('answered', answeredAt, durations.acquirerMs),
    recordedAt === null
      ? undefined
      : { key: 'recorded', name: 'recorded', at: recordedAt, tookMs: null, isVirtual: true },
    event === null
      ? undefined
      : {
          key: 'event',
          name: 'event',
          detail: event.type,
          at: event.createdAt,
          tookMs: durations.recordMs,
          isVirtual: false,
        },
    event === null
      ? undefined
      : { key: 'published', name: 'published', at: event.publishedAt, tookMs: durations.publishMs, isVirtual: false },
    ...entries.map(
      (entry, index): Step => ({
        key: entry.entryId,
        name: 'entry',
        detail: entry.type,
        at: entry.recordedAt,
        // It ends with the last entry.
        tookMs: index === entries.length - 1 ? durations.bookMs : null,
        isVirtual: false,
      }),
    ),
  ]
  return steps.filter(step => step !== undefined)
}

const known = (name: 'asked' | 'answered', at: string | null, tookMs: number | null): Step | undefined =>
  at === null ? undefined : { key: name, name, at, tookMs, isVirtual: false }
