/** What of settlement the sandbox clock waits for: each step is done in its due minute, on the way. */
import { describe, expect, test } from '@jest/globals'
import { soldOn } from '../domain/business-days.ts'
import { advanceClock } from '../payments/advance-clock.ts'
import { createFakePorts } from '../payments/fakes.ts'
import { ProcessClock } from '../runtime/process-clock.ts'
import { approveFile } from './decide-file.ts'
import { settlementJobs } from './due-jobs.ts'
import { createPayoutPorts, fakeTerms, PAYOUTS_NOW_MS } from './fake-payouts.ts'

const DAY_MS = 24 * 60 * 60_000
const decision = { actor: 'Kim', reason: 'the usual run' }

/** A sale on Friday, 2026-01-02, and a clock that can be moved. */
async function setUp() {
  const payments = createFakePorts()
  const real = payments.clock
  real.advance(PAYOUTS_NOW_MS - real.nowMs())
  const clock = new ProcessClock({ shared: payments.sandboxClock, real, monotonic: real })
  const ports = { ...createPayoutPorts(payments.transactions), clock }
  const day = soldOn(PAYOUTS_NOW_MS, fakeTerms)
  await ports.transactions.run('items', tx =>
    ports.items.insert(tx, [
      {
        ...{ itemId: ports.ids.item(), merchantId: 'shop', currency: 'KRW', paymentId: 'pay', eventId: 'evt' },
        ...{ type: 'capture', grossMinor: 100, feeMinor: 0, vatMinor: 0, netMinor: 100 },
        ...{ soldOn: day, periodEnd: day, dueOn: null, calendarVersion: 1 },
      },
    ]),
  )
  const advancing = { ...payments, clock, followingClocks: [], dueJobs: settlementJobs(ports) }
  const advance = (days: number) => advanceClock(advancing, clock, { advanceMs: days * DAY_MS, workMs: 60_000 })
  const seoulTime = (timeMs: number | null) => new Date(timeMs! + 9 * 60 * 60_000).toISOString().slice(0, 16)
  return { ports, real, advance, seoulTime }
}

describe('the clock on its way', () => {
  test('closes a batch when its day has ended, and makes the payout when its business day begins', async () => {
    const { ports, advance, seoulTime } = await setUp()
    expect(await advance(8)).toMatchObject({ kind: 'arrived', counts: { settled: 3 } })

    expect(seoulTime(ports.batches.table.rows()[0]!.closedAtMs)).toBe('2026-01-03T00:00')
    const [payout] = ports.payouts.table.rows()
    expect(seoulTime(payout!.createdAtMs)).toBe('2026-01-06T00:00')
    expect(payout!.state).toBe('CREATED')
  })

  test('does not end a day while an event of it has no item', async () => {
    const { ports, real, advance, seoulTime } = await setUp()
    ports.awaitedItems.awaited = 1
    let looks = 0
    real.onSlept = () => {
      if (++looks === 5) ports.awaitedItems.awaited = 0
      if (looks <= 5) expect(seoulTime(ports.clock.virtualNowMs())).toMatch(/^2026-01-02/)
    }
    expect(await advance(1)).toMatchObject({ kind: 'arrived', counts: { settled: 1 } })

    expect(looks).toBeGreaterThan(5)
    expect(seoulTime(ports.batches.table.rows()[0]!.closedAtMs)).toBe('2026-01-03T00:00')
  })

  test('says what it waits for when the time is over', async () => {
    const { ports, advance } = await setUp()
    ports.awaitedItems.awaited = 2
    expect(await advance(1)).toMatchObject({ kind: 'under_way', position: { offsetMs: 0 } })
    expect(ports.batches.table.rows()).toEqual([])
  })

  test('does not wait for an approval', async () => {
    const { advance } = await setUp()
    await advance(8)
    expect(await advance(30)).toMatchObject({ kind: 'arrived', counts: { settled: 0 } })
  })

  test('sends an approved file, and asks about its payouts until they are decided', async () => {
    const { ports, advance } = await setUp()
    await advance(8)
    await approveFile(ports, ports.payoutFiles.table.rows()[0]!.fileId, decision)
    let asked = 0
    ports.bank.verdictOf = () => (++asked < 5 ? { kind: 'pending' } : { kind: 'confirmed', bankRef: 'ref' })
    expect(await advance(1)).toMatchObject({ kind: 'arrived', counts: { settled: 3 } })

    expect(ports.payouts.table.rows()[0]).toMatchObject({ state: 'CONFIRMED', bankRef: 'ref' })
    expect(asked).toBe(5)
  })

  test('releases what is held when its day begins', async () => {
    const { ports, advance, seoulTime } = await setUp()
    const terms = { ...fakeTerms, reserveBasisPoints: 1_000, reserveDays: 5 }
    ports.terms.rows.push({ ...terms, merchantId: 'shop', currency: 'KRW', validFromMs: 0 })
    expect(await advance(12)).toMatchObject({ kind: 'arrived' })

    const released = ports.outbox.table.rows().find(({ topic }) => topic === 'reserve.released')
    expect(seoulTime(Date.parse(JSON.parse(released!.payload).occurredAt))).toBe('2026-01-09T00:00')
    expect(ports.batches.table.rows().map(({ periodEnd, netMinor }) => [periodEnd, netMinor])).toEqual([
      ['2026-01-02', 90],
      ['2026-01-09', 10],
    ])
  })

  test('invoices a balance when its days are over', async () => {
    const { ports, advance, seoulTime } = await setUp()
    ports.terms.rows.push({ ...fakeTerms, merchantId: 'shop', currency: 'KRW', validFromMs: 0, invoiceAfterDays: 3 })
    const [sale] = ports.items.table.rows()
    const refund = { ...sale!, itemId: 'itm_refund', eventId: 'evt_refund', grossMinor: -300, netMinor: -300 }
    await ports.transactions.run('items', tx => ports.items.insert(tx, [refund]))
    expect(await advance(12)).toMatchObject({ kind: 'arrived' })

    const [invoice] = ports.invoices.table.rows()
    expect(seoulTime(invoice!.invoicedAtMs)).toBe('2026-01-08T00:00')
    expect(invoice).toMatchObject({ amountMinor: 200, negativeSince: '2026-01-02' })
  })

  test('arrives although the bank is away', async () => {
    const { ports, advance } = await setUp()
    await advance(8)
    await approveFile(ports, ports.payoutFiles.table.rows()[0]!.fileId, decision)
    ports.bank.away = true
    expect(await advance(2)).toMatchObject({ kind: 'arrived' })
    expect(ports.payouts.table.rows()[0]!.state).toBe('SENT')
  })

  test('arrives although a calendar is not loaded', async () => {
    const { ports, advance } = await setUp()
    ports.calendars.closed.clear()
    expect(await advance(8)).toMatchObject({ kind: 'arrived', counts: { settled: 0 } })
    expect(ports.batches.table.rows()).toEqual([])
  })
})
