/** The order in which the operations of one payment were claimed. */

interface Ordered {
  operationId: string
  /** Counts from 1; null in rows from before operations were counted. */
  sequence: number | null
}

/**
 * Counted operations stand at their position; the others fill the free ones, in the order of their ids.
 * Ids alone do not give the order: they carry the time, and a clock can be set back.
 */
export function inSequence<Operation extends Ordered>(operations: readonly Operation[]): Operation[] {
  const counted = operations.filter(operation => operation.sequence !== null)
  const others = operations.filter(operation => operation.sequence === null)
  counted.sort((a, b) => a.sequence! - b.sequence!)
  others.sort((a, b) => (a.operationId < b.operationId ? -1 : 1))
  const ordered: Operation[] = []
  for (const operation of counted) {
    while (others.length > 0 && ordered.length < operation.sequence! - 1) ordered.push(others.shift()!)
    ordered.push(operation)
  }
  return [...ordered, ...others]
}
