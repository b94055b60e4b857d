/** The sandbox acquirer as a process: reads its environment, listens, and closes on SIGTERM. */
import * as z from 'zod'
import { Journal } from './journal.ts'
import { startAcquirer } from './server.ts'

const DAY_MS = 24 * 60 * 60_000
const SLOW_MS = 3_000

const environment = z.object({
  /** The folder of the journal. */
  ACQUIRER_DATA: z.string('is required: the folder of the journal'),
  ACQUIRER_PORT: z.coerce.number().int().min(0).max(65_535).default(8085),
  HOST: z.string().default('127.0.0.1'),
  HOLD_WINDOW_MS: z.coerce
    .number()
    .int()
    .min(1)
    .default(30 * DAY_MS),
  LATE_MS: z.coerce.number().int().min(0).default(1_000),
})

/** An empty variable counts as absent. */
function settingsIn(env: NodeJS.ProcessEnv): z.output<typeof environment> {
  const parsed = environment.safeParse(Object.fromEntries(Object.entries(env).filter(([, value]) => value !== '')))
  if (parsed.success) return parsed.data
  throw new Error(parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; '))
}

function log(message: string, details: Record<string, unknown> = {}): void {
  console.log(JSON.stringify({ time: new Date().toISOString(), message, ...details }))
}

async function main(): Promise<void> {
  const { ACQUIRER_DATA, ACQUIRER_PORT, HOST, HOLD_WINDOW_MS, LATE_MS } = settingsIn(process.env)
  const journal = new Journal(ACQUIRER_DATA)
  const options = { journal, holdWindowMs: HOLD_WINDOW_MS, lateMs: LATE_MS, slowMs: SLOW_MS, nowMs: Date.now, log }
  const acquirer = await startAcquirer(options, ACQUIRER_PORT, HOST)
  log('listening', { host: HOST, port: acquirer.port, journal: ACQUIRER_DATA })
  const stop = (signal: string) => {
    log('stopping', { signal })
    acquirer.close().then(
      () => process.exit(0),
      error => {
        log('could not stop in an orderly way', { error: String(error) })
        process.exit(1)
      },
    )
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop)
}

await main().catch(error => {
  log('cannot start', { error: error instanceof Error ? error.message : String(error) })
  process.exit(1)
})
