/** What becomes of what is told: counters, with few values of each label, and never an error. */
import { describe, expect, test } from '@jest/globals'
import type { DecidedOperation, IncomingRecord } from '../payments/ports.ts'
import { countAnswer, countingObserver } from './counters.ts'
import { createMetrics } from './metrics.ts'

const decided: DecidedOperation = {
  kind: 'capture',
  state: 'SUCCEEDED',
  declineReason: null,
  amountMinor: 1_500,
  currency: 'USD',
  by: 'request',
}

/** The samples of these metrics that are not 0. */
async function counted(metrics: ReturnType<typeof createMetrics>, ...names: string[]): Promise<string[]> {
  const lines = (await metrics.registry.metrics()).split('\n')
  const isNamed = (line: string) => names.some(name => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
  return lines.filter(line => isNamed(line) && !line.endsWith(' 0'))
}

const operationCounters = [
  'operations_total',
  'operations_declined_total',
  'operation_amount_minor_total',
  'operations_resolved_total',
  'payments_expired_total',
]

describe('a decided operation', () => {
  test.each<[what: string, given: Partial<DecidedOperation>, lines: string[]]>([
    [
      'that succeeded adds its amount',
      {},
      [
        'operations_total{kind="capture",outcome="succeeded"} 1',
        'operation_amount_minor_total{kind="capture",currency="USD"} 1500',
      ],
    ],
    [
      'that was declined is counted by its reason, and adds none',
      { state: 'DECLINED', declineReason: 'lost_card' },
      [
        'operations_total{kind="capture",outcome="declined"} 1',
        'operations_declined_total{kind="capture",reason="lost_card"} 1',
      ],
    ],
    [
      'with a reason that is on no list is counted as another one',
      { state: 'DECLINED', declineReason: 'because_of_pay_1' },
      [
        'operations_total{kind="capture",outcome="declined"} 1',
        'operations_declined_total{kind="capture",reason="other"} 1',
      ],
    ],
    [
      'that the resolver found canceled is counted by the verdict too',
      { state: 'FAILED', by: 'resolve-unknown' },
      ['operations_total{kind="capture",outcome="failed"} 1', 'operations_resolved_total{verdict="canceled"} 1'],
    ],
    [
      'that let a hold go is an expired payment',
      { kind: 'expire' },
      [
        'operations_total{kind="expire",outcome="succeeded"} 1',
        'operation_amount_minor_total{kind="expire",currency="USD"} 1500',
        'payments_expired_total 1',
      ],
    ],
    [
      'in what is no currency is counted as another one',
      { currency: '$$$' },
      [
        'operations_total{kind="capture",outcome="succeeded"} 1',
        'operation_amount_minor_total{kind="capture",currency="other"} 1500',
      ],
    ],
  ])('%s', async (_, given, lines) => {
    const metrics = createMetrics({ ofProcess: false })
    countingObserver(metrics).decided({ ...decided, ...given })

    expect(await counted(metrics, ...operationCounters)).toEqual(lines)
  })

  test('that cannot be counted harms nobody', () => {
    const metrics = createMetrics({ ofProcess: false })
    metrics.operations.inc = () => {
      throw new Error('a bug')
    }
    const { error } = console
    console.error = () => {}
    try {
      expect(() => countingObserver(metrics).decided(decided)).not.toThrow()
    } finally {
      console.error = error
    }
  })
})

test('published rows and records are counted by topic, entries by type', async () => {
  const metrics = createMetrics({ ofProcess: false })
  const observer = countingObserver(metrics)
  const record = { topic: 'payment.captured' } as IncomingRecord
  observer.published([{ topic: 'payment.captured' }, { topic: 'payment.voided' }, { topic: 'payment.captured' }])
  observer.booked({ entries: [{ type: 'fee' }], written: [record], unchanged: [record, record] })
  observer.deadLettered([record])

  const handled = 'records_handled_total{function="record-ledger",topic="payment.captured"'
  expect(
    await counted(metrics, 'outbox_published_total', 'records_handled_total', 'ledger_entries_written_total'),
  ).toEqual([
    'outbox_published_total{topic="payment.captured"} 2',
    'outbox_published_total{topic="payment.voided"} 1',
    `${handled},result="done"} 1`,
    `${handled},result="unchanged"} 2`,
    `${handled},result="dead_letter"} 1`,
    'ledger_entries_written_total{type="fee"} 1',
  ])
})

describe('an answer', () => {
  const answer = { route: 'POST /payments/authorize', statusCode: 201, durationMs: 3, requestId: 'req_1' }
  const counters = [
    'http_requests_total',
    'idempotent_replays_total',
    'conflicts_total',
    'operations_answered_unknown_total',
  ]

  test.each<[what: string, given: Partial<Parameters<typeof countAnswer>[1]>, lines: string[]]>([
    ['is counted by route and status', {}, []],
    [
      'that is given again is counted by where it was found',
      { replayedFrom: 'cache' },
      ['idempotent_replays_total{source="cache"} 1'],
    ],
    [
      '409 is counted by code and reason',
      { statusCode: 409, error: { code: 'DUPLICATE_REQUEST', reason: 'in_progress' } },
      ['conflicts_total{code="DUPLICATE_REQUEST",reason="in_progress"} 1'],
    ],
    [
      '422 too, and a reason that is on no list as another one',
      { statusCode: 422, error: { code: 'DUPLICATE_REQUEST', reason: 'x'.repeat(99) } },
      ['conflicts_total{code="DUPLICATE_REQUEST",reason="other"} 1'],
    ],
    [
      'without an outcome is counted by what was asked for',
      { route: 'POST /payments/refund/{paymentId}', statusCode: 503, error: { code: 'OUTCOME_UNKNOWN' } },
      ['operations_answered_unknown_total{kind="refund"} 1'],
    ],
    ['503 of another kind is no unknown outcome', { statusCode: 503, error: { code: 'SERVICE_UNAVAILABLE' } }, []],
  ])('%s', async (_, given, lines) => {
    const metrics = createMetrics({ ofProcess: false })
    countAnswer(metrics, { ...answer, ...given })

    const { route, statusCode } = { ...answer, ...given }
    expect(await counted(metrics, ...counters)).toEqual([
      `http_requests_total{route="${route}",status="${statusCode}"} 1`,
      ...lines,
    ])
  })
})
