/** A sandbox service as a process: reads its environment, listens, and closes on SIGTERM. */
import * as z from 'zod'
import type { RunningService } from './http-service.ts'

/** Writes one line of the log. */
export function log(message: string, details: Record<string, unknown> = {}): void {
  console.log(JSON.stringify({ time: new Date().toISOString(), message, ...details }))
}

export const portNumber = z.coerce.number().int().min(0).max(65_535)

/** Throws an Error that names every variable that does not fit. An empty variable counts as absent. */
export function settingsIn<T>(environment: z.ZodType<T>, env: NodeJS.ProcessEnv): T {
  const parsed = environment.safeParse(Object.fromEntries(Object.entries(env).filter(([, value]) => value !== '')))
  if (parsed.success) return parsed.data
  throw new Error(parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; '))
}

/** Runs until a signal comes. The process ends with 1 when the service cannot start or cannot be closed. */
export async function runService(start: () => Promise<RunningService>): Promise<void> {
  const service = await start().catch(error => {
    log('cannot start', { error: error instanceof Error ? error.message : String(error) })
    process.exit(1)
  })
  const stop = (signal: string) => {
    log('stopping', { signal })
    service.close().then(
      () => process.exit(0),
      error => {
        log('could not stop in an orderly way', { error: String(error) })
        process.exit(1)
      },
    )
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop)
}
