/**
 * Repairs one method of kafkajs 2.2.4: after each answer it sets a timer for a time in the past, which fires after 1 ms and
 * sets the next. Every connection then wakes the process a thousand times a second, and Node 24 prints a
 * TimeoutNegativeWarning. The timer is for requests that wait, so none is needed while none does.
 */
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js'

const RECHECK_MS = 10

RequestQueue.prototype.scheduleCheckPendingRequests = function schedule(this: RequestQueue): void {
  if (this.throttleCheckTimeoutId || this.pending.length === 0) return
  this.throttleCheckTimeoutId = setTimeout(() => {
    this.throttleCheckTimeoutId = null
    this.checkPendingRequests()
  }, RECHECK_MS)
}
