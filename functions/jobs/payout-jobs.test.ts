/** The jobs of batches and payouts: each does what is due, tells it when there is something to tell, and ends in time. */
import { describe, expect, test } from '@jest/globals'
import { FakeDatabase } from '../../shared/payments/fake-store.ts'
import { DependencyUnavailableError } from '../../shared/payments/ports.ts'
import { createPayoutPorts } from '../../shared/settlement/fake-payouts.ts'
import { FakeLog } from '../../test/unit/http-fakes.ts'
import { createHandler as closeBatches } from './close-batches.ts'
import { createHandler as createPayouts } from './create-payouts.ts'
import { createHandler as inquirePayouts } from './inquire-payouts.ts'
import { createHandler as sendPayoutFiles } from './send-payout-files.ts'

const jobs = [
  ['close-batches', closeBatches, { closed: 0, carried: 0, released: 0, invoiced: 0 }],
  ['create-payouts', createPayouts, { created: 0, canceled: 0, held: 0, released: 0, files: 0 }],
  ['send-payout-files', sendPayoutFiles, { sent: 0, accepted: 0, rejected: 0, unclear: 0 }],
  ['inquire-payouts', inquirePayouts, { confirmed: 0, failed: 0, pending: 0 }],
] as const

const portsOf = () => ({ ...createPayoutPorts(new FakeDatabase()), log: new FakeLog() })

const DAY_MS = 24 * 60 * 60_000

describe.each(jobs)('%s', (_, createHandler, nothing) => {
  test('says nothing when there is nothing to do', async () => {
    const ports = portsOf()
    expect(await createHandler(ports)()).toEqual(nothing)
    expect(ports.log.lines).toEqual([])
  })

  test('throws when the database is away', async () => {
    const ports = portsOf()
    ports.transactions.away = true
    await expect(createHandler(ports)()).rejects.toThrow(DependencyUnavailableError)
  })
})

test('a sale becomes a batch, a payout and a file, and each job tells its part', async () => {
  const ports = portsOf()
  const day = '2026-01-02'
  await ports.transactions.run('items', tx =>
    ports.items.insert(tx, [
      {
        ...{ itemId: ports.ids.item(), merchantId: 'shop', currency: 'KRW', paymentId: 'pay', eventId: 'evt' },
        ...{ type: 'capture', grossMinor: 100, feeMinor: 0, vatMinor: 0, netMinor: 100 },
        ...{ soldOn: day, periodEnd: day, dueOn: null, calendarVersion: 1 },
      },
    ]),
  )
  ports.clock.advanceVirtual(4 * DAY_MS)
  await closeBatches(ports)()
  await createPayouts(ports)()

  expect(ports.log.lines).toMatchObject([
    {
      level: 'info',
      fields: { closed: 1, carried: 0, released: 0, invoiced: 0 },
      message: 'closed settlement batches',
    },
    { level: 'info', fields: { created: 1, files: 1 }, message: 'made payouts' },
  ])
})
