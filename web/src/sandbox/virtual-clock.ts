/** The sandbox's virtual clock as the API tells it: where it stands, and how it is moved forward. */
import type { Language } from '../../../shared/contracts/errors.ts'
import type { ApiAnswer, ApiRequest } from '../api/answer.ts'
import { readAnswer, requestTo } from '../api/client.ts'

/** Where virtual time stands. Without a sandbox both times are the same. */
export interface ClockReading {
  isSandbox: boolean
  /** How far virtual time is ahead of this browser's clock; below zero when that one is fast. */
  aheadMs: number
}

export type Moved =
  | { kind: 'arrived'; now: string; expiredCount: number }
  /** It is on its way still: whoever goes on finishes it. */
  | { kind: 'under_way'; now: string; target: string }

export interface MovePorts {
  ask: (request: ApiRequest) => Promise<ApiAnswer>
  language: Language
  onReading: (reading: ClockReading) => void
}

/** A call takes 8 s at most: then a person is asked whether to go on. */
const CALL_COUNT_MAX = 8
const SECOND_MS = 1_000

/** Adds nothing to the clock: the API's only way to say where it stands. */
export const clockRequest = (language: Language, advanceMs = 0): ApiRequest =>
  requestTo('advanceClock', { body: { advance: durationOf(advanceMs) } }, { 'accept-language': language })

/** ISO 8601, in whole seconds, rounded up: an advance to a due time must not end before it. */
export const durationOf = (spanMs: number): string => `PT${Math.max(0, Math.ceil(spanMs / SECOND_MS))}S`

/** Undefined when the answer does not say: the API is away, or what it needs to know the time is. */
export function readingOf(answer: ApiAnswer): ClockReading | undefined {
  const read = readAnswer('advanceClock', answer)
  if (read?.status === 200 || read?.status === 202)
    return { isSandbox: true, aheadMs: Date.parse(read.body.now) - Date.parse(answer.receivedAt) }
  return read && read.status < 500 ? { isSandbox: false, aheadMs: 0 } : undefined
}

/**
 * Moves the clock by `advanceMs`, and goes on until all that falls due on the way is done; 0 only goes on.
 * Throws when an answer says nothing: the advance may count then, and must not be sent again.
 */
export async function moveClock(advanceMs: number, { ask, language, onReading }: MovePorts): Promise<Moved> {
  let expiredCount = 0
  for (let call = 1; ; call++) {
    const answer = await ask(clockRequest(language, call === 1 ? advanceMs : 0))
    const reading = readingOf(answer)
    if (reading) onReading(reading)
    const read = readAnswer('advanceClock', answer)
    if (read?.status !== 200 && read?.status !== 202) throw new Error(`${answer.request.path}: ${answer.statusCode}`)
    const { now, expired } = read.body
    expiredCount += expired
    if (read.status === 200) return { kind: 'arrived', now, expiredCount }
    if (call === CALL_COUNT_MAX) return { kind: 'under_way', now, target: read.body.target }
  }
}
