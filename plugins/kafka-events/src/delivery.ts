/** Settles the batches of one partition processor: invokes the function, and after a failure tries again, splits or gives up. */
import { backOffMs, handlerBackOff, sleep } from './back-off.ts'
import { type Part, Progress, rangesOf, spansOf } from './batch.ts'
import { messageOf } from './errors.ts'
import { afterFailure, givenUpBefore, type NextStep } from './failure.ts'
import type { Invoke } from './invocation.ts'
import { type FetchedRecord, isTooLarge, lambdaEventOf } from './lambda-event.ts'
import type { Log, LogFields } from './log.ts'
import type { Discarded, DiscardReason } from './on-failure.ts'
import { firstFailuresOf, splitByFailures } from './response.ts'
import type { Slots } from './slots.ts'
import type { KafkaSource } from './source.ts'

/** How long a processor makes no progress before the log says that it is blocked, and until the log says so again. */
const BLOCKED_REMINDER_MS = 30_000

export interface DeliveryPorts {
  invoke: Invoke
  /** Writes records to the on-failure topic; false when stopped before that. */
  writeOnFailure(source: KafkaSource, discarded: Discarded, stopping: AbortSignal): Promise<boolean>
  slots: Slots
  log: Log
  /** Wall clock, as in the records' timestamps. */
  nowMs(): number
  waitMs?(failedAttempts: number): number
}

/** What the function fails at. Kept until the processor makes progress. */
export interface Failing {
  records: readonly FetchedRecord[]
  failedAttempts: number
  error: string
  sinceMs: number
  saidMs: number
}

interface Attempt {
  done: readonly FetchedRecord[]
  left: readonly FetchedRecord[]
  /** Why some are left, and whether the function said so itself. */
  error: string
  isReported: boolean
}

export class Delivery {
  readonly #name: string
  readonly #source: KafkaSource
  readonly #ports: DeliveryPorts
  readonly #stopping: AbortSignal
  #inFlight: readonly FetchedRecord[] = []
  #failing: Failing | undefined

  /** Begins no attempt once `stopping` has fired. */
  constructor(name: string, source: KafkaSource, ports: DeliveryPorts, stopping: AbortSignal) {
    this.#name = name
    this.#source = source
    this.#ports = ports
    this.#stopping = stopping
  }

  get inFlight(): readonly FetchedRecord[] {
    return this.#inFlight
  }

  get failing(): Failing | undefined {
    return this.#failing
  }

