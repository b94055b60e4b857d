/** What of reconciliation somebody should look at: as log lines and counts. */
import type { ReconAlarms } from '../reconciliation/ports.ts'
import type { Logger } from './log.ts'
import type { reconAlarmKinds } from './metrics.ts'

interface ReportPorts {
  log: Pick<Logger, 'error' | 'warn'>
  metrics: { reconAlarms: { inc(labels: { kind: (typeof reconAlarmKinds)[number] }): void } }
}

export const reconAlarms = ({ log, metrics }: ReportPorts): ReconAlarms => ({
  fileRejected({ fileId, sourceId, name, failure }) {
    metrics.reconAlarms.inc({ kind: 'file_rejected' })
    log.error({ fileId, sourceId, name, failure }, 'a file was rejected, and nothing of it counts; see npm run recon')
  },
  sourceAway(sourceId, error) {
    log.warn({ sourceId, err: error }, 'files cannot be fetched now, and are asked for again')
  },
  statusDiffers({ fileId, lineNo, matchKey, netMinor, currency }, status) {
    metrics.reconAlarms.inc({ kind: 'status_differs' })
    const fields = { fileId, lineNo, operationId: matchKey, netMinor, currency, status }
    log.error(fields, 'the acquirer settles what is pending or declined here')
  },
})
