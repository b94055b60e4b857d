/** Reads what the functions of `app/handlers.mjs` wrote down. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LambdaKafkaEvent, LambdaKafkaRecord } from '../../../src/lambda-event.ts'

/** One invocation. */
export interface Attempt {
  attempt: number
  event: LambdaKafkaEvent
  eventBytes: number
  /** What `context.getRemainingTimeInMillis()` said when it began. */
  remainingMs: number
  beganAtMs: number
  /** Absent while it runs. */
  ended?: { kind: 'done' | 'fail'; atMs: number }
}

/** The attempts of a function, in the order in which they began. */
export function readAttempts(folder: string, functionKey: string): Attempt[] {
  const attempts = new Map<number, Attempt>()
  for (const { kind, attempt, atMs, ...facts } of linesOf(join(folder, `${functionKey}.jsonl`)))
    if (kind === 'begin') attempts.set(attempt, { attempt, beganAtMs: atMs, ...facts })
    else attempts.get(attempt)!.ended = { kind, atMs }
  return [...attempts.values()]
}

/** Lets the batch that waits in `waitAtGate` go on. */
export function openGate(folder: string, functionKey: string): void {
  writeFileSync(join(folder, `${functionKey}.open`), '')
}

export const recordsOf = ({ event }: Attempt): LambdaKafkaRecord[] => Object.values(event.records).flat()

export const offsetsOf = (attempt: Attempt): number[] => recordsOf(attempt).map(({ offset }) => offset)

export const valuesOf = (attempt: Attempt): (string | null)[] =>
  recordsOf(attempt).map(({ value }) => (value == null ? null : Buffer.from(value, 'base64').toString()))

// biome-ignore lint/suspicious/noExplicitAny: a line is what app/handlers.mjs writes.
function linesOf(file: string): any[] {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .slice(0, -1)
      .map(line => JSON.parse(line))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
