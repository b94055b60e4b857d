/** kafkajs sets a timer for requests that wait, and none while none does. */
import { afterEach, expect, jest, test } from '@jest/globals'
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js'
import './kafkajs-timers.ts'

afterEach(() => void jest.useRealTimers())

/** A queue of a connection that kafkajs's server does not throttle. */
const queueWith = (pending: unknown[]) => ({
  pending,
  throttledUntil: -1,
  throttleCheckTimeoutId: null,
  checkPendingRequests: jest.fn<() => void>(),
})

test('no timer while no request waits', () => {
  jest.useFakeTimers()
  RequestQueue.prototype.scheduleCheckPendingRequests.call(queueWith([]) as unknown as RequestQueue)
  expect(jest.getTimerCount()).toBe(0)
})

test('one that looks again soon while one does', () => {
  jest.useFakeTimers()
  const queue = queueWith(['a request'])
  for (const _ of [1, 2]) RequestQueue.prototype.scheduleCheckPendingRequests.call(queue as unknown as RequestQueue)
  expect(jest.getTimerCount()).toBe(1)
  jest.advanceTimersByTime(10)
  expect(queue.checkPendingRequests).toHaveBeenCalledTimes(1)
  expect(queue.throttleCheckTimeoutId).toBeNull()
})
