/** Which jobs are measured, and what their runner is told and tells. */

/** Every job; the sweep is looked at in its two parts, since it waits most of its minute. */
export const measuredJobs = [
  'sweep-outbox: look',
  'observe-state',
  'resolve-unknown',
  'expire-authorizations',
  'archive-outbox',
  'prune-answers',
  'check-invariants',
] as const
export type MeasuredJob = (typeof measuredJobs)[number]

export interface JobOrder {
  job: MeasuredJob
  /** How old a published event is when it is archived. */
  archivedAfterMs: number
}

export interface JobReport {
  ms: number
  /** What it says that it did. */
  result: unknown
}
