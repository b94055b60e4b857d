/** Balances that stay negative: when they are invoiced, of what, what later batches pay, and what a person or the bank makes of the rest. */
import { describe, expect, test } from '@jest/globals'
import { invoiceEvent } from '../contracts/settlement-events.ts'
import { soldOn } from '../domain/business-days.ts'
import type { DatedTerms } from '../domain/settlement-terms.ts'
import { FakeDatabase, shuffledTurns } from '../payments/fake-store.ts'
import { closeBatches } from './close-batches.ts'
import { createPayoutPorts, type FakePayoutPorts, fakeTerms } from './fake-payouts.ts'
import { collectInvoice, loseInvoice } from './lose-invoice.ts'

const DAY_MS = 24 * 60 * 60_000
const NO_END = Number.POSITIVE_INFINITY
const SHOP = { merchantId: 'shop', currency: 'KRW' }
const by = { actor: 'Kim', reason: 'they have moved away' }

/** What stays negative for three business days is invoiced. */
function portsWith(given: Partial<DatedTerms> = {}, db = new FakeDatabase()): FakePayoutPorts {
  const ports = createPayoutPorts(db)
  ports.terms.rows.push({ ...fakeTerms, ...SHOP, validFromMs: 0, invoiceAfterDays: 3, ...given })
  return ports
}

async function sell(ports: FakePayoutPorts, netMinor: number) {
  const day = soldOn(ports.clock.virtualNowMs(), fakeTerms)
  const item = {
    ...{ itemId: ports.ids.item(), ...SHOP, paymentId: 'pay', eventId: ports.ids.event() },
    ...{ type: netMinor < 0 ? ('refund' as const) : ('capture' as const), grossMinor: netMinor },
    ...{ feeMinor: 0, vatMinor: 0, netMinor, soldOn: day, periodEnd: day, dueOn: null, calendarVersion: 1 },
  }
  await ports.transactions.run('items', tx => ports.items.insert(tx, [item]))
}

const close = (ports: FakePayoutPorts) => closeBatches(ports, NO_END)
const waitDays = (ports: FakePayoutPorts, days: number) => ports.clock.advanceVirtual(days * DAY_MS)

async function sellAndClose(ports: FakePayoutPorts, netMinor: number) {
  await sell(ports, netMinor)
  waitDays(ports, 1)
  return close(ports)
}

/** Owes 700 since Friday the second, and has an invoice since Thursday. */
async function withInvoice(given: Partial<DatedTerms> = {}) {
  const ports = portsWith(given)
  await sellAndClose(ports, -700)
  waitDays(ports, 5)
  await close(ports)
  return ports
}

const invoicesOf = (ports: FakePayoutPorts) =>
  ports.invoices.table
    .rows()
    .map(({ amountMinor, remainingMinor, state, negativeSince }) =>
      [amountMinor, remainingMinor, state, negativeSince].join(' '),
    )
const batchesOf = (ports: FakePayoutPorts) =>
  ports.batches.table.rows().map(({ periodEnd, state, netMinor }) => `${periodEnd} ${state} ${netMinor}`)
const itemsOf = (ports: FakePayoutPorts, type: string) =>
  ports.items.table.rows().flatMap(item => (item.type === type ? [item.netMinor] : []))
const debitOn = (ports: FakePayoutPorts, account: string) =>
  ports.settlementLedger.table.rows().reduce((sum, { debitAccount, creditAccount, amountMinor }) => {
    return sum + (debitAccount === account ? amountMinor : 0) - (creditAccount === account ? amountMinor : 0)
  }, 0)
const told = (ports: FakePayoutPorts) =>
  ports.outbox.table
    .rows()
    .filter(({ topic }) => topic.startsWith('merchant.'))
    .map(({ payload }) => invoiceEvent.parse(JSON.parse(payload)))

