/** Settings that many rows share. */
import type { Entry, LiveTest, Names } from './row.ts'

/** Most settings about failures are for provisioned mode only. */
export const provisioned: Entry = { provisionedPollerConfig: { minimumPollers: 1 } }

export const reporting: Entry = { FunctionResponseTypes: ['ReportBatchItemFailures'] }

/** Records that are given up go to a topic of the function's own. */
export const withOnFailureTopic = {
  onFailure: 'topic',
  settings: ({ onFailureTopic }: Names) => ({ ...provisioned, onFailureDestination: `kafka://${onFailureTopic}` }),
} satisfies Partial<LiveTest>
