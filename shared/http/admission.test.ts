/** How many requests are in work, how many wait, and for how long. */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { Admission } from './admission.ts'

beforeEach(() => void jest.useFakeTimers())
afterEach(() => void jest.useRealTimers())

const admissionOf = (inWorkMax: number, waitingMax: number) =>
  new Admission({ inWorkMax, waitingMax, nowMs: () => Date.now() })

/** What each was told so far. */
function asking(admission: Admission, count: number) {
  const told: Array<boolean | undefined> = Array.from({ length: count }, () => undefined)
  for (let index = 0; index < count; index++)
    void admission.enter().then(hasPlace => {
      told[index] = hasPlace
    })
  return told
}

describe('Admission', () => {
  test('gives as many places as there are, lets as many wait as may, and refuses the others at once', async () => {
    const admission = admissionOf(2, 1)

    const told = asking(admission, 4)
    await jest.advanceTimersByTimeAsync(0)

    expect(told).toEqual([true, true, undefined, false])
    expect([admission.inWork, admission.waiting]).toEqual([2, 1])
  })

  test('a place that is given back goes to who has waited longest', async () => {
    const admission = admissionOf(1, 2)
    const told = asking(admission, 3)

    admission.leave()
    await jest.advanceTimersByTimeAsync(0)
    expect(told).toEqual([true, true, undefined])
    admission.leave()
    await jest.advanceTimersByTimeAsync(0)

    expect(told).toEqual([true, true, true])
    expect(admission.inWork).toBe(1)
  })

  test('a burst may wait for half a second', async () => {
    const admission = admissionOf(1, 10)
    const told = asking(admission, 2)

    await jest.advanceTimersByTimeAsync(499)
    expect(told[1]).toBeUndefined()
    await jest.advanceTimersByTimeAsync(1)

    expect(told[1]).toBe(false)
    expect(admission.waiting).toBe(0)
  })

  test('when the queue has stood for a tenth of a second, eight may wait, and the next is refused at once', async () => {
    const admission = admissionOf(1, 100)
    asking(admission, 21)
    await jest.advanceTimersByTimeAsync(99)
    const inTime = asking(admission, 1)
    await jest.advanceTimersByTimeAsync(1)
    expect([inTime, admission.waiting]).toEqual([[undefined], 21])
    for (let count = 0; count < 14; count++) admission.leave()

    const told = asking(admission, 3)
    await jest.advanceTimersByTimeAsync(0)

    expect(told).toEqual([undefined, false, false])
    expect(admission.waiting).toBe(8)
  })

  test('a queue that was empty for a moment does not end an overload, half a second without a refusal does', async () => {
    const admission = admissionOf(1, 20)
    asking(admission, 2)
    await jest.advanceTimersByTimeAsync(100)
    const told = asking(admission, 8)
    await jest.advanceTimersByTimeAsync(0)
    expect(told.filter(hasPlace => hasPlace === false)).toHaveLength(1)
    for (let count = 0; count < 9; count++) admission.leave()
    expect([admission.inWork, admission.waiting]).toEqual([0, 0])

    await jest.advanceTimersByTimeAsync(499)
    asking(admission, 10)
    await jest.advanceTimersByTimeAsync(0)
    expect(admission.waiting).toBe(8)
    for (let count = 0; count < 9; count++) admission.leave()
    await jest.advanceTimersByTimeAsync(500)
    asking(admission, 20)
    await jest.advanceTimersByTimeAsync(0)

    expect(admission.waiting).toBe(19)
  })

  test('after the queue was empty a burst may wait again', async () => {
    const admission = admissionOf(1, 10)
    asking(admission, 2)
    await jest.advanceTimersByTimeAsync(100)
    admission.leave()

    const told = asking(admission, 10)
    await jest.advanceTimersByTimeAsync(99)

    expect(told.every(hasPlace => hasPlace === undefined)).toBe(true)
  })

  test('every place that was given back can be taken again', async () => {
    const admission = admissionOf(3, 100)
    asking(admission, 50)
    for (let count = 0; count < 50; count++) {
      admission.leave()
      await jest.advanceTimersByTimeAsync(0)
    }

    expect([admission.inWork, admission.waiting]).toEqual([0, 0])
  })
})

describe('a request that is announced', () => {
  test('counts until it enters, so that no more are read than may wait', async () => {
    const admission = admissionOf(2, 1)

    const arrivals = Array.from({ length: 4 }, () => admission.arrive())
    expect(arrivals.map(ended => ended !== undefined)).toEqual([true, true, true, false])
    const told = asking(admission, 3)
    await jest.advanceTimersByTimeAsync(0)

    expect(told).toEqual([true, true, undefined])
    expect(admission.arrive()).toBeUndefined()
  })

  test('that has a place coming to it is not refused when it enters', async () => {
    const admission = admissionOf(1, 20)
    for (let count = 0; count < 15; count++) admission.arrive()
    await jest.advanceTimersByTimeAsync(100)

    const told = asking(admission, 15)
    await jest.advanceTimersByTimeAsync(0)

    expect(told).not.toContain(false)
  })

  test('and answered without having entered, or still not entered after a second, does not count any more', async () => {
    const admission = admissionOf(1, 0)
    const ended = admission.arrive()
    expect(admission.arrive()).toBeUndefined()
    ended!()
    expect(admission.arrive()).toBeDefined()

    await jest.advanceTimersByTimeAsync(1_000)
    expect(admission.arrive()).toBeUndefined()
    await jest.advanceTimersByTimeAsync(1)
    expect(admission.arrive()).toBeDefined()
  })

  test('and answered after it had entered ends nothing but itself', async () => {
    const admission = admissionOf(2, 0)
    const first = admission.arrive()
    await admission.enter()
    admission.leave()
    const others = [admission.arrive(), admission.arrive()]
    first!()

    expect(others).not.toContain(undefined)
    expect(admission.arrive()).toBeUndefined()
  })
})
