/** Weeks of sales and refunds under any terms, with a bank that refuses some payouts: no money is lost, made or paid twice. */
import { expect, jest, test } from '@jest/globals'
import fc from 'fast-check'
import { SEED, seeded } from '../../test/unit/seed.ts'
import { livePayoutStates, settlementCycles } from '../contracts/lists.ts'
import { periodEndOf, soldOn } from '../domain/business-days.ts'
import { type DatedTerms, termsAt } from '../domain/settlement-terms.ts'
import { FakeDatabase } from '../payments/fake-store.ts'
import { closeBatches } from './close-batches.ts'
import { createPayouts } from './create-payouts.ts'
import { approveFile, cancelFile, cancelPayout } from './decide-file.ts'
import { createPayoutPorts, type FakePayoutPorts, fakeTerms, PAYOUTS_NOW_MS } from './fake-payouts.ts'
import { inquirePayouts } from './inquire-payouts.ts'
import { loseInvoice } from './lose-invoice.ts'
import type { Payout } from './ports.ts'
import { sendFiles } from './send-files.ts'

// Thousands of steps: slow on a busy machine.
jest.setTimeout(60_000)

const HOUR_MS = 60 * 60_000
const NO_END = Number.POSITIVE_INFINITY
const merchants = ['cafe', 'shop'] as const
const decision = { actor: 'Kim', reason: 'the usual run' }

type Step =
  | { kind: 'sell'; merchantId: string; netMinor: number; lateHours: number }
  | { kind: 'wait'; hours: number }
  | { kind: 'terms'; merchantId: string; terms: Partial<DatedTerms> }
  | { kind: 'lose' | 'close' | 'create' | 'send' | 'inquire' | 'approve' | 'cancel file' | 'cancel payout' }
  | { kind: 'bank'; says: 'confirmed' | 'failed' | 'pending' | 'away' | 'rejected' }

const merchantId = fc.constantFrom(...merchants)
const netMinor = fc.oneof(fc.integer({ min: -3_000, max: 5_000 }), fc.integer({ min: -20, max: 20 }))
const terms = fc.record({
  cycle: fc.constantFrom(...settlementCycles),
  delayDays: fc.integer({ min: 0, max: 3 }),
  cutoff: fc.constantFrom('24:00', '18:00', '06:30'),
  payoutMinMinor: fc.constantFrom(0, 1, 1_000),
  accountToken: fc.constantFrom('acct_pay', null),
  heldReason: fc.constantFrom(null, null, 'held'),
  reserveBasisPoints: fc.constantFrom(0, 1_000, 5_000),
  reserveDays: fc.integer({ min: 0, max: 9 }),
  invoiceAfterDays: fc.constantFrom(null, 0, 3),
  disputeFeeMinor: fc.constant(0),
})
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant('sell' as const), merchantId, netMinor, lateHours: fc.nat(60) }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('wait' as const), hours: fc.integer({ min: 1, max: 80 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('terms' as const), merchantId, terms }) },
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        ...(['close', 'create', 'send', 'inquire', 'approve', 'cancel file', 'cancel payout', 'lose'] as const),
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('bank' as const),
      says: fc.constantFrom('confirmed', 'failed', 'pending', 'away', 'rejected'),
    }),
  },
)

async function take(ports: FakePayoutPorts, step: Step): Promise<void> {
  switch (step.kind) {
    case 'sell':
      return sell(ports, step)
    case 'wait':
      return ports.clock.advanceVirtual(step.hours * HOUR_MS)
    case 'terms': {
      const validFromMs = ports.clock.virtualNowMs() + 60_000
      ports.terms.rows.push({ ...fakeTerms, merchantId: step.merchantId, currency: 'KRW', validFromMs, ...step.terms })
      return
    }
    case 'bank':
      ports.bank.away = step.says === 'away'
      if (step.says === 'rejected') ports.bank.script.submitFile.push({ kind: 'rejected', reason: 'no' })
      if (step.says === 'failed') ports.bank.verdictOf = () => ({ kind: 'failed', reason: 'closed' })
      if (step.says === 'pending') ports.bank.verdictOf = () => ({ kind: 'pending' })
      if (step.says === 'confirmed') ports.bank.verdictOf = () => ({ kind: 'confirmed', bankRef: null })
      return
    default:
      await run(ports, step.kind)
  }
}

