/** The job that rings for rows nobody published. */
import { describe, expect, test } from '@jest/globals'
import { createFakePorts as createFakes, FAKE_NOW_MS } from '../../shared/payments/fakes.ts'
import { createHandler } from './sweep-outbox.ts'

const JOB_TIMEOUT_MS = 60_000

const createFakePorts = () => {
  const incarnationCheck = { renewals: 0, renew: async () => void incarnationCheck.renewals++ }
  return { ...createFakes(), incarnationCheck }
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
})
