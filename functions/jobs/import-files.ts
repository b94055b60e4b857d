/** Each minute: fetches the files that the acquirer and the bank have made, and imports them. */
import { type ImportFilesPorts, importFiles } from '../../shared/reconciliation/import-files.ts'
import { printingMetrics } from '../../shared/runtime/invocation.ts'
import { type Logger, portsFromEnv } from '../../shared/runtime/wiring.ts'

/** Begins nothing later than this. The next run goes on. */
const WORK_MS = 45_000

export const createHandler = (ports: ImportFilesPorts & { log: Pick<Logger, 'info'> }) => async () => {
  const summary = await importFiles(ports, ports.clock.nowMs() + WORK_MS)
  if (Object.values(summary).some(count => count > 0)) ports.log.info({ ...summary }, 'imported files')
  return summary
}

const ports = portsFromEnv().forFiles
export const handler = printingMetrics(ports, createHandler(ports))
