/** Lines of the bank: what each is for, and that the books hold whatever comes. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { reconEvent } from '../contracts/recon-events.ts'
import { payoutEvent } from '../contracts/settlement-events.ts'
import { createPayouts } from '../settlement/create-payouts.ts'
import { fakeTerms } from '../settlement/fake-payouts.ts'
import { AHEAD_MS_MIN } from '../settlement/set-terms.ts'
import { actOnBreak } from './act-on-breaks.ts'
import { ageBatchesAndPayouts } from './age-bank.ts'
import { fakeBanks } from './fake-bank.ts'
import { BankBooks, cameBack, credit, debit, TODAY } from './fake-bank-books.ts'
import { suggestionsFor } from './find-by-amount.ts'
import { openTransfers } from './open-transfers.ts'
import { resolveLateBatches } from './resolve-late-batches.ts'

const NO_END = Number.POSITIVE_INFINITY
const DAY_MS = 24 * 60 * 60_000

let books: BankBooks
beforeEach(() => {
  books = new BankBooks()
})
afterEach(() => expect(books.faults()).toEqual([]))

const breaksNow = () =>
  books.breaks.map(({ class: name, remainingMinor, state }) => `${name} ${remainingMinor} ${state}`)
const linesNow = () => books.ports.bankLines.table.rows().map(({ state }) => state)
const eventsNow = (topic: string) =>
  books.ports.outbox.table
    .rows()
    .filter(row => row.topic === topic)
    .map(({ payload }) => JSON.parse(payload))
const termsNow = () => books.ports.terms.rows
const actionsNow = () =>
  books.ports.breaks.actions.rows().map(({ action, amountMinor, account }) => ({ action, amountMinor, account }))

describe('money out for a payout', () => {
  test.each(['SENT', 'CONFIRMED'] as const)('%s: it is PAID, its batch too', async state => {
    const { payoutId, batchId } = await books.payout({ state, bankRef: state === 'SENT' ? null : 'BK7' })
    const { fileId } = await books.statement([debit(payoutId, 10_000)])

    const bankRef = state === 'SENT' ? `${fileId}:1` : 'BK7'
    expect(books.payoutNow(payoutId)).toMatchObject({ state: 'PAID', bankRef, eventCount: 3 })
    expect(books.ports.batches.table.rows()).toMatchObject([{ batchId, state: 'PAID' }])
    expect(payoutEvent.parse(eventsNow('payout.paid')[0])).toMatchObject({
      ...{ sequence: 3, bankRef, bookedOn: TODAY, moved: 10_000, payout: { payoutId, state: 'PAID' } },
    })
    expect(books.ports.allocations.table.rows()).toMatchObject([{ subjectKind: 'payout', amountMinor: -10_000 }])
    expect(linesNow()).toEqual(['MATCHED'])
    expect(breaksNow()).toEqual([])
  })

  test.each([
    ['AMOUNT_OVER', 10_300, 300],
    ['AMOUNT_UNDER', 9_900, -100],
  ])('%s: PAID with a break over the difference', async (name, moved, remaining) => {
    const { payoutId } = await books.payout()
    await books.statement([debit(payoutId, moved)])
    expect(breaksNow()).toEqual([`${name} ${remaining} OPEN`])
    expect(books.breaks[0]).toMatchObject({ payoutId, differences: { amount: { expected: 10_000, found: moved } } })
    expect(books.payoutNow(payoutId).state).toBe('PAID')
    expect(linesNow()).toEqual(['BROKEN'])
  })

  test.each(['CREATED', 'APPROVED', 'FAILED', 'CANCELED'] as const)('%s: a break STATUS', async state => {
    const { payoutId } = await books.payout({ state })
    await books.statement([debit(payoutId, 10_000)])
    expect(breaksNow()).toEqual(['STATUS 10000 OPEN'])
    expect(books.breaks[0]).toMatchObject({ payoutId, differences: { status: state } })
    expect(books.payoutNow(payoutId).state).toBe(state)
    expect(books.ports.reconAlarms.raised).toEqual([`${payoutId} is ${state}`])
  })

  test('twice: the second line is a DUPLICATE', async () => {
    const { payoutId } = await books.payout()
    await books.statement([debit(payoutId, 10_000), debit(payoutId, 10_000)])
    expect(linesNow()).toEqual(['MATCHED', 'BROKEN'])
    expect(breaksNow()).toEqual(['DUPLICATE 10000 OPEN'])
  })

  test('in another currency: CURRENCY, and the payout waits', async () => {
    const { payoutId } = await books.payout()
    await books.statement([debit(payoutId, 10_000, { currency: 'USD' })])
    expect(breaksNow()).toEqual(['CURRENCY 10000 OPEN'])
    expect(books.payoutNow(payoutId).state).toBe('CONFIRMED')
  })

  test('money in with the id of a payout is not for it', async () => {
    const { payoutId } = await books.payout()
    await books.statement([credit(payoutId, 10_000)])
    expect(breaksNow()).toEqual(['MISSING_HERE -10000 OPEN'])
  })
})

describe('money that comes back', () => {
  const paid = async (given: Parameters<BankBooks['payout']>[0] = {}) => {
    const payout = await books.payout(given)
    await books.statement([debit(payout.payoutId, payout.amountMinor)])
    return payout
  }

  test('of a PAID payout: RETURNED, an item of it, and the merchant is held from the next minute on', async () => {
    const { payoutId } = await paid()
    const { fileId } = await books.statement([cameBack(payoutId, 10_000)])

    expect(books.payoutNow(payoutId)).toMatchObject({ state: 'RETURNED', bankRef: 'BK7', eventCount: 4 })
    const event = payoutEvent.parse(eventsNow('payout.returned')[0])
    expect(event).toMatchObject({ sequence: 4, moved: 10_000, bankRef: `${fileId}:1` })
    expect(books.ports.items.table.rows()).toMatchObject([
      {
        ...{ type: 'payout_returned', eventId: event.eventId, grossMinor: 10_000, feeMinor: 0, netMinor: 10_000 },
        ...{ soldOn: TODAY, periodEnd: TODAY, dueOn: '2026-01-06', paymentId: null },
      },
    ])
    expect(books.balanceMinor('merchant_payable:shop')).toBe(0)
    expect(books.ports.batches.table.rows()[0]!.state).toBe('PAID')
    const validFromMs = books.ports.clock.virtualNowMs() + AHEAD_MS_MIN
    const heldReason = `payout ${payoutId} came back`
    expect(termsNow()).toEqual([{ ...fakeTerms, merchantId: 'shop', currency: 'KRW', validFromMs, heldReason }])
    expect(books.ports.auditLog.table.rows()).toMatchObject([
      { actor: 'system', action: 'terms.set', subject: 'shop', reason: heldReason },
    ])
    expect(breaksNow()).toEqual([])
  })

  test.each([
    ['AMOUNT_UNDER', 9_500, 500],
    ['AMOUNT_OVER', 10_200, -200],
  ])('%s: the item is the payout, the difference a break', async (name, moved, remaining) => {
    const { payoutId } = await paid()
    await books.statement([cameBack(payoutId, moved)])
    expect(breaksNow()).toEqual([`${name} ${remaining} OPEN`])
    expect(books.ports.items.table.rows()).toMatchObject([{ netMinor: 10_000 }])
    expect(books.balanceMinor('merchant_payable:shop')).toBe(0)
  })

  test('on the statement that paid it', async () => {
    const { payoutId } = await books.payout()
    await books.statement([debit(payoutId, 10_000), cameBack(payoutId, 10_000)])
    expect(books.payoutNow(payoutId)).toMatchObject({ state: 'RETURNED', eventCount: 4 })
    expect(linesNow()).toEqual(['MATCHED', 'MATCHED'])
  })

  test('to the safeguarded account: its cash', async () => {
    const { payoutId } = await paid()
    await books.statement([cameBack(payoutId, 10_000)], { source: fakeBanks[1]! })
    expect(books.balanceMinor('cash_safeguarded')).toBe(10_000)
  })

  test.each(['SENT', 'CONFIRMED', 'FAILED'] as const)('of a payout that is %s: STATUS', async state => {
    const { payoutId } = await books.payout({ state })
    await books.statement([cameBack(payoutId, 10_000)])
    expect(breaksNow()).toEqual(['STATUS -10000 OPEN'])
    expect(termsNow()).toEqual([])
  })

  test('twice: DUPLICATE', async () => {
    const { payoutId } = await paid()
    await books.statement([cameBack(payoutId, 10_000)])
    await books.statement([cameBack(payoutId, 10_000)])
    expect(breaksNow()).toEqual(['DUPLICATE -10000 OPEN'])
    expect(books.ports.items.table.rows()).toHaveLength(1)
  })

  test('two of one merchant hold it once; what is held already is left alone', async () => {
    const [one, two] = [await paid(), await paid()]
    await books.statement([cameBack(one.payoutId, 10_000), cameBack(two.payoutId, 10_000)])
    expect(termsNow()).toHaveLength(1)
    const three = await paid()
    books.ports.clock.advanceVirtual(AHEAD_MS_MIN)
    await books.statement([cameBack(three.payoutId, 10_000)])
    expect(termsNow()).toHaveLength(1)
  })

  test('terms that were written for later do not let it be paid again', async () => {
    const { payoutId } = await paid()
    const laterMs = books.ports.clock.virtualNowMs() + DAY_MS
    termsNow().push({ ...fakeTerms, merchantId: 'shop', currency: 'KRW', validFromMs: laterMs, delayDays: 5 })
    await books.statement([cameBack(payoutId, 10_000)])
    expect(termsNow().slice(1)).toMatchObject([
      { validFromMs: books.ports.clock.virtualNowMs() + AHEAD_MS_MIN, delayDays: 2 },
      { validFromMs: laterMs + 1, delayDays: 5, heldReason: `payout ${payoutId} came back` },
    ])
  })

  test('terms that begin right behind others are held behind them all, with the account of the last', async () => {
    const { payoutId } = await paid()
    const laterMs = books.ports.clock.virtualNowMs() + DAY_MS
    const later = { ...fakeTerms, merchantId: 'shop', currency: 'KRW', delayDays: 5 }
    // As an account leaves them that is approved to begin before terms that were written already.
    termsNow().push({ ...later, validFromMs: laterMs })
    termsNow().push({ ...later, validFromMs: laterMs + 1, accountToken: 'acct_new' })
    await books.statement([cameBack(payoutId, 10_000)])

    const heldReason = `payout ${payoutId} came back`
    expect(termsNow().slice(3)).toMatchObject([
      { validFromMs: laterMs + 2, delayDays: 5, accountToken: 'acct_new', heldReason },
    ])
    const again = await paid()
    await books.statement([cameBack(again.payoutId, 10_000)])
    expect(termsNow()).toHaveLength(4)
  })

  test('nothing is paid to the merchant in the minute before the hold applies', async () => {
    const { payoutId } = await paid()
    await books.ports.transactions.run('batch', tx =>
      books.ports.batches.insert(tx, {
        ...{ batchId: books.ports.ids.batch(), merchantId: 'shop', currency: 'KRW', periodEnd: '2025-12-31' },
        ...{ sequence: 1, dueOn: TODAY, state: 'CLOSED', itemCount: 1, netMinor: 500 },
        ...{ openedAtMs: 0, closedAtMs: 0, attemptsMax: 5 },
      }),
    )
    await books.statement([cameBack(payoutId, 10_000)])
    expect(await createPayouts(books.ports, NO_END)).toMatchObject({ created: 0, held: 1 })
    expect(await createPayouts(books.ports, NO_END)).toMatchObject({ created: 0, released: 0 })
  })
})

describe('deposits of an acquirer', () => {
  test('with its reference: the batch is paid', async () => {
    await books.batch('ACQ-20251230-KRW', 97_000)
    const { fileId, told } = await books.statement([credit('ACQ-20251230-KRW', 97_000)])
    expect(books.batchNow('ACQ-20251230-KRW')).toMatchObject({ allocatedMinor: 97_000, movedMinor: 0 })
    expect(told).toBe(1)
    expect(reconEvent.parse(eventsNow('recon.chunk-booked')[0])).toMatchObject({
      ...{
        sequence: 1,
        chunk: { fileId, fromLine: 1, toLine: 1, currency: 'KRW', net: 0, fee: 0, vat: 0, allocated: 97_000 },
      },
    })
    expect(breaksNow()).toEqual([])
  })

  test.each([100, 1])('split in two, %i lines a chunk: both are for it', async chunkLines => {
    await books.batch('ACQ-20251230-KRW', 97_000)
    const { told } = await books.statement(
      [credit('ACQ-20251230-KRW-1', 50_000), credit('ACQ-20251230-KRW-2', 47_000)],
      { chunkLines },
    )
    expect(books.batchNow('ACQ-20251230-KRW')).toMatchObject({ allocatedMinor: 97_000, movedMinor: 0 })
    expect(linesNow()).toEqual(['MATCHED', 'MATCHED'])
    expect(told).toBe(chunkLines === 1 ? 2 : 1)
  })

  test('too little: AMOUNT_UNDER of the batch when the statement is done', async () => {
    await books.batch('ACQ-1-KRW', 97_000)
    await books.statement([credit('ACQ-1-KRW', 96_000), credit('', 1)], { chunkLines: 1 })
    expect(breaksNow()).toEqual(['MISSING_HERE -1 OPEN', 'AMOUNT_UNDER 1000 OPEN'])
    expect(books.breaks[1]).toMatchObject({ subject: 'acquirer:ACQ-1-KRW:KRW', batchRef: 'ACQ-1-KRW' })
    expect(books.batchNow('ACQ-1-KRW')).toMatchObject({ allocatedMinor: 96_000, movedMinor: 1_000 })
    expect(linesNow()).toEqual(['MATCHED', 'BROKEN'])
  })

  test('the rest comes later, to the last unit: the break is resolved', async () => {
    await books.batch('ACQ-1-KRW', 97_000)
    await books.statement([credit('ACQ-1-KRW', 96_000)])
    await books.statement([credit('ACQ-1-KRW-2', 1_000)])
    expect(breaksNow()).toEqual(['AMOUNT_UNDER 0 RESOLVED'])
    expect(actionsNow()).toEqual([{ action: 'arrived', amountMinor: 1_000, account: 'cash_in_transit' }])
    expect(books.batchNow('ACQ-1-KRW')).toMatchObject({ allocatedMinor: 97_000, movedMinor: 0 })
    expect(linesNow()).toEqual(['MATCHED', 'MATCHED'])
  })

  test('another rest comes later: it is too much, and both stay for a person', async () => {
    await books.batch('ACQ-1-KRW', 97_000)
    await books.statement([credit('ACQ-1-KRW', 96_000)])
    await books.statement([credit('ACQ-1-KRW-2', 900)])
    expect(breaksNow()).toEqual(['AMOUNT_UNDER 1000 OPEN', 'AMOUNT_OVER -900 OPEN'])
  })

  test('too much: the excess is a break of the line', async () => {
    await books.batch('ACQ-1-KRW', 97_000)
    await books.statement([credit('ACQ-1-KRW', 98_000), credit('ACQ-1-KRW', 97_000)])
    expect(breaksNow()).toEqual(['AMOUNT_OVER -1000 OPEN', 'AMOUNT_OVER -97000 OPEN'])
    expect(books.ports.allocations.table.rows()).toMatchObject([{ amountMinor: 97_000 }])
  })

  test('a batch is short once: what is left of it again stays, and is missed in time', async () => {
    await books.batch('ACQ-1-KRW', 97_000)
    await books.statement([credit('ACQ-1-KRW', 96_000)])
    await books.ports.transactions.run('amended', async tx => {
      await books.ports.acquirerBatches.table.update(tx, 'acquirer:ACQ-1-KRW:KRW', row => ({
        ...row,
        netMinor: 97_500,
      }))
      await books.ports.reconLedger.insertOfRecon(tx, [
        {
          ...{ entryId: 'led', subjectId: 'brk', eventId: 'evt', type: 'settled_net', debitAccount: 'cash_in_transit' },
          ...{ creditAccount: 'acquirer_receivable', amountMinor: 500, currency: 'KRW', occurredAtMs: 0 },
        },
      ])
    })
    await books.statement([credit('ACQ-1-KRW', 200)])
    expect(breaksNow()).toEqual(['AMOUNT_UNDER 1000 OPEN'])
    books.ports.clock.advanceVirtual(7 * DAY_MS)
    expect(await ageBatchesAndPayouts(books.ports, NO_END)).toEqual({ batches: 1, payouts: 0 })
  })

  test('of more than a number holds together are refused, and nothing of them is booked', async () => {
    const most = 999_999_999_999_999
    const refs = Array.from({ length: 10 }, (_, index) => `ACQ-${index}-KRW`)
    await Promise.all(refs.map(batchRef => books.batch(batchRef, most)))
    const { ports } = books
    await expect(books.statement(refs.map(batchRef => credit(batchRef, most)))).rejects.toThrow('is too large')
    expect(ports.allocations.table.rows()).toEqual([])
    books = new BankBooks()
  })

  test('in another currency: CURRENCY', async () => {
    await books.batch('ACQ-1-KRW', 97_000)
    await books.statement([credit('ACQ-1-KRW', 97_000, { currency: 'USD' })])
    expect(breaksNow()).toEqual(['CURRENCY -97000 OPEN'])
    expect(books.breaks[0]!.batchRef).toBe('ACQ-1-KRW')
  })

  test('of a reference that two acquirers use: nobody knows', async () => {
    await books.batch('B-1', 97_000)
    await books.batch('B-1', 97_000, { sourceId: 'other' })
    await books.statement([credit('B-1', 97_000)])
    expect(breaksNow()).toEqual(['MISSING_HERE -97000 OPEN'])
  })

  test('a batch below 0 is taken by a withdrawal; another withdrawal is not known', async () => {
    await books.batch('ACQ-1-KRW', -3_000)
    await books.statement([debit('ACQ-1-KRW', 3_000), debit('ACQ-1-KRW', 100)])
    expect(books.batchNow('ACQ-1-KRW')).toMatchObject({ allocatedMinor: -3_000 })
    expect(breaksNow()).toEqual(['MISSING_HERE 100 OPEN'])
  })
})

describe('a deposit before its batch', () => {
  const late = () => resolveLateBatches(books.ports, NO_END)

  /** By the first break, from the second. */
  const takeOver = (amountMinor: number) =>
    books.ports.transactions.run('take over', async tx => {
      const [to, from] = await Promise.all(books.breaks.map(({ breakId }) => books.ports.breaks.lock(tx, breakId)))
      const by = { actor: 'lee', reason: 'the same money', closesAs: 'RESOLVED' } as const
      const away = [{ type: 'resolved', signedMinor: amountMinor, account: 'acquirer_receivable' } as const]
      await actOnBreak(books.ports, tx, from!, { ...by, action: 'approve', movements: away })
      const here = [{ type: 'taken_over', signedMinor: amountMinor } as const]
      await actOnBreak(books.ports, tx, to!, { ...by, action: 'take_over', movements: here })
    })

  test('is for it when it has come', async () => {
    await books.statement([credit('ACQ-1-KRW-1', 50_000), credit('ACQ-1-KRW-2', 47_000), credit('other', 5)])
    expect(await late()).toBe(0)
    await books.batch('ACQ-1-KRW', 97_000)
    expect(await late()).toBe(2)
    expect(breaksNow()).toEqual(['MISSING_HERE 0 RESOLVED', 'MISSING_HERE 0 RESOLVED', 'MISSING_HERE -5 OPEN'])
    expect(books.batchNow('ACQ-1-KRW')).toMatchObject({ allocatedMinor: 97_000, movedMinor: 0 })
    expect(actionsNow()[0]).toEqual({ action: 'expected', amountMinor: -50_000, account: 'cash_in_transit' })
    expect(await late()).toBe(0)
  })

  test('that is short leaves AMOUNT_UNDER, one that is too much stays open with the rest', async () => {
    await books.statement([credit('ACQ-1-KRW', 90_000), credit('ACQ-2-KRW', 60_000)])
    await books.batch('ACQ-1-KRW', 97_000)
    await books.batch('ACQ-2-KRW', 50_000)
    expect(await late()).toBe(2)
    expect(breaksNow()).toEqual(['MISSING_HERE 0 RESOLVED', 'MISSING_HERE -10000 OPEN', 'AMOUNT_UNDER 7000 OPEN'])
    expect(await late()).toBe(0)
  })

  // Refunds may follow: the deposit would be short of what is there so far.
  test('waits until the file of its batch is matched to its end', async () => {
    await books.statement([credit('ACQ-1-KRW', 80_000)])
    const fileId = await books.file('acquirer', 'MATCHING')
    await books.batch('ACQ-1-KRW', 100_000)
    expect(await late()).toBe(0)
    await books.batch('ACQ-1-KRW', -20_000)
    await books.file('acquirer', 'DONE', fileId)
    expect(await late()).toBe(1)
    expect(breaksNow()).toEqual(['MISSING_HERE 0 RESOLVED'])
  })

  test('is for it as far as its line goes, whatever its break took over from another one', async () => {
    await books.statement([credit('ACQ-1-KRW', 60_000), credit('other', 50_000)])
    await takeOver(-50_000)
    await books.batch('ACQ-1-KRW', 40_000)
    expect(await late()).toBe(1)
    await books.batch('ACQ-1-KRW', 60_000)
    expect(await late()).toBe(1)
    expect(books.ports.allocations.table.rows()).toMatchObject([{ lineNo: 1, amountMinor: 60_000 }])
    expect(breaksNow()).toEqual(['MISSING_HERE -50000 OPEN', 'MISSING_HERE 0 RESOLVED', 'AMOUNT_UNDER 40000 OPEN'])
    await books.batch('ACQ-1-KRW', 10_000)
    expect(await late()).toBe(0)
  })

  test('that was missed meanwhile has come', async () => {
    await books.statement([credit('ACQ-1-KRW', 97_000)])
    await books.batch('ACQ-1-KRW', 97_000, { dueOn: '2025-12-01' })
    await ageBatchesAndPayouts(books.ports, NO_END)
    await late()
    expect(breaksNow()).toEqual(['MISSING_HERE 0 RESOLVED', 'MISSING_THERE 0 RESOLVED'])
  })
})