describe('a negative balance', () => {
  test('is invoiced when its days are over, and not before', async () => {
    const ports = portsWith()
    await sellAndClose(ports, -700)
    // Three business days after Friday end on Wednesday.
    ports.clock.advanceVirtual(Date.UTC(2026, 0, 7, 14, 59) - ports.clock.virtualNowMs())
    expect(await close(ports)).toMatchObject({ invoiced: 0 })

    ports.clock.advanceVirtual(60_000)
    expect(await close(ports)).toMatchObject({ invoiced: 1 })
    expect(invoicesOf(ports)).toEqual(['700 700 OPEN 2026-01-02'])
    expect(debitOn(ports, 'merchant_receivable:shop')).toBe(700)
    expect(await ports.unbatchedItems.openSum(undefined, SHOP)).toBe(0)
    expect(told(ports)).toMatchObject([{ eventType: 'merchant.invoiced', sequence: 1, invoice: { amount: 700 } }])
    expect(await close(ports)).toMatchObject({ invoiced: 0 })
  })

  test('is told by an empty batch, once', async () => {
    const ports = await withInvoice()
    waitDays(ports, 10)
    await close(ports)
    expect(batchesOf(ports)).toEqual(['2026-01-02 CARRIED 0', '2026-01-08 CARRIED 0'])
    expect(invoicesOf(ports)).toHaveLength(1)
  })

  test('is not invoiced without such terms', async () => {
    const ports = await withInvoice({ invoiceAfterDays: null })
    waitDays(ports, 50)
    expect(await close(ports)).toMatchObject({ invoiced: 0 })
  })

  test('is not invoiced when a batch or a sale has made it good', async () => {
    const [ports, other] = [portsWith(), portsWith()]
    for (const each of [ports, other]) await sellAndClose(each, -700)
    await sellAndClose(ports, 900)
    await sellAndClose(ports, -100)
    waitDays(ports, 2)
    waitDays(other, 4)
    await sell(other, 700)

    expect(await close(ports)).toMatchObject({ invoiced: 0 })
    expect(await close(other)).toMatchObject({ invoiced: 0 })
    expect(ports.negativeBalances.table.rows()).toMatchObject([{ since: '2026-01-04' }])
  })

  test('is invoiced with what was sold and refunded since', async () => {
    const ports = portsWith()
    await sellAndClose(ports, -700)
    waitDays(ports, 4)
    await sell(ports, -200)
    await sell(ports, 50)
    waitDays(ports, 1)
    await close(ports)
    expect(invoicesOf(ports)).toEqual(['850 850 OPEN 2026-01-02'])
  })

  test('that comes after an invoice is another one, days later', async () => {
    const ports = await withInvoice()
    await sellAndClose(ports, -300)
    expect(invoicesOf(ports)).toHaveLength(1)
    waitDays(ports, 6)
    await close(ports)
    expect(invoicesOf(ports)).toEqual(['700 700 OPEN 2026-01-02', '300 300 OPEN 2026-01-08'])
  })

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('two at once make one invoice, seed %i', async seed => {
    const db = new FakeDatabase(shuffledTurns(seed))
    const one = portsWith({}, db)
    const other = { ...one, ids: createPayoutPorts(new FakeDatabase(), { seed: 100_000 }).ids }
    await sellAndClose(one, -700)
    waitDays(one, 6)
    await sell(one, -100)
    await Promise.all([close(one), close(other)])

    expect(invoicesOf(one)).toEqual(['800 800 OPEN 2026-01-02'])
    expect(itemsOf(one, 'invoiced')).toEqual([800])
  })
})

describe('later batches', () => {
  test('pay the invoice first, and are paid the rest', async () => {
    const ports = await withInvoice()
    await sellAndClose(ports, 500)
    await sellAndClose(ports, 900)

    expect(batchesOf(ports).slice(-2)).toEqual(['2026-01-08 CARRIED 0', '2026-01-09 CLOSED 700'])
    expect(itemsOf(ports, 'deducted')).toEqual([-500, -200])
    expect(invoicesOf(ports)).toEqual(['700 0 PAID 2026-01-02'])
    expect(debitOn(ports, 'merchant_receivable:shop')).toBe(0)
    expect(told(ports).slice(1)).toMatchObject([
      { sequence: 2, by: 'deducted', moved: 500, invoice: { remaining: 200, state: 'OPEN' } },
      { sequence: 3, by: 'deducted', moved: 200, invoice: { remaining: 0, state: 'PAID' } },
    ])
  })

  test('hold the reserve of what the invoice leaves', async () => {
    const ports = await withInvoice({ reserveBasisPoints: 1_000 })
    await sellAndClose(ports, 1_700)
    expect(batchesOf(ports).at(-1)).toBe('2026-01-08 CLOSED 900')
  })
})

describe('what remains', () => {
  const idOf = (ports: FakePayoutPorts) => ports.invoices.table.rows()[0]!.invoiceId

  test('is lost when an approver says so, once', async () => {
    const ports = await withInvoice()
    await sellAndClose(ports, 100)
    expect(await loseInvoice(ports, idOf(ports), by)).toMatchObject({ kind: 'lost', lostMinor: 600 })

    expect(invoicesOf(ports)).toEqual(['700 0 LOST 2026-01-02'])
    expect([debitOn(ports, 'merchant_receivable:shop'), debitOn(ports, 'bad_debt')]).toEqual([0, 600])
    expect(ports.auditLog.table.rows()).toMatchObject([
      { actor: 'Kim', action: 'invoice.lost', details: { lost: 600 } },
    ])
    expect(await loseInvoice(ports, idOf(ports), by)).toEqual({ kind: 'not_open', state: 'LOST' })
    expect(await loseInvoice(ports, 'inv_none', by)).toEqual({ kind: 'not_found' })
  })

  test('is collected by a line of the bank, whose break books it', async () => {
    const ports = await withInvoice()
    const collect = (given: Partial<Parameters<typeof collectInvoice>[2]>) =>
      ports.transactions.run('invoice', tx =>
        collectInvoice(ports, tx, { invoiceId: idOf(ports), ...SHOP, amountMinor: 300, breakId: 'brk', ...given }),
      )
    for (const wrong of [{ amountMinor: 701 }, { amountMinor: 0 }, { merchantId: 'cafe' }, { currency: 'USD' }])
      expect(await collect(wrong)).toEqual({ kind: 'does_not_fit' })
    expect(await collect({ invoiceId: 'inv_none' })).toEqual({ kind: 'not_found' })

    expect(await collect({})).toMatchObject({ kind: 'collected' })
    expect(await collect({ amountMinor: 400 })).toMatchObject({ kind: 'collected' })
    expect(invoicesOf(ports)).toEqual(['700 0 PAID 2026-01-02'])
    expect(told(ports).at(-1)).toMatchObject({ by: 'collected', moved: 400, from: 'brk' })
    expect(debitOn(ports, 'merchant_receivable:shop')).toBe(700)
  })
})
