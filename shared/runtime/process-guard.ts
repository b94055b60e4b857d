/** Keeps one late rejection from ending the process that serves every other request. */

interface GuardLog {
  error(fields: Record<string, unknown>, message: string): void
}

/**
 * Logs and counts rejections that nobody waits for. Under serverless-offline all functions share one process, and Node would end it.
 * Exceptions outside promises still end it: after them nothing can be trusted. Installs once for each process.
 */
export function guardProcess(target: NodeJS.Process, log: GuardLog, onRejection: () => void): void {
  const guarded = target as NodeJS.Process & { [installed]?: true }
  if (guarded[installed]) return
  guarded[installed] = true
  target.on('unhandledRejection', reason => {
    onRejection()
    log.error({ err: reason }, 'unhandled rejection')
  })
}

const installed = Symbol.for('payment-backend.process-guard')
