/** Keeps the end of the audit log outside of the database: its chain proves what stands in it, and not that nothing was cut off. */
import type { AuditHead } from '../settlement/ports.ts'
import type { Logger } from './log.ts'
import type { Metrics } from './metrics.ts'

/** What a process has told of the log's end. */
export class AuditHeads {
  #toldHash: string | undefined

  /** The gauge each time, the log only what is new to this process. */
  report(
    { metrics, log }: { metrics: Pick<Metrics, 'auditLogEntries'>; log: Pick<Logger, 'info'> },
    head: AuditHead | undefined,
  ): void {
    metrics.auditLogEntries.set(head?.id ?? 0)
    if (head === undefined || head.hash === this.#toldHash) return
    log.info({ entries: head.id, hash: head.hash }, 'the audit log ends here')
    this.#toldHash = head.hash
  }
}
