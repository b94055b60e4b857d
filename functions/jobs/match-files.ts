/** Each minute: matches the lines of files that were read with what is expected, and what came before its counterpart with that. */
import { type MatchFilesPorts, matchFiles } from '../../shared/reconciliation/match-files.ts'
import { printingMetrics } from '../../shared/runtime/invocation.ts'
import { type Logger, portsFromEnv } from '../../shared/runtime/wiring.ts'

/** Begins nothing later than this. The next run goes on. */
const WORK_MS = 45_000

export const createHandler = (ports: MatchFilesPorts & { log: Pick<Logger, 'info'> }) => async () => {
  const summary = await matchFiles(ports, ports.clock.nowMs() + WORK_MS)
  if (Object.values(summary).some(count => count > 0)) ports.log.info({ ...summary }, 'matched files')
  return summary
}

const ports = portsFromEnv().forFiles
export const handler = printingMetrics(ports, createHandler(ports))
