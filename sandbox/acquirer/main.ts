/** The sandbox acquirer as a process. */
import * as z from 'zod'
import { log, portNumber, runService, settingsIn } from '../service/run-service.ts'
import { Journal } from './journal.ts'
import { startAcquirer } from './server.ts'

const DAY_MS = 24 * 60 * 60_000
const SLOW_MS = 3_000

const environment = z.object({
  /** The folder of the journal. */
  ACQUIRER_DATA: z.string('is required: the folder of the journal'),
  ACQUIRER_PORT: portNumber.default(8085),
  HOST: z.string().default('127.0.0.1'),
  HOLD_WINDOW_MS: z.coerce
    .number()
    .int()
    .min(1)
    .default(30 * DAY_MS),
  LATE_MS: z.coerce.number().int().min(0).default(1_000),
})

await runService(async () => {
  const { ACQUIRER_DATA, ACQUIRER_PORT, HOST, HOLD_WINDOW_MS, LATE_MS } = settingsIn(environment, process.env)
  const journal = new Journal(ACQUIRER_DATA)
  const options = { journal, holdWindowMs: HOLD_WINDOW_MS, lateMs: LATE_MS, slowMs: SLOW_MS, nowMs: Date.now, log }
  const acquirer = await startAcquirer(options, ACQUIRER_PORT, HOST)
  log('listening', { host: HOST, port: acquirer.port, journal: ACQUIRER_DATA })
  return acquirer
})
