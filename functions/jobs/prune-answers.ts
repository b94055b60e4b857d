/** Each minute: deletes stored answers that are older than they must be kept. */
import { type PrunePorts, pruneAnswers } from '../../shared/payments/prune-answers.ts'
import { printingMetrics } from '../../shared/runtime/invocation.ts'
import { type Logger, portsFromEnv } from '../../shared/runtime/wiring.ts'

/** Begins no batch later than this. The next run goes on. */
const WORK_MS = 45_000

export const createHandler =
  (ports: PrunePorts & { retention: { answersMs: number }; log: Pick<Logger, 'info'> }) => async () => {
    const pruned = await pruneAnswers(ports, ports.retention.answersMs, ports.clock.nowMs() + WORK_MS)
    if (pruned > 0) ports.log.info({ pruned }, 'pruned stored answers')
    return { pruned }
  }

const ports = portsFromEnv()
export const handler = printingMetrics(ports, createHandler(ports))