describe('transfers between our accounts', () => {
  const out = debit('move-1', 60_000, { partyAccount: 'safeguarded' })
  const into = credit('move-1', 60_000, { partyAccount: 'operating' })
  const safeguarded = { source: fakeBanks[1]! }

  test('both lines together are 0 in transit', async () => {
    await books.statement([out])
    expect(books.balanceMinor('cash_in_transit')).toBe(60_000)
    await books.statement([into], safeguarded)
    expect(books.balanceMinor('cash_in_transit')).toBe(0)
    expect([books.balanceMinor('cash'), books.balanceMinor('cash_safeguarded')]).toEqual([-60_000, 60_000])
    expect(linesNow()).toEqual(['MATCHED', 'MATCHED'])
  })

  test('one of which a line has come is open, and late when the days of its source are over', async () => {
    const listed = async () =>
      (await openTransfers(books.ports)).map(({ reference, amountMinor, isLate }) => [reference, amountMinor, isLate])
    await books.statement([out])
    expect(await listed()).toEqual([['move-1', -60_000, false]])
    // Friday, and until Tuesday is over.
    books.ports.clock.advanceVirtual(4 * DAY_MS)
    expect(await listed()).toEqual([['move-1', -60_000, false]])
    books.ports.clock.advanceVirtual(DAY_MS)
    expect(await listed()).toEqual([['move-1', -60_000, true]])
    await books.statement([into], safeguarded)
    expect(await listed()).toEqual([])
  })

  test('the second is known by its reference alone', async () => {
    await books.statement([out])
    await books.statement([credit('move-1', 60_000)], safeguarded)
    expect(breaksNow()).toEqual([])
  })

  test('the same line again is a DUPLICATE, another amount or currency a break', async () => {
    await books.statement([out, out])
    await books.statement([credit('move-1', 59_000)], safeguarded)
    await books.statement([credit('move-1', 60_000, { currency: 'USD' })], safeguarded)
    expect(breaksNow()).toEqual(['DUPLICATE 60000 OPEN', 'AMOUNT_UNDER -59000 OPEN', 'CURRENCY -60000 OPEN'])
  })
})