  /** Settles every record, part after part. False when stopped before that. */
  async settle(
    batch: readonly FetchedRecord[],
    advanced: (partition: number, nextOffset: number) => void,
  ): Promise<boolean> {
    const progress = new Progress(batch, advanced)
    let parts: Part[] = [{ records: batch, failedAttempts: 0 }]
    while (parts.length > 0) {
      if (this.#stopping.aborted) return false
      const [first, ...later] = parts
      parts = [...(await this.#step(first!, progress)), ...later]
    }
    this.#failing = undefined
    return true
  }

  /** Brings a part one step further. Gives what is left of it. */
  async #step(part: Part, progress: Progress): Promise<Part[]> {
    const givenUp = givenUpBefore(this.#source, part, this.#ports.nowMs())
    if (givenUp) {
      if (!(await this.#discard(givenUp, progress))) return [part]
      const gone = new Set(givenUp.records)
      const records = part.records.filter(record => !gone.has(record))
      return records.length > 0 ? [{ ...part, records }] : []
    }
    const attempt = await this.#attempt(part)
    if (attempt === 'not begun') return [part]
    progress.settle(attempt.done)
    if (attempt.left.length === 0) return []
    return this.#afterFailure({ ...part, records: attempt.left }, attempt, progress)
  }

  async #attempt({ records, failedAttempts }: Part): Promise<Attempt | 'not begun'> {
    const release = await this.#ports.slots.take()
    try {
      if (this.#stopping.aborted) return 'not begun'
      // It was not given up, so it blocks its partition: AWS could not invoke the function either.
      if (isTooLarge(this.#source, records[0]!))
        throw new Error('the record is larger than 6 MB, the most that AWS hands over')
      this.#inFlight = records
      const response = await this.#ports.invoke(this.#source.functionKey, lambdaEventOf(this.#source, records))
      const attempt = this.#judge(records, response)
      if (failedAttempts > 0 && attempt.left.length === 0)
        this.#ports.log.notice(
          `${this.#name}: offset ${rangesOf(records)} succeeded at attempt ${failedAttempts + 1}`,
          this.#fields('attempt_succeeded', records, { attempt: failedAttempts + 1 }),
        )
      return attempt
    } catch (error) {
      return { done: [], left: records, error: messageOf(error), isReported: false }
    } finally {
      this.#inFlight = []
      release()
    }
  }

  #judge(records: readonly FetchedRecord[], response: unknown): Attempt {
    if (!this.#source.reportsItemFailures) return { done: records, left: [], error: '', isReported: false }
    const { done, left } = splitByFailures(records, firstFailuresOf(response, this.#source.topic, records))
    return { done, left, error: 'the function reports it as failed', isReported: true }
  }

  async #afterFailure(part: Part, { done, error, isReported }: Attempt, progress: Progress): Promise<Part[]> {
    const hasProgressed = done.length > 0
    const next = afterFailure(this.#source, part, { hasProgressed, isReported }, this.#ports.nowMs())
    this.#noteFailure(part, error, hasProgressed)
    if (next.kind === 'discard') return (await this.#discard(next.discarded, progress)) ? [] : [part]
    await this.#wait(part, next)
    return next.kind === 'halves' ? next.parts : [next.part]
  }

  async #wait({ records, failedAttempts }: Part, next: Exclude<NextStep, { kind: 'discard' }>): Promise<void> {
    const attempt = failedAttempts + 1
    const waitMs = this.#ports.waitMs?.(attempt) ?? backOffMs(attempt, handlerBackOff)
    this.#ports.log.warning(
      `${this.#name}: offset ${rangesOf(records)} failed (attempt ${attempt}): ${this.#failing?.error}; ${next.kind === 'halves' ? 'in two halves' : 'again'} in ${waitMs} ms`,
      this.#fields('attempt_failed', records, { attempt, error: this.#failing?.error, next: next.kind, waitMs }),
    )
    this.#sayBlocked(records, next.kind === 'blocked' ? next.reason : undefined)
    await sleep(waitMs, this.#stopping)
  }

  #noteFailure({ records, failedAttempts }: Part, error: string, hasProgressed: boolean): void {
    const began = hasProgressed ? undefined : this.#failing
    this.#failing = failingOf(records, failedAttempts + 1, error, began)
  }

  /** Logs an error: at once when the settings give the records up, and every 30 s while there is no progress. */
  #sayBlocked(records: readonly FetchedRecord[], givenUp: DiscardReason | undefined): void {
    const failing = this.#failing!
    const nowMs = performance.now()
    const isLong = nowMs - failing.sinceMs >= BLOCKED_REMINDER_MS
    if (nowMs - failing.saidMs < BLOCKED_REMINDER_MS || !(isLong || givenUp)) return
    failing.saidMs = nowMs
    const why = givenUp
      ? `is given up by its settings (${givenUp}), and there is no on-failure topic: it is tried until it succeeds, where AWS would go on without it`
      : 'fails again and again'
    this.#ports.log.error(
      `${this.#name} is blocked: offset ${rangesOf(records)} ${why}. Last error: ${failing.error}`,
      this.#fields('partition_blocked', records, { attempt: failing.failedAttempts, error: failing.error }),
    )
  }

  async #discard(discarded: Discarded, progress: Progress): Promise<boolean> {
    const { records, reason, attempts } = discarded
    const { onFailureTopic } = this.#source
    if (onFailureTopic !== undefined) {
      this.#failing ??= failingOf(records, attempts, `given up (${reason}), not written to ${onFailureTopic} yet`)
      if (!(await this.#ports.writeOnFailure(this.#source, discarded, this.#stopping))) return false
    }
    progress.settle(records)
    const where = onFailureTopic ? `written to ${onFailureTopic}` : 'dropped, as AWS would without a destination'
    this.#ports.log.error(
      `${this.#name}: offset ${rangesOf(records)} given up (${reason}) and ${where}`,
      this.#fields('records_given_up', records, { reason, destination: onFailureTopic ?? null }),
    )
    return true
  }

  #fields(event: string, records: readonly FetchedRecord[], more: LogFields): LogFields {
    const { functionKey, topic, groupId } = this.#source
    return { event, functionKey, topic, groupId, offsets: spansOf(records), ...more }
  }
}

/** Since now, unless it goes on from before. */
function failingOf(
  records: readonly FetchedRecord[],
  failedAttempts: number,
  error: string,
  before?: Pick<Failing, 'sinceMs' | 'saidMs'>,
): Failing {
  const { sinceMs, saidMs } = before ?? { sinceMs: performance.now(), saidMs: Number.NEGATIVE_INFINITY }
  return { records, failedAttempts, error, sinceMs, saidMs }
}
