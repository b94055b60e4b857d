/** Reads which records a function reports as failed: `ReportBatchItemFailures`, in the form that Kafka event sources have. */
import type { FetchedRecord } from './lambda-event.ts'
import { isMap } from './settings/setting.ts'

/** The first failed offset of each partition that has one. */
export type FirstFailures = ReadonlyMap<number, number>

/** The answer names no record of the batch: all of it counts as failed. */
export class InvalidResponseError extends Error {
  override name = 'InvalidResponseError'
}

/**
 * What the function says of the batch: nothing for an answer without failures, null included. Several reports of a partition
 * count as the lowest. Throws InvalidResponseError for an answer that AWS would take for a failure of the whole batch.
 */
export function firstFailuresOf(response: unknown, topic: string, records: readonly FetchedRecord[]): FirstFailures {
  const first = new Map<number, number>()
  const known = new Set(records.map(({ partition, offset }) => `${partition} ${offset}`))
  for (const failure of failuresIn(response)) {
    const { partition, offset } = positionOf(failure, topic)
    if (!known.has(`${partition} ${offset}`))
      throw new InvalidResponseError(`batchItemFailures: ${topic}-${partition} offset ${offset} is not in the batch`)
    first.set(partition, Math.min(offset, first.get(partition) ?? offset))
  }
  return first
}

/** Parts the records by the report: of each partition, those before its first failure are done. */
export function splitByFailures(
  records: readonly FetchedRecord[],
  first: FirstFailures,
): { done: readonly FetchedRecord[]; left: readonly FetchedRecord[] } {
  if (first.size === 0) return { done: records, left: [] }
  const isDone = ({ partition, offset }: FetchedRecord) => offset < (first.get(partition) ?? Number.POSITIVE_INFINITY)
  return { done: records.filter(isDone), left: records.filter(record => !isDone(record)) }
}

function failuresIn(response: unknown): unknown[] {
  // As AWS takes them: nothing, an empty text and an empty list are answers without failures.
  if (response == null || response === '' || (Array.isArray(response) && response.length === 0)) return []
  if (!isMap(response)) throw new InvalidResponseError(`the response is no object: ${shown(response)}`)
  const failures = response.batchItemFailures
  if (failures == null) return []
  if (!Array.isArray(failures)) throw new InvalidResponseError(`batchItemFailures is no list: ${shown(failures)}`)
  return failures
}

function positionOf(failure: unknown, topic: string): { partition: number; offset: number } {
  const identifier = isMap(failure) ? failure.itemIdentifier : undefined
  if (!isMap(identifier)) throw new InvalidResponseError(`batchItemFailures: no itemIdentifier in ${shown(failure)}`)
  const { partition, offset } = identifier
  const number =
    typeof partition === 'string' && partition.startsWith(`${topic}-`) ? partition.slice(topic.length + 1) : ''
  if (!/^\d+$/.test(number))
    throw new InvalidResponseError(`batchItemFailures: partition must be like ${topic}-0, is ${shown(partition)}`)
  if (typeof offset !== 'number' || !Number.isSafeInteger(offset))
    throw new InvalidResponseError(`batchItemFailures: offset must be a whole number, is ${shown(offset)}`)
  return { partition: Number(number), offset }
}

const SHOWN_MAX = 200

const shown = (value: unknown): string => (JSON.stringify(value) ?? String(value)).slice(0, SHOWN_MAX)