describe('lines without a reference', () => {
  test('are for the only batch or payout of this amount that was due in time', async () => {
    await books.batch('ACQ-1-KRW', 97_000)
    await books.batch('ACQ-0-KRW', 97_000, { dueOn: '2025-12-01' })
    const { payoutId } = await books.payout({ amountMinor: 4_000 })
    await books.statement([credit('', 97_000), debit('NOTPROVIDED', 4_000)])
    expect(books.batchNow('ACQ-1-KRW').allocatedMinor).toBe(97_000)
    expect(books.payoutNow(payoutId).state).toBe('PAID')
    expect(breaksNow()).toEqual([])
  })

  test('are for nobody when there are several, and suggestions are given', async () => {
    await books.batch('ACQ-1-KRW', 97_000)
    await books.batch('ACQ-2-KRW', 97_000)
    await books.statement([credit('', 97_000)])
    expect(breaksNow()).toEqual(['MISSING_HERE -97000 OPEN'])
    expect(books.breaks[0]!.differences.suggestions).toEqual(['ACQ-1-KRW', 'ACQ-2-KRW'])
    expect(await suggestionsFor(books.ports, { amountMinor: 97_000, currency: 'KRW', bookedOn: TODAY })).toMatchObject([
      { kind: 'batch', subject: 'ACQ-1-KRW', amountMinor: 97_000, dueOn: TODAY },
      { kind: 'batch', subject: 'ACQ-2-KRW' },
    ])
  })

  test('two of the same amount are not told apart', async () => {
    await books.batch('ACQ-1-KRW', 97_000)
    await books.statement([credit('', 97_000), credit('', 97_000)])
    expect(breaksNow()).toHaveLength(2)
    expect(books.batchNow('ACQ-1-KRW').allocatedMinor).toBe(0)
  })

  test('leave what a line with a reference names', async () => {
    await books.batch('ACQ-1-KRW', 97_000)
    await books.statement([credit('', 97_000), credit('ACQ-1-KRW', 97_000)])
    expect(linesNow()).toEqual(['BROKEN', 'MATCHED'])
    expect(breaksNow()).toEqual(['MISSING_HERE -97000 OPEN'])
    expect(books.breaks[0]!.differences.suggestions).toBeUndefined()
  })

  test.each([
    ['2025-12-30', true],
    ['2025-12-29', false],
    ['2026-01-05', true],
    ['2026-01-06', false],
  ])('a batch that was due on %s: %s', async (dueOn, isFor) => {
    // Thursday, the first of January, is closed.
    await books.batch('ACQ-1-KRW', 97_000, { dueOn })
    await books.statement([credit('', 97_000)])
    expect(books.batchNow('ACQ-1-KRW').allocatedMinor).toBe(isFor ? 97_000 : 0)
  })
})

