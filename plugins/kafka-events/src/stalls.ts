/** Notices that the process stood still for longer than a consumer group waits for a member. */
import type { Log } from './log.ts'

const TICK_MS = 1000

/** Says so afterwards: nothing can be said meanwhile. Gives the function that ends the watch. */
export function watchStalls(
  sessionTimeoutMs: number,
  log: Log,
  tickMs = TICK_MS,
  nowMs = () => performance.now(),
): () => void {
  let lastMs = nowMs()
  const timer = setInterval(() => {
    const stoodStillMs = Math.round(nowMs() - lastMs - tickMs)
    lastMs = nowMs()
    if (stoodStillMs < sessionTimeoutMs) return
    log.warning(
      `the process stood still for ${stoodStillMs} ms (work without a pause, or a breakpoint): longer than sessionTimeoutMs, so Kafka took it for dead and delivers again what was not committed. Raise custom.kafkaEvents.sessionTimeoutMs, or run functions in worker threads`,
      { event: 'process_stood_still', stoodStillMs, sessionTimeoutMs },
    )
  }, tickMs)
  timer.unref()
  return () => clearInterval(timer)
}
