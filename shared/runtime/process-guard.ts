/** Keeps one late rejection from ending the process that serves every other request. */

/**
 * Reports rejections that nobody waits for, and goes on. Under serverless-offline all functions share one process, and Node would end it.
 * Exceptions outside promises still end it, because its state is unknown after them. Installs once for each process.
 */
export function guardProcess(target: NodeJS.Process, report: (reason: unknown) => void): void {
  const guarded = target as NodeJS.Process & { [installed]?: true }
  if (guarded[installed]) return
  guarded[installed] = true
  target.on('unhandledRejection', report)
}

const installed = Symbol.for('payment-backend.process-guard')
