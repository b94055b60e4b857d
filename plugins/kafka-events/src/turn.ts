/** Lets everything else of the process have its turn while functions end faster than anything else can happen. */

// Long enough to cost nothing, short enough that heartbeats, signals and HTTP requests are not kept waiting.
const TURN_MS = 10

let turnBeganMs = performance.now()

/**
 * To be awaited between two invocations. A function that awaits nothing ends in a microtask, and microtasks come before timers and
 * sockets: processors that went from one to the next would hold up the whole process until every queue is empty, and the group would
 * take its member for dead.
 */
export async function otherTurns(): Promise<void> {
  if (performance.now() - turnBeganMs < TURN_MS) return
  await new Promise(resolve => setImmediate(resolve))
  turnBeganMs = performance.now()
}
