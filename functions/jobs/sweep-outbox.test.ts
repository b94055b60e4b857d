/** The job that rings for rows nobody published. */
import { describe, expect, test } from '@jest/globals'
import { createFakePorts as createFakes, FAKE_NOW_MS } from '../../shared/payments/fakes.ts'
import { createMetrics } from '../../shared/runtime/metrics.ts'
import { createHandler } from './sweep-outbox.ts'

const JOB_TIMEOUT_MS = 60_000

const createFakePorts = () => {
  const warnings: unknown[] = []
  const log = { warn: (fields: unknown, message?: string) => void warnings.push([fields, message]) }
  const incarnationCheck = { renewals: 0, renew: async () => void incarnationCheck.renewals++ }
  return { ...createFakes(), metrics: createMetrics(), log, warnings, incarnationCheck }
}

const insertRow = ({ transactions, outbox }: ReturnType<typeof createFakes>, topic: string) =>
  transactions.run('rows', tx =>
    outbox.insert(
      tx,
      { eventId: 'evt', topic, messageKey: 'pay', sequence: 1, payload: '{}', shard: 2, traceparent: null },
      FAKE_NOW_MS,
    ),
  )

describe('sweep-outbox', () => {
  test('looks for most of a minute, and ends before its own time-out and the next run', async () => {
    const ports = createFakePorts()

    await createHandler(ports)()

    const lastedMs = ports.clock.nowMs() - FAKE_NOW_MS
    expect(lastedMs).toBeGreaterThanOrEqual(50_000)
    expect(lastedMs).toBeLessThan(JOB_TIMEOUT_MS)
  })

  test('looks once a run whether Redis knows more than the database', async () => {
    const ports = createFakePorts()

    await createHandler(ports)()

    expect(ports.incarnationCheck.renewals).toBe(1)
  })

  test('rings for a row that was forgotten', async () => {
    const ports = createFakePorts()
    await insertRow(ports, 'payment.captured')

    expect(await createHandler(ports)()).toBeGreaterThan(0)
    expect(new Set(ports.doorbell.rings)).toEqual(new Set([2]))
  })

  test('reports at each run which consumer stands still and which events wait', async () => {
    const ports = createFakePorts()
    await insertRow(ports, 'payment.captured')
    ports.offsets.offsets = [
      { groupId: 'record-ledger-captured', topic: 'payment.captured', partition: 4, committedOffset: 7, endOffset: 9 },
    ]
    const run = createHandler(ports)

    await run()
    expect(ports.warnings).toEqual([])
    ports.clock.advance(5_000)
    await run()

    expect(ports.warnings).toEqual([
      [
        { kind: 'consumer_standing_still', since: new Date(FAKE_NOW_MS).toISOString() },
        'record-ledger-captured does not get on in payment.captured, partitions 4: 2 records wait; see its errors in the log',
      ],
      [
        { kind: 'events_waiting', since: new Date(FAKE_NOW_MS).toISOString() },
        '1 events of payment.captured wait to be published; see npm run outbox',
      ],
    ])
    const text = await ports.metrics.registry.metrics()
    expect(text).toContain(
      'consumer_lag_records{group="record-ledger-captured",topic="payment.captured",partition="4"} 2',
    )
    expect(text).toContain(
      'consumer_still_seconds{group="record-ledger-captured",topic="payment.captured",partition="4"} 60',
    )
    expect(text).toContain('outbox_waiting{topic="payment.captured"} 1')
    expect(text).toContain('outbox_oldest_seconds{topic="payment.captured"} 60')
  })

  test('still rings when the delivery cannot be observed, and says so', async () => {
    const ports = createFakePorts()
    await insertRow(ports, 'payment.captured')
    ports.offsets.read = async () => {
      throw new Error('a bug')
    }

    expect(await createHandler(ports)()).toBeGreaterThan(0)
    expect(ports.warnings).toEqual([[{ err: new Error('a bug') }, 'could not observe how far events have come']])
  })
})
