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

  test('when the queue has stood for half a second, eight may wait, and the next is refused at once', async () => {
    const admission = admissionOf(1, 100)
    asking(admission, 2)
    await jest.advanceTimersByTimeAsync(400)
    asking(admission, 20)
    await jest.advanceTimersByTimeAsync(100)
    expect([admission.waiting, admission.isFull]).toEqual([20, true])
    for (let count = 0; count < 13; count++) admission.leave()

    const told = asking(admission, 3)
    await jest.advanceTimersByTimeAsync(0)

    expect(told).toEqual([undefined, false, false])
    expect(admission.waiting).toBe(8)
  })

  test('after the queue was empty a burst may wait again', async () => {
    const admission = admissionOf(1, 10)
    asking(admission, 2)
    await jest.advanceTimersByTimeAsync(600)

    const told = asking(admission, 10)
    await jest.advanceTimersByTimeAsync(400)

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
