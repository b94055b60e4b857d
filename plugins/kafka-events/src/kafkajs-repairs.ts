/** Repairs two methods of kafkajs 2.2.4, for every client of this process. */
import Connection from 'kafkajs/src/network/connection.js'
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js'

const RECHECK_MS = 10

/**
 * After each answer kafkajs sets a timer for a time in the past, which fires after 1 ms and sets the next. Every connection then
 * wakes the process a thousand times a second (3 % of a core for one idle consumer) and Node 24 prints a TimeoutNegativeWarning.
 * The timer is for requests that wait, so none is needed while none does.
 */
RequestQueue.prototype.scheduleCheckPendingRequests = function schedule(this: RequestQueue): void {
  if (this.throttleCheckTimeoutId || this.pending.length === 0) return
  const throttledMs = this.throttledUntil - Date.now()
  this.throttleCheckTimeoutId = setTimeout(
    () => {
      this.throttleCheckTimeoutId = null
      this.checkPendingRequests()
    },
    throttledMs > 0 ? throttledMs : RECHECK_MS,
  )
}

const { connect } = Connection.prototype
const attempts = new WeakMap<Connection, Promise<true>>()

/**
 * Requests that begin together on a connection that is not open yet each open a socket for it. The connection knows the last
 * one, and `disconnect` ends that one alone: the others stay open, keep the process alive, and fail the connection's requests
 * when the broker closes them. So such requests wait for one attempt.
 */
Connection.prototype.connect = function connectOnce(this: Connection): Promise<true> {
  const underWay = attempts.get(this)
  if (underWay !== undefined) return underWay
  const attempt = connect.call(this).finally(() => attempts.delete(this))
  attempts.set(this, attempt)
  return attempt
}
