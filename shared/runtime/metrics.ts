/** Counters, gauges and histograms of this process, in Prometheus's text format. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export function createMetrics() {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
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
    outboxPublished: new Counter({
      name: 'outbox_published_total',
      help: 'Outbox rows confirmed by Kafka.',
      registers,
    }),
    outboxParked: new Counter({
      name: 'outbox_parked_total',
      help: 'Outbox rows that the broker refused for what they are.',
      registers,
    }),
    outboxWaiting: new Gauge({
      name: 'outbox_waiting',
      help: 'Outbox rows that waited for Kafka when the sweep last looked, parked ones aside.',
      labelNames: ['topic'],
      registers,
    }),
    outboxOldestSeconds: new Gauge({
      name: 'outbox_oldest_seconds',
      help: 'Age of the oldest of them, then.',
      labelNames: ['topic'],
      registers,
    }),
    consumerLag: new Gauge({
      name: 'consumer_lag_records',
      help: 'Records that a consumer group had not read when the sweep last looked.',
      labelNames: ['group', 'topic', 'partition'],
      registers,
    }),
    consumerStillSeconds: new Gauge({
      name: 'consumer_still_seconds',
      help: 'How long records had waited there without the group moving, then.',
      labelNames: ['group', 'topic', 'partition'],
      registers,
    }),
    topicUnavailable: new Gauge({
      name: 'kafka_topic_unavailable',
      help: '1: the topic took no records when it was last tried. Must be 0.',
      labelNames: ['topic'],
      registers,
    }),
    ledgerWritten: new Counter({
      name: 'ledger_entries_written_total',
      help: 'Entries written by the ledger consumer.',
      registers,
    }),
    ledgerRepaired: new Counter({
      name: 'ledger_entries_repaired_total',
      help: 'Capture or refund entries that were missing. Must stay 0.',
      registers,
    }),
    deadLetters: new Counter({ name: 'dead_letters_total', help: 'Records sent to the dead-letter topic.', registers }),
    operationsResolved: new Counter({
      name: 'operations_resolved_total',
      help: 'Operations brought to a final state by resolve-unknown, by what the acquirer said.',
      labelNames: ['verdict'],
      registers,
    }),
    operationsUnknown: new Gauge({
      name: 'operations_unknown',
      help: 'Pending operations that nobody works on, or that were taken over before, when resolve-unknown last looked.',
      registers,
    }),
    operationsUnknownOldestSeconds: new Gauge({
      name: 'operations_unknown_oldest_seconds',
      help: 'Age of the oldest of them, then.',
      registers,
    }),
    settlementsContradicted: new Counter({
      name: 'manual_settlements_contradicted_total',
      help: 'Operations settled by hand of which the acquirer then said the contrary. Must stay 0.',
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
    invariantsCheckedSeconds: new Gauge({
      name: 'invariants_checked_timestamp_seconds',
      help: 'When check-invariants last finished a run, in seconds since 1970.',
      registers,
    }),
    acquirerCalls: new Counter({
      name: 'acquirer_calls_total',
      help: 'Calls to the acquirer by what came of them.',
      labelNames: ['call', 'outcome'],
      registers,
    }),
    acquirerSeconds: new Histogram({
      name: 'acquirer_call_duration_seconds',
      help: 'Time of a call to the acquirer, all its tries together.',
      labelNames: ['call'],
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
