/** Turns what use cases tell of, and what was answered, into counters. Nothing here throws: a count must not take a payment with it. */
import { acquirerReasons } from '../contracts/acquirer.ts'
import { currencyExponent } from '../contracts/currency.ts'
import { type ErrorCode, errorCodes } from '../contracts/errors.ts'
import { type FinalState, keyStates, type RequestedKind } from '../contracts/lists.ts'
import { routes } from '../contracts/routes.ts'
import { declineReasons } from '../contracts/test-tokens.ts'
import type { RequestObserver } from '../http/index.ts'
import { quietly } from '../http/quietly.ts'
import type { DecidedOperation, LedgerObserver, OperationObserver, RelayObserver } from '../payments/ports.ts'
import type { SettlementObserver } from '../settlement/ports.ts'
import type { Metrics } from './metrics.ts'

type OperationMetrics = Pick<
  Metrics,
  'operations' | 'operationsDeclined' | 'operationAmount' | 'operationsResolved' | 'paymentsExpired'
>
type DeliveryMetrics = Pick<Metrics, 'outboxPublished' | 'recordsHandled' | 'ledgerWritten'>
type AnswerMetrics = Pick<Metrics, 'httpRequests' | 'httpSeconds' | 'replays' | 'conflicts' | 'answeredUnknown'>

/** Stands for what is on no list, so that a label has few values. */
const OTHER = 'other'

const LEDGER_FUNCTION = 'record-ledger'
const SETTLEMENT_FUNCTION = 'expect-settlement'

/** `unspecified`: the acquirer gave no reason that can be stored. */
const knownDeclineReasons = new Set<string>([...Object.values(declineReasons), ...acquirerReasons, 'unspecified'])

const knownConflictReasons = new Set<string>([...keyStates, 'different_request', 'status', 'amount'])

const knownCodes = new Set<string>(errorCodes)

const outcomes = { SUCCEEDED: 'succeeded', DECLINED: 'declined', FAILED: 'failed' } as const satisfies Record<
  FinalState,
  string
>

const verdicts = { SUCCEEDED: 'approved', DECLINED: 'declined', FAILED: 'canceled' } as const satisfies Record<
  FinalState,
  string
>

const kindsByRoute = new Map<string, RequestedKind>([
  [routes.authorizePayment, 'authorize'],
  [routes.capturePayment, 'capture'],
  [routes.refundPayment, 'refund'],
  [routes.voidPayment, 'void'],
])

const listed = (known: ReadonlySet<string>, word: string | undefined): string =>
  word !== undefined && known.has(word) ? word : OTHER

/** A currency as a label. */
export const currencyLabel = (currency: string): string => (currencyExponent(currency) === undefined ? OTHER : currency)

export const countingObserver = (
  metrics: OperationMetrics & DeliveryMetrics,
): OperationObserver & RelayObserver & LedgerObserver => ({
  decided: operation => quietly(() => countOperation(metrics, operation)),
  published: rows =>
    quietly(() => {
      for (const { topic } of rows) metrics.outboxPublished.inc({ topic })
    }),
  booked: ({ entries, written, unchanged }) =>
    quietly(() => {
      for (const { type } of entries) metrics.ledgerWritten.inc({ type })
      countRecords(metrics, LEDGER_FUNCTION, 'done', written)
      countRecords(metrics, LEDGER_FUNCTION, 'unchanged', unchanged)
    }),
  deadLettered: records => quietly(() => countRecords(metrics, LEDGER_FUNCTION, 'dead_letter', records)),
})

export const countingSettlementObserver = (metrics: Pick<Metrics, 'recordsHandled'>): SettlementObserver => ({
  expected: ({ written, unchanged, skipped }) =>
    quietly(() => {
      countRecords(metrics, SETTLEMENT_FUNCTION, 'done', written)
      countRecords(metrics, SETTLEMENT_FUNCTION, 'unchanged', unchanged)
      countRecords(metrics, SETTLEMENT_FUNCTION, 'skipped', skipped)
    }),
  deadLettered: records => quietly(() => countRecords(metrics, SETTLEMENT_FUNCTION, 'dead_letter', records)),
})

function countOperation(metrics: OperationMetrics, operation: DecidedOperation): void {
  const { kind, state, declineReason, amountMinor, currency, by } = operation
  metrics.operations.inc({ kind, outcome: outcomes[state] })
  if (state === 'SUCCEEDED') metrics.operationAmount.inc({ kind, currency: currencyLabel(currency) }, amountMinor)
  if (state === 'DECLINED')
    metrics.operationsDeclined.inc({ kind, reason: listed(knownDeclineReasons, declineReason ?? undefined) })
  if (by === 'resolve-unknown') metrics.operationsResolved.inc({ verdict: verdicts[state] })
  if (kind === 'expire' && state === 'SUCCEEDED') metrics.paymentsExpired.inc()
}

/** Records of our own topics: a trigger gets no others. */
export function countRecords(
  { recordsHandled }: Pick<Metrics, 'recordsHandled'>,
  name: string,
  result: 'done' | 'unchanged' | 'skipped' | 'dead_letter',
  records: ReadonlyArray<{ topic: string }>,
): void {
  for (const { topic } of records) recordsHandled.inc({ function: name, topic, result })
}

type Answered = Parameters<RequestObserver['answered']>[0]

/** One answer. The time is that from the event to the answer. */
export function countAnswer(metrics: AnswerMetrics, { route, statusCode, durationMs, error, replayedFrom }: Answered) {
  metrics.httpRequests.inc({ route, status: statusCode })
  metrics.httpSeconds.observe({ route }, durationMs / 1_000)
  if (replayedFrom !== undefined) metrics.replays.inc({ source: replayedFrom })
  if (error === undefined) return
  if (statusCode === 409 || statusCode === 422)
    metrics.conflicts.inc({ code: listed(knownCodes, error.code), reason: listed(knownConflictReasons, error.reason) })
  if (error.code === ('OUTCOME_UNKNOWN' satisfies ErrorCode))
    metrics.answeredUnknown.inc({ kind: kindsByRoute.get(route) ?? OTHER })
}
