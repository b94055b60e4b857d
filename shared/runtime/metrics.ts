/** Counters, gauges and histograms of this process. docs/metrics.md has the list, and a test compares it. */

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { type RouteClass, routeClasses } from '../contracts/limits.ts'
import {
  acquirerDecisions,
  entryTypes,
  eventTypes,
  ledgerEventTypes,
  operationKinds,
  settlementEventTypes,
} from '../contracts/lists.ts'
import { DOORBELL_TOPIC } from '../contracts/topics.ts'

/** How many connections of a pool are open, and how many callers wait for one. */
export interface PoolUse {
  used: number
  idle: number
  max: number
  waiting: number
}

export interface MetricsOptions {
  /** Memory, CPU, event loop and the like of the process. Costs a little all the time. */
  ofProcess?: boolean
  /** The pools as they are now; undefined while there is none. Neither asks anybody. */
  pools?: { database(): PoolUse | undefined; acquirer(): PoolUse | undefined }
  /** How many requests of a class are in work, and wait for that. */
  admission?: () => Record<RouteClass, { inWork: number; waiting: number }> | undefined
}

const none = { database: () => undefined, acquirer: () => undefined }

/** What is read together by `observe-state`: all gauges of a source are of one moment, or none is. */
export const stateSources = [
  'outbox',
  'consumers',
  'dead_letters',
  'operations',
  'invariants',
  'audit',
  'payouts',
  'recon',
  'funds',
] as const
export type StateSource = (typeof stateSources)[number]

/** What is wrong about batches and payouts. */
export const payoutAlarmKinds = ['no_calendar', 'too_large', 'payout_lost', 'attempts_used_up', 'file_changed'] as const

/** What is wrong about lines of files. */
export const reconAlarmKinds = ['file_rejected', 'status_differs'] as const

