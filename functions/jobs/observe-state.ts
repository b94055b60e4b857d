/** Each minute: reads the state that gauges show. A source that cannot be read keeps its gauges and its time as they were. */
import type { FundsDays } from '../../shared/books/ports.ts'
import { shortFunds } from '../../shared/books/short-funds.ts'
import { DEAD_LETTER_TOPIC } from '../../shared/contracts/topics.ts'
import type { InvariantRuns } from '../../shared/invariants/check-slice.ts'
import { type ObservePorts, observeBacklog, observeConsumers } from '../../shared/payments/observe-delivery.ts'
import { leaseTimes, type OperationPolicy } from '../../shared/payments/operation.ts'
import type { Operations, ParkedRows, TopicSizes } from '../../shared/payments/ports.ts'
import { type AgePorts, agedBreaks, agesNow } from '../../shared/reconciliation/age-of-breaks.ts'
import { openTransfers } from '../../shared/reconciliation/open-transfers.ts'
import type { BreakReader, FilesToLookAt, OpenTransfers } from '../../shared/reconciliation/ports.ts'
import { suspenseBalances } from '../../shared/reconciliation/suspense.ts'
import { AuditHeads } from '../../shared/runtime/audit-report.ts'
import { reportBacklog, reportConsumers } from '../../shared/runtime/delivery-report.ts'
import { reportFunds } from '../../shared/runtime/funds-report.ts'
import { reportInvariants } from '../../shared/runtime/invariant-report.ts'
import { printingMetrics } from '../../shared/runtime/invocation.ts'
import { type Metrics, type StateSource, stateSources } from '../../shared/runtime/metrics.ts'
import { reportUnknown } from '../../shared/runtime/outcome-report.ts'
import { reportWaiting } from '../../shared/runtime/payout-report.ts'
import { reportRecon } from '../../shared/runtime/recon-report.ts'
import { type Logger, portsFromEnv } from '../../shared/runtime/wiring.ts'
import type {
  AuditReader,
  Calendars,
  OpenDisputes,
  UnansweredPayouts,
  WaitingFiles,
} from '../../shared/settlement/ports.ts'

/** More are not counted: a person looks at them long before. */
const PARKED_MAX = 100_000
const UNANSWERED_MAX = 100_000
/** Rows of days and currencies. */
const FUNDS_ROWS = 200

/** A file that nobody hands in again was a mistake. */
const REJECTED_SHOWN_MS = 7 * 24 * 60 * 60_000

type StatePorts = ObservePorts &
  AgePorts & {
    reconFiles: FilesToLookAt
    breakReader: Pick<BreakReader, 'sumOpen'>
    allocations: OpenTransfers
    disputeReader: OpenDisputes
    balances: Parameters<typeof suspenseBalances>[0]['balances']
    outbox: ParkedRows
    topicSizes: TopicSizes
    operations: Pick<Operations, 'unknown'>
    invariantRuns: Pick<InvariantRuns, 'last' | 'lastComplete'>
    auditLog: Pick<AuditReader, 'head'>
    payoutFiles: WaitingFiles
    payouts: UnansweredPayouts
    fundsDays: Pick<FundsDays, 'listNewest'>
    calendars: Calendars
    settlementDefaults: { calendar: string }
    policy: OperationPolicy
    metrics: Metrics
    log: Pick<Logger, 'info' | 'warn'>
  }

/** Each reads everything before it sets the first gauge. */
const readers: Record<StateSource, (ports: StatePorts, heads: AuditHeads) => Promise<void>> = {
  async outbox(ports) {
    const [backlog, parked] = await Promise.all([observeBacklog(ports), ports.outbox.countParked(PARKED_MAX)])
    reportBacklog(ports, backlog, ports.clock.nowMs())
    ports.metrics.outboxParkedRows.set(parked)
  },
  async consumers(ports) {
    reportConsumers(ports, await observeConsumers(ports), ports.clock.nowMs())
  },
  async dead_letters({ topicSizes, metrics }) {
    metrics.deadLetterRecords.set(await topicSizes.recordCount(DEAD_LETTER_TOPIC))
  },
  async operations(ports) {
    await ports.clock.catchUp()
    const unknown = await ports.operations.unknown(leaseTimes(ports))
    reportUnknown(ports.metrics, unknown, ports.clock.virtualNowMs())
  },
  async invariants({ invariantRuns, metrics }) {
    const [last, lastComplete] = await Promise.all([invariantRuns.last(), invariantRuns.lastComplete()])
    reportInvariants(metrics, { last, lastComplete })
  },
  async audit(ports, heads) {
    heads.report(ports, await ports.auditLog.head())
  },
  async payouts(ports) {
    await ports.clock.catchUp()
    const [files, payouts] = await Promise.all([ports.payoutFiles.waiting(), ports.payouts.unanswered(UNANSWERED_MAX)])
    reportWaiting(ports.metrics, { files, payouts }, ports.clock.virtualNowMs())
  },
  async recon(ports) {
    await ports.clock.catchUp()
    const nowMs = ports.clock.virtualNowMs()
    const [files, rejectedCount, sums, ageOf, suspense, transfers, disputes] = await Promise.all([
      ports.reconFiles.waiting(),
      ports.reconFiles.countRejected(nowMs - REJECTED_SHOWN_MS),
      ports.breakReader.sumOpen(),
      agesNow(ports),
      suspenseBalances(ports),
      openTransfers(ports),
      ports.disputeReader.open(),
    ])
    const lateTransferCount = transfers.filter(({ isLate }) => isLate).length
    const open = agedBreaks(sums, ageOf)
    reportRecon(ports.metrics, { files, rejectedCount, open, suspense, lateTransferCount, disputes }, nowMs)
  },
  async funds({ fundsDays, calendars, settlementDefaults, metrics }) {
    const days = await fundsDays.listNewest(FUNDS_ROWS)
    const calendar = await calendars.calendar(settlementDefaults.calendar)
    reportFunds(metrics, shortFunds(days, calendar))
  },
}

export const createHandler = (ports: StatePorts) => {
  const heads = new AuditHeads()
  return async () => {
    const isRead = await Promise.all(stateSources.map(source => read(ports, source, heads)))
    return { unread: stateSources.filter((_, index) => !isRead[index]) }
  }
}

/** Never throws: one source that is away must not hide the others. */
async function read(ports: StatePorts, source: StateSource, heads: AuditHeads): Promise<boolean> {
  try {
    await readers[source](ports, heads)
    ports.metrics.stateObserved.set({ source }, ports.clock.nowMs() / 1_000)
    return true
  } catch (error) {
    ports.log.warn({ err: error, source }, 'could not read the state that gauges show')
    return false
  }
}

const ports = portsFromEnv()
export const handler = printingMetrics(ports, createHandler(ports))
