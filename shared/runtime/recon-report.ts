/** What of reconciliation somebody should look at: as log lines, counts and gauges. */
import { breakClasses, type WaitingReconFileState, waitingReconFileStates } from '../contracts/lists.ts'
import type { AgedBreaks } from '../reconciliation/age-of-breaks.ts'
import type { ReconAlarms } from '../reconciliation/ports.ts'
import type { SuspenseBalance } from '../reconciliation/suspense.ts'
import type { Waiting } from '../settlement/ports.ts'
import type { Logger } from './log.ts'
import type { Metrics, reconAlarmKinds } from './metrics.ts'

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
    log.error(fields, 'the acquirer settles what is pending, declined or given up here')
  },
})

type ReconGauges =
  | 'reconFilesWaiting'
  | 'reconFilesWaitingOldestSeconds'
  | 'reconFilesRejected'
  | 'reconBreaksOpen'
  | 'reconBreaksLate'
  | 'reconSuspense'
  | 'reconTransfersLate'
  | 'disputesOpen'
  | 'disputesOpenOldestSeconds'

export interface ReconState {
  files: Record<WaitingReconFileState, Waiting>
  rejectedCount: number
  open: readonly AgedBreaks[]
  suspense: readonly SuspenseBalance[]
  lateTransferCount: number
  disputes: Waiting
}

/** `nowMs` is virtual, as the ages are. */
export function reportRecon(metrics: Pick<Metrics, ReconGauges>, state: ReconState, nowMs: number): void {
  for (const name of waitingReconFileStates) {
    const { count, sinceMs } = state.files[name]
    metrics.reconFilesWaiting.set({ state: name }, count)
    metrics.reconFilesWaitingOldestSeconds.set({ state: name }, secondsSince(sinceMs, nowMs))
  }
  metrics.reconFilesRejected.set(state.rejectedCount)
  const countOf = (of: readonly AgedBreaks[]) => of.reduce((sum, { count }) => sum + count, 0)
  for (const name of breakClasses)
    metrics.reconBreaksOpen.set({ class: name }, countOf(state.open.filter(each => each.class === name)))
  metrics.reconBreaksLate.set(state.open.reduce((sum, { byAge }) => sum + byAge['6-20'] + byAge['>20'], 0))
  metrics.reconTransfersLate.set(state.lateTransferCount)
  for (const { currency, balanceMinor } of state.suspense)
    metrics.reconSuspense.set({ currency }, Math.abs(Number(balanceMinor)))
  metrics.disputesOpen.set(state.disputes.count)
  metrics.disputesOpenOldestSeconds.set(secondsSince(state.disputes.sinceMs, nowMs))
}

const secondsSince = (sinceMs: number | null, nowMs: number): number =>
  sinceMs === null ? 0 : (nowMs - sinceMs) / 1_000
