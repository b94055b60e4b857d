/** What of batches and payouts somebody should look at: as log lines, counts and gauges. */
import { type WaitingFileState, waitingFileStates } from '../contracts/lists.ts'
import type { PayoutAlarms, Waiting } from '../settlement/ports.ts'
import type { Logger } from './log.ts'
import type { Metrics, payoutAlarmKinds } from './metrics.ts'

interface ReportPorts {
  log: Pick<Logger, 'error'>
  metrics: { payoutAlarms: { inc(labels: { kind: (typeof payoutAlarmKinds)[number] }): void } }
}

export const payoutAlarms = ({ log, metrics }: ReportPorts): PayoutAlarms => ({
  batchWithoutCalendar({ merchantId, currency }, periodEnd, calendar) {
    metrics.payoutAlarms.inc({ kind: 'no_calendar' })
    const fields = { merchantId, currency, periodEnd, calendar }
    log.error(fields, 'the calendar does not say when this batch is due, so that it is not opened')
  },
  payoutTooLarge({ batchId, merchantId, netMinor, currency }) {
    metrics.payoutAlarms.inc({ kind: 'too_large' })
    log.error(
      { batchId, merchantId, netMinor, currency },
      'a batch is more than one payout may be; it waits for a person',
    )
  },
  payoutLost({ payoutId, batchId, fileId }) {
    metrics.payoutAlarms.inc({ kind: 'payout_lost' })
    log.error({ payoutId, batchId, fileId }, 'the bank does not know a payout of a file that it accepted')
  },
  attemptsUsedUp({ batchId, payoutId, merchantId }) {
    metrics.payoutAlarms.inc({ kind: 'attempts_used_up' })
    log.error({ batchId, payoutId, merchantId }, 'the last attempt to pay a batch failed; it waits for a person')
  },
  fileChanged({ fileId, sha256 }) {
    metrics.payoutAlarms.inc({ kind: 'file_changed' })
    log.error({ fileId, sha256 }, 'a payout file would not have the bytes that were sent; it is not sent again')
  },
})

type WaitingGauges =
  | 'payoutFilesWaiting'
  | 'payoutFilesWaitingOldestSeconds'
  | 'payoutsUnanswered'
  | 'payoutsUnansweredOldestSeconds'

/** `nowMs` is virtual, as the ages are. */
export function reportWaiting(
  metrics: Pick<Metrics, WaitingGauges>,
  { files, payouts }: { files: Record<WaitingFileState, Waiting>; payouts: Waiting },
  nowMs: number,
): void {
  const ageOf = ({ sinceMs }: Waiting): number => (sinceMs === null ? 0 : (nowMs - sinceMs) / 1_000)
  for (const state of waitingFileStates) {
    metrics.payoutFilesWaiting.set({ state }, files[state].count)
    metrics.payoutFilesWaitingOldestSeconds.set({ state }, ageOf(files[state]))
  }
  metrics.payoutsUnanswered.set(payouts.count)
  metrics.payoutsUnansweredOldestSeconds.set(ageOf(payouts))
}
