/** Runs a function to its real end, and counts one that took longer than its time-out as failed. */
import { messageOf } from './errors.ts'
import type { LambdaKafkaEvent } from './lambda-event.ts'
import type { Log } from './log.ts'

/** The function ended, but later than AWS would have stopped it. */
export class TimedOutError extends Error {
  override name = 'TimedOutError'
}

/** What AWS takes for a failure of the function. */
export class ResponseTooLargeError extends Error {
  override name = 'ResponseTooLargeError'
}

export interface InvokerPorts {
  /** Runs the function without a time-out of its own. Rejects with what the handler throws. */
  run(functionKey: string, event: LambdaKafkaEvent): Promise<unknown>
  timeoutMsOf(functionKey: string): number
  log: Log
  reminderMs?: number
}

export type Invoke = (functionKey: string, event: LambdaKafkaEvent) => Promise<unknown>

const REMINDER_MS = 10_000
/** AWS's limit on what a function answers, as its error says it. */
const RESPONSE_BYTES_MAX = 6_291_556

/**
 * Gives a function's answer. In-process code cannot be stopped, and a retry beside the running attempt would mix their effects:
 * so the end is awaited, however late, with a warning every 10 s. Then rejects with TimedOutError, whatever the answer was.
 */
export function createInvoke({ run, timeoutMsOf, log, reminderMs = REMINDER_MS }: InvokerPorts): Invoke {
  return async (functionKey, event) => {
    const timeoutMs = timeoutMsOf(functionKey)
    const startMs = performance.now()
    const tookMs = () => Math.ceil(performance.now() - startMs)
    let reminder: NodeJS.Timeout | undefined
    const remind = () =>
      log.warning(
        `${functionKey} still runs after ${tookMs()} ms: AWS would have stopped it at ${timeoutMs} ms. Waiting for its end before it is tried again`,
        { event: 'timed_out', functionKey, tookMs: tookMs(), timeoutMs },
      )
    const timer = setTimeout(() => {
      remind()
      reminder = setInterval(remind, reminderMs)
    }, timeoutMs)
    try {
      const response = await run(functionKey, event)
      checkSize(response)
      if (tookMs() > timeoutMs) throw new TimedOutError(`ended after ${tookMs()} ms, its time-out is ${timeoutMs} ms`)
      return response
    } catch (error) {
      if (error instanceof TimedOutError || tookMs() <= timeoutMs) throw error
      throw new TimedOutError(`ended after ${tookMs()} ms, its time-out is ${timeoutMs} ms: ${messageOf(error)}`, {
        cause: error,
      })
    } finally {
      clearTimeout(timer)
      clearInterval(reminder)
    }
  }
}

function checkSize(response: unknown): void {
  if (response == null) return
  const bytes = Buffer.byteLength(JSON.stringify(response) ?? '')
  if (bytes > RESPONSE_BYTES_MAX)
    throw new ResponseTooLargeError(`the answer has ${bytes} bytes, AWS takes ${RESPONSE_BYTES_MAX} at most`)
}
