/** The sandbox acquirer as a process. */
import * as z from 'zod'
import { DAY_MS } from '../service/days.ts'
import { log, portNumber, runService, settingsIn } from '../service/run-service.ts'
import { Journal } from './journal.ts'
import { startAcquirer } from './server.ts'

const SLOW_MS = 3_000
const NO_BANK = 'none'

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
  /** Where batches are paid into; `none`, or without it: nowhere. */
  BANK_URL: z
    .union([z.literal(NO_BANK), z.url({ protocol: /^https?$/ })], { error: 'must be http://…, https://… or none' })
    .default(NO_BANK),
  LATE_MS: z.coerce.number().int().min(0).default(1_000),
})

await runService(async () => {
  const { ACQUIRER_DATA, ACQUIRER_PORT, HOST, BANK_URL, ...settings } = settingsIn(environment, process.env)
  const journal = new Journal(ACQUIRER_DATA)
  const times = { holdWindowMs: settings.HOLD_WINDOW_MS, lateMs: settings.LATE_MS, slowMs: SLOW_MS, nowMs: Date.now }
  const options = { journal, ...times, bankUrl: BANK_URL === NO_BANK ? undefined : BANK_URL, log }
  const acquirer = await startAcquirer(options, ACQUIRER_PORT, HOST)
  log('listening', { host: HOST, port: acquirer.port, journal: ACQUIRER_DATA })
  return acquirer
})
