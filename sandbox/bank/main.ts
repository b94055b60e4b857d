/** The sandbox bank as a process. */
import * as z from 'zod'
import { log, portNumber, runService, settingsIn } from '../service/run-service.ts'
import { Journal } from './journal.ts'
import { startBank } from './server.ts'

const environment = z.object({
  /** The folder of the journal. */
  BANK_DATA: z.string('is required: the folder of the journal'),
  BANK_PORT: portNumber.default(8086),
  HOST: z.string().default('127.0.0.1'),
})

await runService(async () => {
  const { BANK_DATA, BANK_PORT, HOST } = settingsIn(environment, process.env)
  const bank = await startBank({ journal: new Journal(BANK_DATA), nowMs: Date.now, log }, BANK_PORT, HOST)
  log('listening', { host: HOST, port: bank.port, journal: BANK_DATA })
  return bank
})
