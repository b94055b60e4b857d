/** What becomes of records whose attempt has failed: decided from the settings alone, done elsewhere. */
import { halvesOf, type Part } from './batch.ts'
import { type FetchedRecord, isTooLarge, timestampMsOf } from './lambda-event.ts'
import type { Discarded, DiscardReason } from './on-failure.ts'
import type { KafkaSource } from './source.ts'

export interface Failure {
  /** Some of what was handed over is done. */
  hasProgressed: boolean
  /** The function ended well and said itself what failed. */
  isReported: boolean
}

export type NextStep =
  /** The records again, after a wait. */
  | { kind: 'again'; part: Part }
  /** Each half by itself, the first one first, after a wait. */
  | { kind: 'halves'; parts: Part[] }
  /** To the on-failure destination. */
  | { kind: 'discard'; discarded: Discarded }
  /** Given up by the settings with nowhere to go: again, after a wait, and said aloud. */
  | { kind: 'blocked'; part: Part; reason: DiscardReason }

/** `part` is what is left after the failed attempt, which it does not count yet. `nowMs` is compared with the records' timestamps. */
export function afterFailure(source: KafkaSource, part: Part, failure: Failure, nowMs: number): NextStep {
  const { records } = part
  // Split where the function said, and a batch of its own from there: its count begins anew.
  if (failure.hasProgressed) return { kind: 'again', part: { records, failedAttempts: 0 } }
  // As on AWS, a split is no retry: each half begins with the attempts that the whole had before.
  if (source.bisectOnError && records.length > 1)
    return { kind: 'halves', parts: halvesOf(records).map(half => ({ ...part, records: half })) }
  const failed = { ...part, failedAttempts: part.failedAttempts + 1 }
  const reason = givenUpBecause(source, failed, nowMs)
  if (reason === undefined) return { kind: 'again', part: failed }
  if (!mayDiscard(source)) return { kind: 'blocked', part: failed, reason }
  if (reason !== 'RetriesExhausted') return { kind: 'again', part: failed }
  const { failedAttempts: attempts } = failed
  return { kind: 'discard', discarded: { records, reason, attempts, isReported: failure.isReported } }
}

/** Records that are given up before an attempt. None where they could go nowhere: they block their partition instead. */
export function givenUpBefore(source: KafkaSource, part: Part, nowMs: number): Discarded | undefined {
  if (!mayDiscard(source)) return
  const attempts = part.failedAttempts
  const expired = part.records.filter(record => isTooOld(source, record, nowMs))
  if (expired.length > 0) return { records: expired, reason: 'RecordAgeExceeded', attempts }
  if (isTooLarge(source, part.records[0]!))
    return { records: part.records, reason: 'MaximumPayloadSizeExceeded', attempts }
}

function givenUpBecause(
  source: KafkaSource,
  { records, failedAttempts }: Part,
  nowMs: number,
): DiscardReason | undefined {
  if (isTooLarge(source, records[0]!)) return 'MaximumPayloadSizeExceeded'
  if (failedAttempts > source.retryAttemptsMax) return 'RetriesExhausted'
  if (records.some(record => isTooOld(source, record, nowMs))) return 'RecordAgeExceeded'
}

const isTooOld = ({ recordAgeMaxMs }: KafkaSource, record: FetchedRecord, nowMs: number): boolean =>
  recordAgeMaxMs < Number.POSITIVE_INFINITY && nowMs - timestampMsOf(record) > recordAgeMaxMs

const mayDiscard = ({ onFailureTopic, discardsWithoutDestination }: KafkaSource): boolean =>
  onFailureTopic !== undefined || discardsWithoutDestination === true
