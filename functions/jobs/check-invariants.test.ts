/** The job that holds the invariants against the payments. */
import { describe, expect, test } from '@jest/globals'
import { paymentIdOf, settledPayment } from '../../shared/invariants/sample-payments.ts'
import { sampleSlices } from '../../shared/invariants/sample-slices.ts'
import { createMetrics } from '../../shared/runtime/metrics.ts'
import { FakeLog } from '../../test/unit/http-fakes.ts'
import { createHandler } from './check-invariants.ts'

function withPayments() {
  const histories = [settledPayment(1, ['authorize']), settledPayment(2, ['authorize', 'capture'])]
  const ports = { ...sampleSlices(histories), metrics: createMetrics(), log: new FakeLog() }
  return { histories, ports, handler: createHandler(ports) }
}

describe('check-invariants', () => {
  test('is silent when all is well', async () => {
    const { ports, handler } = withPayments()

    expect(await handler()).toEqual({ payments: 2, failed: 0 })

    expect(ports.log.lines).toEqual([])
    expect((await ports.metrics.invariantFailures.get()).values).toEqual([])
  })

  test('tells the invariant and its first rows as an error, and counts them', async () => {
    const { histories, ports, handler } = withPayments()
    histories[1]!.entries = histories[1]!.entries.filter(({ type }) => type !== 'fee')

    expect(await handler()).toEqual({ payments: 2, failed: 2 })

    const rows = [{ row: expect.stringContaining(paymentIdOf(2)), problem: expect.any(String) }]
    const broken = ['one-fee-entry', 'item-in-ledger']
    expect(ports.log.lines).toMatchObject(
      broken.map(invariant => ({ level: 'error', fields: { invariant, failed: 1, rows } })),
    )
    expect((await ports.metrics.invariantFailures.get()).values).toMatchObject(
      broken.map(invariant => ({ labels: { invariant }, value: 1 })),
    )
  })

  test('what was found is told before old runs are deleted', async () => {
    const { histories, ports, handler } = withPayments()
    histories[1]!.entries = []
    ports.invariantRuns.prune = () => Promise.reject(new Error('away'))

    await expect(handler()).rejects.toThrow('away')
    expect(ports.log.lines.length).toBeGreaterThan(0)
  })
})
