/** Ids: their form, their order, and that they never repeat. */
import { describe, expect, test } from '@jest/globals'
import { entryId, eventId, operationId, paymentId } from '../contracts/identifiers.ts'
import { ulidTimeOf } from '../domain/ulid-time.ts'
import { createIds } from './ids.ts'

const NOW_MS = Date.UTC(2026, 0, 2)

describe('createIds', () => {
  test('each kind has its prefix and the form that the contract asks for', () => {
    const ids = createIds(() => NOW_MS)

    expect(paymentId.safeParse(ids.payment()).success).toBe(true)
    expect(operationId.safeParse(ids.operation()).success).toBe(true)
    expect(eventId.safeParse(ids.event()).success).toBe(true)
    expect(entryId.safeParse(ids.entry()).success).toBe(true)
    expect(ids.request()).toMatch(/^req_[0-9A-Z]{26}$/)
  })

  test('100,000 within one millisecond are all different, and in order', () => {
    const ids = createIds(() => NOW_MS)

    const made = Array.from({ length: 100_000 }, ids.payment)

    expect(new Set(made).size).toBe(made.length)
    expect(made.every((id, index) => index === 0 || made[index - 1]! < id)).toBe(true)
  })

  test('a later millisecond sorts later, and the time stands in front', () => {
    let nowMs = NOW_MS
    const ids = createIds(() => nowMs)

    const first = ids.event()
    nowMs += 1
    const second = ids.event()

    expect(first < second).toBe(true)
    expect(first.slice(0, 14)).not.toBe(second.slice(0, 14))
  })

  test('the time in front is the one by which ids are looked for', () => {
    for (const atMs of [1, 31, 32, NOW_MS, NOW_MS + 1, Date.UTC(9999, 11, 31)])
      expect(createIds(() => atMs).entry()).toMatch(new RegExp(`^led_${ulidTimeOf(atMs)}`))
    expect(ulidTimeOf(-1)).toBe(ulidTimeOf(0))
  })

  test('a clock that is set back does not bring them out of order', () => {
    let nowMs = NOW_MS
    const ids = createIds(() => nowMs)

    const first = ids.payment()
    nowMs -= 60_000
    const second = ids.payment()

    expect(first < second).toBe(true)
  })

  test('two makers at the same millisecond do not make the same', () => {
    const [one, other] = [createIds(() => NOW_MS), createIds(() => NOW_MS)]
    const made = Array.from({ length: 1_000 }, () => [one.payment(), other.payment()]).flat()

    expect(new Set(made).size).toBe(made.length)
  })
})
