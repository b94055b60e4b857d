/** What of reconciliation somebody should look at: as log lines and counts. */
import type { ReconAlarms } from '../reconciliation/ports.ts'
import type { Logger } from './log.ts'
import type { reconAlarmKinds } from './metrics.ts'

interface ReportPorts {
  log: Pick<Logger, 'error'>
  metrics: { reconAlarms: { inc(labels: { kind: (typeof reconAlarmKinds)[number] }): void } }
}

export const reconAlarms = ({ log, metrics }: ReportPorts): ReconAlarms => ({
  statusDiffers({ fileId, lineNo, matchKey, netMinor, currency }, status) {
    metrics.reconAlarms.inc({ kind: 'status_differs' })
    const fields = { fileId, lineNo, operationId: matchKey, netMinor, currency, status }
    log.error(fields, 'the acquirer settles what is pending or declined here')
  },
})