async function sell(ports: FakePayoutPorts, { merchantId, netMinor, lateHours }: Extract<Step, { kind: 'sell' }>) {
  const atMs = ports.clock.virtualNowMs() - lateHours * HOUR_MS
  const inForce = termsAt(ports.terms.rows, fakeTerms, merchantId, 'KRW', atMs)
  const day = soldOn(atMs, inForce)
  const item = {
    ...{ itemId: ports.ids.item(), merchantId, currency: 'KRW', paymentId: 'pay', eventId: ports.ids.event() },
    ...{ type: 'capture' as const, grossMinor: netMinor, feeMinor: 0, vatMinor: 0, netMinor },
    ...{ soldOn: day, periodEnd: periodEndOf(day, inForce.cycle), dueOn: null, calendarVersion: 1 },
  }
  await ports.transactions.run('items', tx => ports.items.insert(tx, [item]))
}

async function run(ports: FakePayoutPorts, kind: string): Promise<void> {
  const open = ports.payoutFiles.table.rows().find(({ state }) => state === 'PREPARED')
  const payout = ports.payouts.table.rows().find(({ state }) => state === 'CREATED')
  if (kind === 'close') await closeBatches(ports, NO_END, 3)
  if (kind === 'create') await createPayouts(ports, NO_END)
  if (kind === 'send') await sendFiles(ports, NO_END)
  if (kind === 'inquire') await inquirePayouts(ports, NO_END)
  const invoice = ports.invoices.table.rows().find(({ state }) => state === 'OPEN')
  if (kind === 'lose' && invoice) await loseInvoice(ports, invoice.invoiceId, decision)
  if (kind === 'approve' && open) await approveFile(ports, open.fileId, decision)
  if (kind === 'cancel file' && open) await cancelFile(ports, open.fileId, decision)
  if (kind === 'cancel payout' && payout) await cancelPayout(ports, payout.payoutId, decision)
}

const isLive = ({ state }: Payout): boolean => livePayoutStates.some(live => live === state)
const sum = (amounts: readonly number[]): number => amounts.reduce((total, amount) => total + amount, 0)

/** What must be true at any moment. */
function judge(ports: FakePayoutPorts): void {
  const items = ports.items.table.rows()
  const batches = ports.batches.table.rows()
  const payouts = ports.payouts.table.rows()
  for (const batch of batches) {
    const own = items.filter(({ batchId }) => batchId === batch.batchId)
    expect([batch.batchId, batch.netMinor]).toEqual([batch.batchId, sum(own.map(({ netMinor }) => netMinor))])
    expect([batch.batchId, batch.itemCount]).toEqual([batch.batchId, own.length])
    const live = payouts.filter(payout => payout.batchId === batch.batchId && isLive(payout))
    expect(live.length).toBeLessThanOrEqual(1)
    for (const { amountMinor } of live) expect(amountMinor).toBe(batch.netMinor)
    if (batch.state === 'CARRIED') expect(batch.netMinor).toBe(0)
    if (batch.state === 'CLOSED' || batch.state === 'HELD') expect(batch.netMinor).toBeGreaterThan(0)
  }
  for (const merchantId of merchants) judgeMerchant(ports, merchantId)
}

/** What the ledger owes the merchant is what its items and unpaid batches say; what is in transit is its living payouts. */
function judgeMerchant(ports: FakePayoutPorts, merchantId: string): void {
  const items = ports.items.table.rows().filter(item => item.merchantId === merchantId)
  const sold = sum(items.flatMap(({ type, netMinor }) => (type === 'capture' ? [netMinor] : [])))
  const batches = ports.batches.table.rows().filter(batch => batch.merchantId === merchantId)
  const payouts = ports.payouts.table.rows().filter(payout => payout.merchantId === merchantId)
  const entries = ports.settlementLedger.table.rows()
  const ofAccount = (side: 'debitAccount' | 'creditAccount', account: string) =>
    sum(entries.flatMap(entry => (entry[side] === account ? [entry.amountMinor] : [])))
  const payable = `merchant_payable:${merchantId}`
  const owed = sold - ofAccount('debitAccount', payable) + ofAccount('creditAccount', payable)
  const live = payouts.filter(isLive)
  const paidBatches = new Set(live.map(({ batchId }) => batchId))
  const isOpen = new Map(batches.map(({ batchId, state }) => [batchId, state === 'OPEN']))
  const waiting = items.filter(({ batchId }) => batchId === null || isOpen.get(batchId))
  const unpaid = batches.filter(({ batchId, state }) => state !== 'OPEN' && !paidBatches.has(batchId))
  expect(owed).toBe(sum(waiting.map(item => item.netMinor)) + sum(unpaid.map(batch => batch.netMinor)))
  const held = judgeReserve(ports, merchantId)
  const receivable = judgeInvoices(ports, merchantId)
  expect(sold).toBe(owed + held - receivable + sum(live.map(({ amountMinor }) => amountMinor)))
}

