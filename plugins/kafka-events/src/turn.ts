/** Gives timers and sockets a turn between two invocations, however fast the functions end. */

// Long enough to cost nothing, short enough that heartbeats, signals and HTTP requests are not kept waiting.
const TURN_MS = 10

let turnBeganMs = performance.now()

/**
 * To be awaited between two invocations. A function that awaits nothing ends in a microtask, and microtasks run before timers
 * and sockets. Processors that began the next invocation at once would hold up the process until every queue is empty. No
 * heartbeat would be sent, and the broker would take the member for dead.
 */
export async function otherTurns(): Promise<void> {
  if (performance.now() - turnBeganMs < TURN_MS) return
  await new Promise(resolve => setImmediate(resolve))
  turnBeganMs = performance.now()
}