test('what a first statement opens with, and what nobody knows, is in suspense', async () => {
  await books.statement([{ kind: 'opening', amountMinor: 5_000 }, credit('x', 300), debit('y', 700)])
  expect(breaksNow()).toEqual(['MISSING_HERE -5000 OPEN', 'MISSING_HERE -300 OPEN', 'MISSING_HERE 700 OPEN'])
})

test('a statement without lines changes nothing', async () => {
  expect((await books.statement([])).told).toBe(0)
  expect(breaksNow()).toEqual([])
})

describe('what does not come', () => {
  const age = () => ageBatchesAndPayouts(books.ports, NO_END)
  const businessDays = (count: number) => books.ports.clock.advanceVirtual(count * DAY_MS)

  test('is missed after the days that its source has, once, and books nothing', async () => {
    await books.batch('ACQ-1-KRW', 97_000)
    const { payoutId } = await books.payout()
    await books.payout({ state: 'APPROVED' })
    // Friday, and until Tuesday is over.
    businessDays(4)
    expect(await age()).toEqual({ batches: 0, payouts: 0 })
    businessDays(1)
    expect(await age()).toEqual({ batches: 1, payouts: 1 })
    expect(await age()).toEqual({ batches: 0, payouts: 0 })
    expect(breaksNow()).toEqual(['MISSING_THERE 0 OPEN', 'MISSING_THERE 0 OPEN'])
    expect(books.breaks).toMatchObject([
      { subject: 'acquirer:ACQ-1-KRW:KRW', differences: { amount: { expected: 97_000, found: 0 }, dueOn: TODAY } },
      { subject: payoutId, differences: { status: 'CONFIRMED', dueOn: TODAY } },
    ])
  })

  test('is not missed while a statement waits to be matched', async () => {
    await books.batch('ACQ-1-KRW', 97_000)
    await books.payout()
    businessDays(5)
    const fileId = await books.file('bank-safeguarded', 'PARSED')
    expect(await age()).toEqual({ batches: 0, payouts: 0 })
    await books.file('bank-safeguarded', 'DONE', fileId)
    expect(await age()).toEqual({ batches: 1, payouts: 1 })
  })

  test('a batch below 0 that nothing carried is missed, too, and taken by its withdrawal', async () => {
    await books.batch('ACQ-1-KRW', -3_000)
    businessDays(5)
    expect(await age()).toEqual({ batches: 1, payouts: 0 })
    expect(books.breaks).toMatchObject([{ differences: { amount: { expected: -3_000, found: 0 }, dueOn: TODAY } }])
    await books.statement([debit('ACQ-1-KRW', 3_000)])
    expect(breaksNow()).toEqual(['MISSING_THERE 0 RESOLVED'])
  })

  test('and comes late is resolved by its line', async () => {
    await books.batch('ACQ-1-KRW', 97_000)
    const { payoutId } = await books.payout()
    businessDays(5)
    await age()
    await books.statement([credit('ACQ-1-KRW', 97_000), debit(payoutId, 10_000)])
    expect(breaksNow()).toEqual(['MISSING_THERE 0 RESOLVED', 'MISSING_THERE 0 RESOLVED'])
    expect(books.ports.breaks.actions.rows()[0]).toMatchObject({
      ...{ action: 'arrived', actor: 'system', reason: `it was due on ${TODAY} and came on ${TODAY}` },
    })
  })

  test('and comes late is missed no more: what is left of it later is AMOUNT_UNDER, at once', async () => {
    await books.batch('ACQ-1-KRW', 97_000)
    businessDays(5)
    await age()
    await books.statement([credit('ACQ-1-KRW', 97_000)])
    expect(await age()).toEqual({ batches: 0, payouts: 0 })
    await books.batch('ACQ-1-KRW', 500)
    const fileId = await books.file('acquirer', 'MATCHING')
    expect(await age()).toEqual({ batches: 0, payouts: 0 })
    await books.file('acquirer', 'DONE', fileId)
    expect(await age()).toEqual({ batches: 1, payouts: 0 })
    expect(await age()).toEqual({ batches: 0, payouts: 0 })
    expect(breaksNow()).toEqual(['MISSING_THERE 0 RESOLVED', 'AMOUNT_UNDER 500 OPEN'])
    await books.statement([credit('ACQ-1-KRW-2', 500)])
    expect(breaksNow()).toEqual(['MISSING_THERE 0 RESOLVED', 'AMOUNT_UNDER 0 RESOLVED'])
    expect(books.batchNow('ACQ-1-KRW')).toMatchObject({ allocatedMinor: 97_500, movedMinor: 0 })
  })

  test('and was given up comes after all: what was booked goes back, and the line takes it', async () => {
    await books.batch('ACQ-1-KRW', 97_000)
    businessDays(5)
    await age()
    const { ports } = books
    await ports.transactions.run('give up', async tx => {
      const of = (await ports.breaks.lock(tx, books.breaks[0]!.breakId))!
      const [batch] = await ports.acquirerBatches.lock(tx, [books.batchNow('ACQ-1-KRW')])
      const movements = [{ type: 'given_up', signedMinor: 97_000, account: 'cash_in_transit' } as const]
      await actOnBreak(ports, tx, of, { actor: 'lee', action: 'give_up', reason: 'gone', movements })
      await ports.acquirerBatches.add(tx, batch!, { movedMinor: 97_000 })
    })
    expect(breaksNow()).toEqual(['MISSING_THERE 97000 OPEN'])
    await books.statement([credit('ACQ-1-KRW', 97_000)])
    expect(breaksNow()).toEqual(['MISSING_THERE 0 RESOLVED'])
    expect(books.batchNow('ACQ-1-KRW')).toMatchObject({ allocatedMinor: 97_000, movedMinor: 0 })
  })

  test('begins nothing after the deadline', async () => {
    await books.batch('ACQ-1-KRW', 97_000)
    businessDays(5)
    expect(await ageBatchesAndPayouts(books.ports, 0)).toEqual({ batches: 0, payouts: 0 })
  })
})