/** What is held is what was held and neither released nor used, each of it at least 0. */
function judgeReserve(ports: FakePayoutPorts, merchantId: string): number {
  const holds = ports.reserves.table.rows().filter(hold => hold.merchantId === merchantId)
  const held = sum(holds.map(hold => hold.amountMinor - hold.releasedMinor - hold.usedMinor))
  expect(debitOn(ports, `merchant_reserve:${merchantId}`) + held).toBe(0)
  for (const { batchId, amountMinor } of holds) {
    const own = ports.items.table.rows().filter(item => item.batchId === batchId && item.type === 'reserve_hold')
    expect(own.map(({ netMinor }) => netMinor)).toEqual([-amountMinor])
  }
  return held
}

/** What the merchant owes on its invoices, and what was lost with them. */
function judgeInvoices(ports: FakePayoutPorts, merchantId: string): number {
  const invoices = ports.invoices.table.rows().filter(invoice => invoice.merchantId === merchantId)
  const receivable = debitOn(ports, `merchant_receivable:${merchantId}`)
  expect(receivable).toBe(sum(invoices.map(({ remainingMinor }) => remainingMinor)))
  return receivable + sum(invoices.map(({ lostMinor }) => lostMinor))
}

function debitOn(ports: FakePayoutPorts, account: string): number {
  const entries = ports.settlementLedger.table.rows()
  return sum(
    entries.map(
      ({ debitAccount, creditAccount, amountMinor }) =>
        (debitAccount === account ? amountMinor : 0) - (creditAccount === account ? amountMinor : 0),
    ),
  )
}

/** A batch is closed by the terms in force at its end: none below their minimum is paid. */
function judgeMinimums(ports: FakePayoutPorts): void {
  const smallest = Math.min(...ports.terms.rows.map(({ payoutMinMinor }) => payoutMinMinor), fakeTerms.payoutMinMinor)
  for (const { amountMinor } of ports.payouts.table.rows())
    expect(amountMinor).toBeGreaterThanOrEqual(Math.max(1, smallest))
}

test(`whatever happens in whichever order, every sum agrees at every moment (seed ${SEED})`, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), async steps => {
      const ports = createPayoutPorts(new FakeDatabase(), { nowMs: PAYOUTS_NOW_MS })
      for (const each of steps) {
        await take(ports, each)
        judge(ports)
      }
      judgeMinimums(ports)
    }),
    seeded(80),
  )
})

test(`in the end all is paid but what is carried, and every file is decided (seed ${SEED})`, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), async steps => {
      const ports = createPayoutPorts(new FakeDatabase(), { nowMs: PAYOUTS_NOW_MS })
      for (const each of steps) await take(ports, each)
      await settleAll(ports)
      judge(ports)
      const left = ports.items.table.rows().filter(({ batchId }) => batchId === null)
      expect(left.every(({ type }) => type === 'carry_in')).toBe(true)
      for (const { netMinor } of left) expect(netMinor).toBeLessThan(1_000)
      for (const { state } of ports.payoutFiles.table.rows())
        expect(['ACCEPTED', 'REJECTED', 'CANCELED']).toContain(state)
    }),
    seeded(40),
  )
})

/** The terms allow it, the bank works, and two months pass. */
async function settleAll(ports: FakePayoutPorts): Promise<void> {
  for (const merchantId of merchants)
    await take(ports, {
      kind: 'terms',
      merchantId,
      terms: { accountToken: 'acct_pay', heldReason: null, reserveBasisPoints: 0 },
    })
  await take(ports, { kind: 'bank', says: 'confirmed' })
  ports.bank.script.submitFile.length = 0
  for (let day = 0; day < 60; day++) {
    await take(ports, { kind: 'wait', hours: 24 })
    for (const kind of ['close', 'create', 'approve', 'send', 'inquire'] as const) await take(ports, { kind })
  }
  // One is approved a day; there may be more.
  while (ports.payoutFiles.table.rows().some(({ state }) => state === 'PREPARED'))
    for (const kind of ['approve', 'send', 'inquire'] as const) await take(ports, { kind })
}