export function createMetrics({ ofProcess = true, pools = none, admission }: MetricsOptions = {}) {
  const registry = new Registry()
  const registers = [registry]
  if (ofProcess) collectDefaultMetrics({ register: registry })
  poolGauges(registers, pools)
  admissionGauges(registers, admission)
  return {
    registry,
    httpRequests: new Counter({
      name: 'http_requests_total',
      help: 'Answers by route and status.',
      labelNames: ['route', 'status'],
      registers,
    }),
    httpSeconds: new Histogram({
      name: 'http_request_duration_seconds',
      help: 'Time from event to answer by route.',
      labelNames: ['route'],
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
    httpRefused: new Counter({
      name: 'http_requests_refused_total',
      help: 'Requests that were refused because too many were in work, by class of routes.',
      labelNames: ['class'],
      registers,
    }),
    rateLimited: new Counter({
      name: 'rate_limited_total',
      help: 'Requests beyond a rate limit, by class of routes and limit.',
      labelNames: ['class', 'limit'],
      registers,
    }),
    rateLimitsLocal: new Counter({
      name: 'rate_limits_local_total',
      help: 'Requests whose limits were counted by this process alone, because Redis did not answer.',
      labelNames: ['class'],
      registers,
    }),
    cacheReads: fromZero(
      eachOf({ result: ['hit', 'miss', 'failed'] }),
      new Counter({
        name: 'response_cache_reads_total',
        help: 'Look-ups of a key in Redis. failed: it did not answer, or may not be believed now.',
        labelNames: ['result'],
        registers,
      }),
    ),
    replays: fromZero(
      eachOf({ source: ['cache', 'database'] }),
      new Counter({
        name: 'idempotent_replays_total',
        help: 'Answers that were given again under their key, by where they were found.',
        labelNames: ['source'],
        registers,
      }),
    ),
    conflicts: new Counter({
      name: 'conflicts_total',
      help: 'Answers 409 and 422 by code and reason.',
      labelNames: ['code', 'reason'],
      registers,
    }),
    operations: fromZero(
      eachOf({ kind: operationKinds, outcome: ['succeeded', 'declined', 'failed'] }),
      new Counter({
        name: 'operations_total',
        help: 'Operations that reached their final state, whoever decided them.',
        labelNames: ['kind', 'outcome'],
        registers,
      }),
    ),
    operationsDeclined: new Counter({
      name: 'operations_declined_total',
      help: 'Those of them that the acquirer declined, by its reason.',
      labelNames: ['kind', 'reason'],
      registers,
    }),
    operationAmount: new Counter({
      name: 'operation_amount_minor_total',
      help: 'Amounts of those that succeeded, in minor units of the currency.',
      labelNames: ['kind', 'currency'],
      registers,
    }),
    answeredUnknown: fromZero(
      eachOf({ kind: operationKinds.filter(kind => kind !== 'expire') }),
      new Counter({
        name: 'operations_answered_unknown_total',
        help: 'Answers OUTCOME_UNKNOWN, by what was asked for.',
        labelNames: ['kind'],
        registers,
      }),
    ),
    outboxPublished: fromZero(
      eachOf({ topic: [...eventTypes, ...settlementEventTypes] }),
      new Counter({
        name: 'outbox_published_total',
        help: 'Outbox rows confirmed by Kafka.',
        labelNames: ['topic'],
        registers,
      }),
    ),
    recordsHandled: fromZero(
      recordLabels,
      new Counter({
        name: 'records_handled_total',
        help: 'Records of Kafka by what came of them. unchanged: all that the record says was written before.',
        labelNames: ['function', 'topic', 'result'],
        registers,
      }),
    ),
    outboxParked: new Counter({
      name: 'outbox_parked_total',
      help: 'Outbox rows that the broker refused for what they are.',
      registers,
    }),
    outboxParkedRows: observed({
      name: 'outbox_parked_rows',
      help: 'Outbox rows that are parked, 100000 at most.',
      registers,
    }),
    outboxWaiting: new Gauge({
      name: 'outbox_waiting',
      help: 'Outbox rows that wait for Kafka, parked ones aside.',
      labelNames: ['topic'],
      registers,
    }),
    outboxOldestSeconds: new Gauge({
      name: 'outbox_oldest_seconds',
      help: 'Age of the oldest of them.',
      labelNames: ['topic'],
      registers,
    }),
    consumerLag: new Gauge({
      name: 'consumer_lag_records',
      help: 'Records that a consumer group has not read.',
      labelNames: ['group', 'topic', 'partition'],
      registers,
    }),
    consumerStillSeconds: new Gauge({
      name: 'consumer_still_seconds',
      help: 'How long records have waited there without the group moving.',
      labelNames: ['group', 'topic', 'partition'],
      registers,
    }),
    topicUnavailable: new Gauge({
      name: 'kafka_topic_unavailable',
      help: '1: the topic took no records when it was last tried. Must be 0.',
      labelNames: ['topic'],
      registers,
    }),
    ledgerWritten: fromZero(
      eachOf({ type: entryTypes }),
      new Counter({
        name: 'ledger_entries_written_total',
        help: 'Entries written by the ledger consumer.',
        labelNames: ['type'],
        registers,
      }),
    ),
    ledgerRepaired: new Counter({
      name: 'ledger_entries_repaired_total',
      help: 'Capture or refund entries that were missing. Must stay 0.',
      registers,
    }),
    settlementUndated: new Counter({
      name: 'settlement_items_undated_total',
      help: 'Settlement items without a due date, because the calendar of its year is not loaded.',
      registers,
    }),
    deadLetters: new Counter({ name: 'dead_letters_total', help: 'Records sent to the dead-letter topic.', registers }),
    operationsResolved: fromZero(
      eachOf({ verdict: acquirerDecisions }),
      new Counter({
        name: 'operations_resolved_total',
        help: 'Operations that resolve-unknown brought to a final state, by what the acquirer said.',
        labelNames: ['verdict'],
        registers,
      }),
    ),
    deadLetterRecords: observed({
      name: 'dead_letter_records',
      help: 'Records in payment.dlq: letters, and notes of what was done about them.',
      registers,
    }),
    operationsUnknown: observed({
      name: 'operations_unknown',
      help: 'Pending operations that nobody works on, or that were taken over before.',
      registers,
    }),
    operationsUnknownOldestSeconds: observed({
      name: 'operations_unknown_oldest_seconds',
      help: 'Age of the oldest of them, in virtual time.',
      registers,
    }),
    settlementsContradicted: new Counter({
      name: 'manual_settlements_contradicted_total',
      help: 'Operations settled by hand of which the acquirer then said the contrary. Must stay 0.',
      registers,
    }),
    payoutAlarms: fromZero(
      eachOf({ kind: payoutAlarmKinds }),
      new Counter({
        name: 'payout_alarms_total',
        help: 'What somebody should look at in batches and payouts, by kind.',
        labelNames: ['kind'],
        registers,
      }),
    ),
    reconAlarms: fromZero(
      eachOf({ kind: reconAlarmKinds }),
      new Counter({
        name: 'recon_alarms_total',
        help: 'What somebody should look at in lines of files, by kind.',
        labelNames: ['kind'],
        registers,
      }),
    ),
    payoutFilesWaiting: new Gauge({
      name: 'payout_files_waiting',
      help: 'Payout files that wait: PREPARED for an approval, APPROVED for being sent, SENT for the answer of the bank.',
      labelNames: ['state'],
      registers,
    }),
    payoutFilesWaitingOldestSeconds: new Gauge({
      name: 'payout_files_waiting_oldest_seconds',
      help: 'Age of the oldest of them since it was prepared, else since its approval, in virtual time.',
      labelNames: ['state'],
      registers,
    }),
    payoutsUnanswered: observed({
      name: 'payouts_unanswered',
      help: 'Payouts that were sent and of which the bank has not said what became of them, 100000 at most.',
      registers,
    }),
    payoutsUnansweredOldestSeconds: observed({
      name: 'payouts_unanswered_oldest_seconds',
      help: 'Age of the oldest of them, in virtual time.',
      registers,
    }),
    reconFilesWaiting: new Gauge({
      name: 'recon_files_waiting',
      help: 'Files of the acquirer and the bank that are on their way: being read, to be matched, being matched.',
      labelNames: ['state'],
      registers,
    }),
    reconFilesWaitingOldestSeconds: new Gauge({
      name: 'recon_files_waiting_oldest_seconds',
      help: 'Age of the oldest of them since it was received, in virtual time.',
      labelNames: ['state'],
      registers,
    }),
    reconFilesRejected: observed({
      name: 'recon_files_rejected',
      help: 'Files that were rejected within the last seven days, virtual, and that no later file of the name has replaced.',
      registers,
    }),
    reconBreaksOpen: new Gauge({
      name: 'recon_breaks_open',
      help: 'Open breaks by class.',
      labelNames: ['class'],
      registers,
    }),
    reconBreaksLate: observed({
      name: 'recon_breaks_late',
      help: 'Those of them that have been open for more than five business days.',
      registers,
    }),
    disputesOpen: observed({
      name: 'disputes_open',
      help: 'Disputes that are neither won nor given up.',
      registers,
    }),
    disputesOpenOldestSeconds: observed({
      name: 'disputes_open_oldest_seconds',
      help: 'Age of the oldest of them, in virtual time.',
      registers,
    }),
    reconSuspense: new Gauge({
      name: 'recon_suspense_minor',
      help: 'What recon_suspense holds, without its sign: what is not explained yet.',
      labelNames: ['currency'],
      registers,
    }),
    reconTransfersLate: observed({
      name: 'recon_transfers_late',
      help: 'Transfers between accounts of our own of which one of the two lines has not come in time.',
      registers,
    }),
    fundsMissing: new Gauge({
      name: 'funds_missing_minor',
      help: 'What the safeguarded account lacked at the end of the newest day, in minor units of the currency.',
      labelNames: ['currency'],
      registers,
    }),
    fundsShortBusinessDays: new Gauge({
      name: 'funds_short_business_days',
      help: 'The business days up to the newest on which it lacked something each day.',
      labelNames: ['currency'],
      registers,
    }),
    paymentsExpired: new Counter({
      name: 'payments_expired_total',
      help: 'Authorizations whose hold was let go because they were not captured in time.',
      registers,
    }),
    invariantFailures: new Counter({
      name: 'invariant_failures_total',
      help: 'Rows that broke an invariant when check-invariants looked at them, by invariant. Must stay 0.',
      labelNames: ['invariant'],
      registers,
    }),
    invariantsFailed: observed({
      name: 'invariants_failed',
      help: 'Invariants that a run of this pass or the one before found broken. Must be 0.',
      registers,
    }),
    invariantsChecked: observed({
      name: 'invariants_checked_timestamp_seconds',
      help: 'When check-invariants last finished a run, in seconds since 1970.',
      registers,
    }),
    invariantPassFinished: observed({
      name: 'invariants_pass_timestamp_seconds',
      help: 'When check-invariants last finished a whole pass, in seconds since 1970; 0: never.',
      registers,
    }),
    controlDifference: new Gauge({
      name: 'control_account_difference_minor',
      help: 'What the entries of an account add up to, less what the payments say, over a pass of check-invariants. Must be 0.',
      labelNames: ['account', 'currency', 'pass'],
      registers,
    }),
    auditLogEntries: observed({
      name: 'audit_log_entries',
      help: 'Entries of the audit log. Must never become fewer.',
      registers,
    }),
    stateObserved: neverObserved(
      new Gauge({
        name: 'state_observed_timestamp_seconds',
        help: 'When observe-state last read this source of gauges, in seconds since 1970; 0: never.',
        labelNames: ['source'],
        registers,
      }),
    ),
    acquirerCalls: new Counter({
      name: 'acquirer_calls_total',
      help: 'Calls to the acquirer by what came of them.',
      labelNames: ['call', 'outcome'],
      registers,
    }),
    acquirerSeconds: new Histogram({
      name: 'acquirer_call_duration_seconds',
      help: 'Time of a call to the acquirer, all its tries together.',
      labelNames: ['call', 'outcome'],
      buckets: [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers,
    }),
    acquirerRetries: new Counter({
      name: 'acquirer_retries_total',
      help: 'Second and third tries of calls to the acquirer.',
      registers,
    }),
    acquirerCircuit: new Gauge({
      name: 'acquirer_circuit_state',
      help: '0: closed. 1: half open, a few calls probe. 2: open, nobody calls, or nobody has called since.',
      registers,
    }),
    cacheFailures: new Counter({
      name: 'response_cache_failures_total',
      help: 'Calls that Redis did not answer.',
      registers,
    }),
    doorbellFailures: new Counter({
      name: 'doorbell_failures_total',
      help: 'Rings that Kafka did not take; the sweep rings later.',
      registers,
    }),
    unhandledRejections: new Counter({
      name: 'unhandled_rejections_total',
      help: 'Promises that failed with nobody waiting. Must stay 0.',
      registers,
    }),
  }
}

export type Metrics = ReturnType<typeof createMetrics>

type Labels<Name extends string> = Record<Name, string>

/** Every combination of these values. */
function eachOf<Name extends string>(values: Record<Name, readonly string[]>): Labels<Name>[] {
  let all: Partial<Labels<Name>>[] = [{}]
  for (const name of Object.keys(values) as Name[])
    all = all.flatMap(labels => values[name].map(value => ({ ...labels, [name]: value })))
  return all as Labels<Name>[]
}

const recordLabels = [
  ...eachOf({ function: ['relay-outbox'], topic: [DOORBELL_TOPIC], result: ['done'] }),
  ...eachOf({ function: ['record-ledger'], topic: ledgerEventTypes, result: ['done', 'unchanged', 'dead_letter'] }),
  ...eachOf({
    function: ['expect-settlement'],
    topic: ledgerEventTypes,
    result: ['done', 'unchanged', 'skipped', 'dead_letter'],
  }),
]

/** A rate needs a value from before the first event. */
function fromZero<Name extends string>(all: readonly Labels<Name>[], counter: Counter<Name>): Counter<Name> {
  for (const labels of all) counter.inc(labels, 0)
  return counter
}

/** A gauge without labels that is absent until it is set: prom-client begins with a 0, which would say that all is well. */
function observed(configuration: { name: string; help: string; registers: Registry[] }): Gauge {
  const gauge = new Gauge(configuration)
  gauge.remove()
  return gauge
}

function neverObserved(gauge: Gauge<'source'>): Gauge<'source'> {
  for (const source of stateSources) gauge.set({ source }, 0)
  return gauge
}

/** Read at the scrape, from memory. */
function poolGauges(registers: Registry[], pools: NonNullable<MetricsOptions['pools']>): void {
  for (const pool of ['database', 'acquirer'] as const) {
    const now = (): PoolUse => pools[pool]() ?? { used: 0, idle: 0, max: 0, waiting: 0 }
    new Gauge({
      name: `${pool}_connections`,
      help: 'Open connections of this process, by whether somebody uses them.',
      labelNames: ['state'],
      registers,
      collect() {
        const { used, idle } = now()
        this.set({ state: 'used' }, used)
        this.set({ state: 'idle' }, idle)
      },
    })
    gaugeOf(registers, `${pool}_connections_max`, 'How many there may be.', () => now().max)
    gaugeOf(registers, `${pool}_connections_waiting`, 'Callers that wait for one.', () => now().waiting)
  }
}

function admissionGauges(registers: Registry[], admission: MetricsOptions['admission']): void {
  for (const state of ['inWork', 'waiting'] as const)
    new Gauge({
      name: state === 'inWork' ? 'http_requests_in_work' : 'http_requests_waiting',
      help: 'Requests that this process works on, or that wait for that, by class of routes.',
      labelNames: ['class'],
      registers,
      collect() {
        for (const routeClass of routeClasses) this.set({ class: routeClass }, admission?.()?.[routeClass][state] ?? 0)
      },
    })
}

function gaugeOf(registers: Registry[], name: string, help: string, read: () => number): Gauge {
  return new Gauge({
    name,
    help,
    registers,
    collect() {
      this.set(read())
    },
  })
}
