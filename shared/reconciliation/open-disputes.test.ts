/** Chargebacks and their wins in an acquirer's lines: what each opens, wins and books, and what does neither, with tables in memory. */
import { describe, expect, test } from '@jest/globals'
import { disputeEvent } from '../contracts/settlement-events.ts'
import type { Payment } from '../domain/payment.ts'
import { FakeDatabase, shuffledTurns } from '../payments/fake-store.ts'
import { caller, createFakePorts, type FakePorts, resolveDue } from '../payments/fakes.ts'
import { refundPayment } from '../payments/refund-payment.ts'
import { closeBatches } from '../settlement/close-batches.ts'
import { createPayoutPorts, fakeTerms } from '../settlement/fake-payouts.ts'
import { FakeReserves } from '../settlement/fake-reserves.ts'
import { loseDispute } from '../settlement/lose-dispute.ts'
import { createMatchingPorts, expectIn, type FakeMatchingPorts, receiveIn } from './fake-matching.ts'
import { matchFiles } from './match-files.ts'
import type { ReconLine } from './ports.ts'

const NO_END = Number.POSITIVE_INFINITY
const NEXT = { batchRef: 'ACQ-20260105-KRW', day: '2026-01-05' }
const LATER = { batchRef: 'ACQ-20260106-KRW', day: '2026-01-06' }
const PAYMENT = `pay_${'1'.padStart(26, '0')}`
const by = { actor: 'Kim', reason: 'the goods were never sent' }

interface Captured extends Partial<Payment> {
  operationId?: string
  state?: 'PENDING' | 'SUCCEEDED' | 'DECLINED'
  capturedAtMs?: number
}

/** A payment of 10,000 that is captured by `op_1`, unless the test says something else. */
async function capture(ports: FakeMatchingPorts, given: Captured = {}): Promise<void> {
  const { operationId = 'op_1', state = 'SUCCEEDED', capturedAtMs, ...of } = given
  const nowMs = ports.clock.virtualNowMs()
  const { payments, operations, ledger } = ports.books
  const payment = { ...paymentOf(nowMs), ...of }
  await ports.transactions.run(payment.paymentId, async tx => {
    if ((await payments.lock(tx, payment.paymentId)) === undefined) await payments.insert(tx, payment)
    await operations.insert(tx, { ...operationOf(payment, nowMs), operationId, sequence: Number(operationId.slice(3)) })
    await operations.table.update(tx, operationId, row => ({ ...row, state }))
    const times = { occurredAtMs: capturedAtMs ?? nowMs }
    const accounts = { debitAccount: 'acquirer_receivable', creditAccount: 'merchant_payable:shop' }
    const entry = { entryId: ports.ids.entry(), paymentId: payment.paymentId, eventId: ports.ids.event() }
    if (state === 'SUCCEEDED')
      await ledger.insert(
        tx,
        [{ ...entry, ...accounts, ...times, type: 'capture', amountMinor: 10_000, currency: payment.currency }],
        nowMs,
      )
  })
  ports.matching.operations.set(`${operationId} capture`, state)
}

const paymentOf = (nowMs: number): Payment & { idempotencyKey: string } => ({
  ...{ paymentId: PAYMENT, merchantId: 'shop', orderId: null, idempotencyKey: 'key', status: 'COMPLETED' },
  ...{ amountMinor: 10_000, currency: 'KRW', capturedMinor: 10_000, refundedMinor: 0, disputedMinor: 0 },
  ...{ paymentMethod: 'tok_approve', feeSchedule: { basisPoints: 250, fixedMinor: 0 }, pendingOperationId: null },
  ...{ eventCount: 2, shard: 3, captureBeforeMs: null, createdAtMs: nowMs, updatedAtMs: nowMs },
})

const operationOf = ({ paymentId, merchantId, currency, paymentMethod }: Payment, createdAtMs: number) => ({
  ...{ operationId: '', paymentId, merchantId, idempotencyKey: null, kind: 'capture' as const, amountMinor: 10_000 },
  requestId: null,
  ...{ currency, paymentMethod, authorizationId: 'op_0', finalCapture: true, combined: false, answerKey: null },
  ...{ reason: null, attempt: 1, leaseUntilMs: 0, nextAttemptAtMs: 0, createdAtMs },
})

type Line = Partial<ReconLine> & { amountMinor: number }

/** Of `op_1`, as the acquirer's terms say: it takes 1,000 for a chargeback and nothing for a win. */
const chargeback = (amountMinor: number, given: Partial<ReconLine> = {}): Line => ({
  ...{ matchKey: 'op_1', kind: 'chargeback', amountMinor: -amountMinor, feeMinor: 1_000, vatMinor: 0, ...given },
})
const won = (amountMinor: number, given: Partial<ReconLine> = {}): Line => ({
  ...{ matchKey: 'op_1', kind: 'chargeback_won', amountMinor, feeMinor: 0, vatMinor: 0, ...given },
})

async function matched(ports: FakeMatchingPorts, lines: readonly Line[], of?: Parameters<typeof receiveIn>[2]) {
  const fileId = await receiveIn(ports, lines, of)
  await matchFiles(ports, NO_END)
  return fileId
}

const statesOf = async (ports: FakeMatchingPorts, fileId: string) =>
  (await ports.reconLines.list(fileId, { afterLine: 0, limit: 100 })).map(({ state, expectationId }) =>
    expectationId === null ? state : `${state} settles`,
  )
const breaksOf = ({ breaks }: FakeMatchingPorts) =>
  breaks.table.rows().map(row => [row.lineNo, row.class, row.bookedMinor])
const disputesOf = ({ disputes }: FakeMatchingPorts) =>
  disputes.table.rows().map(row => `${row.externalRef} ${row.state} ${row.amountMinor} ${row.feeMinor}`)
const itemsOf = ({ items }: FakeMatchingPorts) =>
  items.table.rows().map(({ type, netMinor, paymentId }) => `${type} ${netMinor} ${paymentId === PAYMENT}`)
const disputedOf = ({ books }: FakeMatchingPorts) => books.payments.table.rows()[0]!.disputedMinor
const entriesOf = ({ settlementLedger }: FakeMatchingPorts) =>
  settlementLedger.table
    .rows()
    .map(({ type, debitAccount, creditAccount, amountMinor }) => [type, debitAccount, creditAccount, amountMinor])
const told = ({ outbox }: FakeMatchingPorts) =>
  outbox.table
    .rows()
    .filter(({ topic }) => topic.startsWith('dispute.'))
    .map(({ payload }) => disputeEvent.parse(JSON.parse(payload)))

/** Of all that this matching books: the receivable is closed again by the line that opens it. */
const balanceOf = ({ settlementLedger, reconLedger }: FakeMatchingPorts, account: string): number =>
  [...settlementLedger.table.rows(), ...reconLedger.table.rows()].reduce(
    (sum, { debitAccount, creditAccount, amountMinor }) =>
      sum + (debitAccount === account ? amountMinor : 0) - (creditAccount === account ? amountMinor : 0),
    0,
  )

const withDisputeFee = (disputeFeeMinor: number): FakeMatchingPorts => {
  const ports = createMatchingPorts()
  const from = { merchantId: 'shop', currency: 'KRW', validFromMs: 0 }
  ports.terms.rows.push({ ...ports.settlementDefaults, ...from, disputeFeeMinor })
  return ports
}

describe('a chargeback', () => {
  test('of a capture opens a dispute, with all that follows from it', async () => {
    const ports = createMatchingPorts()
    await capture(ports)
    const fileId = await matched(ports, [chargeback(4_000)])

    expect(await statesOf(ports, fileId)).toEqual(['MATCHED settles'])
    expect(breaksOf(ports)).toEqual([])
    expect(disputesOf(ports)).toEqual(['op_1 OPEN 4000 0'])
    expect(disputedOf(ports)).toBe(4_000)
    expect(entriesOf(ports)).toEqual([['chargeback', 'merchant_payable:shop', 'acquirer_receivable', 4_000]])
    expect(itemsOf(ports)).toEqual(['chargeback -4000 true'])
    expect(ports.matching.expectationTable.rows()).toMatchObject([
      { matchKey: 'op_1', kind: 'chargeback', amountMinor: -4_000, feeMinor: 1_000, vatMinor: 0, state: 'SETTLED' },
    ])
    const [event] = told(ports)
    expect(event).toMatchObject({ eventType: 'dispute.opened', sequence: 1, dispute: { amount: 4_000, state: 'OPEN' } })
    expect(ports.items.table.rows()[0]).toMatchObject({ eventId: event!.eventId, dueOn: '2026-01-06' })
    expect(balanceOf(ports, 'acquirer_receivable')).toBe(0)
    expect(balanceOf(ports, 'cash_in_transit')).toBe(-5_000)
    expect(balanceOf(ports, 'acquirer_fee')).toBe(1_000)
  })

  test('costs the merchant what its terms say, as an item and an entry of their own', async () => {
    const ports = withDisputeFee(3_000)
    await capture(ports)
    await matched(ports, [chargeback(4_000)])

    expect(disputesOf(ports)).toEqual(['op_1 OPEN 4000 3000'])
    expect(itemsOf(ports)).toEqual(['chargeback -4000 true', 'dispute_fee -3000 true'])
    expect(entriesOf(ports)).toContainEqual(['dispute_fee', 'merchant_payable:shop', 'dispute_fee', 3_000])
    const events = new Set(ports.items.table.rows().map(({ eventId }) => eventId))
    expect([...events]).toEqual(told(ports).map(({ eventId }) => eventId))
    expect(told(ports)).toMatchObject([{ dispute: { fee: 3_000 } }])
  })

  test.each([
    ['more than is captured', {}, 10_001],
    ['more than a refund has left', { refundedMinor: 6_001, status: 'PARTIALLY_REFUNDED' }, 4_000],
    ['more than another dispute has left', { disputedMinor: 6_001 }, 4_000],
  ] as [string, Captured, number][])('of %s is OVER_DISPUTED over the whole line', async (_, given, amountMinor) => {
    const ports = createMatchingPorts()
    await capture(ports, given)
    const fileId = await matched(ports, [chargeback(amountMinor)])

    expect(await statesOf(ports, fileId)).toEqual(['BROKEN'])
    expect(breaksOf(ports)).toEqual([[1, 'OVER_DISPUTED', amountMinor + 1_000]])
    expect([disputesOf(ports), itemsOf(ports), entriesOf(ports), told(ports)]).toEqual([[], [], [], []])
    expect(disputedOf(ports)).toBe(given.disputedMinor ?? 0)
    expect(balanceOf(ports, 'recon_suspense')).toBe(amountMinor + 1_000)
  })

  test('is OVER_DISPUTED by what a refund in progress asks for, and not by one that is over', async () => {
    for (const [state, expected] of [
      ['PENDING', 'OVER_DISPUTED'],
      ['DECLINED', undefined],
    ] as const) {
      const ports = createMatchingPorts()
      await capture(ports)
      await ports.transactions.run('refund', async tx => {
        const { payments, operations } = ports.books
        const payment = (await payments.lock(tx, PAYMENT))!
        const refund = { ...operationOf(payment, 0), operationId: 'op_2', kind: 'refund' as const, amountMinor: 6_001 }
        await operations.insert(tx, { ...refund, sequence: 2 })
        await operations.table.update(tx, 'op_2', row => ({ ...row, state }))
        await payments.update(tx, { ...payment, pendingOperationId: state === 'PENDING' ? 'op_2' : null })
      })
      await matched(ports, [chargeback(4_000)])
      expect(breaksOf(ports)[0]?.[1]).toBe(expected)
    }
  })

  test('of exactly what is left opens a dispute', async () => {
    const ports = createMatchingPorts()
    await capture(ports, { refundedMinor: 6_000, status: 'PARTIALLY_REFUNDED' })
    await matched(ports, [chargeback(4_000)])
    expect(disputesOf(ports)).toEqual(['op_1 OPEN 4000 0'])
    expect(disputedOf(ports)).toBe(4_000)
  })

  test('whose fee is another is compared like any other line', async () => {
    const ports = createMatchingPorts()
    await capture(ports)
    const fileId = await matched(ports, [chargeback(4_000, { feeMinor: 1_200 })])
    expect(await statesOf(ports, fileId)).toEqual(['BROKEN settles'])
    expect(breaksOf(ports)).toEqual([[1, 'FEE', 200]])
    expect(disputesOf(ports)).toEqual(['op_1 OPEN 4000 0'])
    expect(balanceOf(ports, 'acquirer_receivable')).toBe(0)
  })

  test.each([
    ['that nobody knows', undefined, {}, 'MISSING_HERE'],
    ['that is pending', { state: 'PENDING' as const }, {}, 'STATUS'],
    ['that was declined', { state: 'DECLINED' as const }, {}, 'STATUS'],
    ['in another currency than the payment', {}, { currency: 'USD' }, 'MISSING_HERE'],
    ['from before settlement began', { capturedAtMs: 999 }, {}, 'MISSING_HERE'],
  ])('of a capture %s opens none', async (_, given, line, name) => {
    const ports = createMatchingPorts()
    ports.settlementStart.fromMs = 1_000
    if (given !== undefined) await capture(ports, given)
    await matched(ports, [chargeback(4_000, line)])
    expect(breaksOf(ports)).toEqual([[1, name, 5_000]])
    expect(disputesOf(ports)).toEqual([])
  })

  test('of a later capture of a payment from before settlement began opens none', async () => {
    const ports = createMatchingPorts()
    ports.settlementStart.fromMs = 1_000
    await capture(ports, { capturedAtMs: 999 })
    await capture(ports, { operationId: 'op_2' })
    await matched(ports, [chargeback(4_000, { matchKey: 'op_2' })])
    expect(breaksOf(ports)).toEqual([[1, 'MISSING_HERE', 5_000]])
  })

  test('that comes a second time is DUPLICATE, in the same file and in a later one', async () => {
    const ports = createMatchingPorts()
    await capture(ports)
    await matched(ports, [chargeback(4_000), chargeback(4_000)])
    await matched(ports, [chargeback(1_000)], NEXT)
    expect(breaksOf(ports)).toEqual([
      [2, 'DUPLICATE', 5_000],
      [1, 'DUPLICATE', 2_000],
    ])
    expect(disputedOf(ports)).toBe(4_000)
  })

  test('that follows one of too much is DUPLICATE, although it would fit', async () => {
    for (const lines of [1, 2]) {
      const ports = createMatchingPorts()
      await capture(ports)
      const all = [chargeback(12_000), chargeback(4_000)]
      await matched(ports, all.slice(0, lines))
      if (lines === 1) await matched(ports, all.slice(1), NEXT)
      expect(breaksOf(ports).map(([, name]) => name)).toEqual(['OVER_DISPUTED', 'DUPLICATE'])
      expect(disputesOf(ports)).toEqual([])
    }
  })

  test('in another currency before the right one is MISSING_HERE, in the same chunk and in one before', async () => {
    for (const chunk of [1, 2]) {
      const ports = createMatchingPorts()
      await capture(ports)
      await receiveIn(ports, [chargeback(4_000, { currency: 'USD' }), chargeback(4_000)])
      await matchFiles(ports, NO_END, chunk)
      expect(breaksOf(ports)).toEqual([[1, 'MISSING_HERE', 5_000]])
      expect(disputesOf(ports)).toEqual(['op_1 OPEN 4000 0'])
    }
  })

  test('of each of two captures of a payment takes what the first has left', async () => {
    const ports = createMatchingPorts()
    await capture(ports)
    await capture(ports, { operationId: 'op_2' })
    await matched(ports, [chargeback(6_000), chargeback(5_000, { matchKey: 'op_2' })])
    expect(disputesOf(ports)).toEqual(['op_1 OPEN 6000 0'])
    expect(breaksOf(ports)).toEqual([[2, 'OVER_DISPUTED', 6_000]])
  })
})

describe('a later revision', () => {
  test('that says the same opens nothing again', async () => {
    const ports = createMatchingPorts()
    await capture(ports)
    await matched(ports, [chargeback(4_000)])
    const second = await matched(ports, [chargeback(4_000)], { revision: 2 })
    expect(await statesOf(ports, second)).toEqual(['REPEATED'])
    expect(disputedOf(ports)).toBe(4_000)
    expect(told(ports)).toHaveLength(1)
  })

  test('that says something else is AMENDED, and the dispute stays as it is', async () => {
    const ports = createMatchingPorts()
    await capture(ports)
    await matched(ports, [chargeback(4_000)])
    await matched(ports, [chargeback(3_000)], { revision: 2 })
    expect(breaksOf(ports)).toEqual([[1, 'AMENDED', -1_000]])
    expect(disputesOf(ports)).toEqual(['op_1 OPEN 4000 0'])
  })

  test.each([1, 100])(
    'that takes a capture with a line that was another: the next line is DUPLICATE, chunks of %i',
    async chunk => {
      const ports = createMatchingPorts()
      await capture(ports)
      await matched(ports, [{ matchKey: 'op_8', amountMinor: 10_000 }, chargeback(1_000, { matchKey: 'op_9' })])
      const other = { matchKey: 'op_9', amountMinor: 10_000 }
      await receiveIn(ports, [chargeback(4_000), other, chargeback(4_000), other], { revision: 2 })
      await matchFiles(ports, NO_END, chunk)
      expect(
        breaksOf(ports)
          .slice(2)
          .map(([lineNo, name]) => `${lineNo} ${name}`),
      ).toEqual([...['1 AMENDED', '2 AMENDED', '3 DUPLICATE', '4 DUPLICATE']])
      expect(disputesOf(ports)).toEqual([])
    },
  )
})

describe('a win', () => {
  test('of an open dispute wins it, and what is disputed comes back without what was charged', async () => {
    const ports = withDisputeFee(3_000)
    await capture(ports)
    await matched(ports, [chargeback(4_000)])
    const fileId = await matched(ports, [won(4_000)], NEXT)

    expect(await statesOf(ports, fileId)).toEqual(['MATCHED settles'])
    expect(disputesOf(ports)).toEqual(['op_1 WON 4000 3000'])
    expect(disputedOf(ports)).toBe(0)
    expect(itemsOf(ports)).toEqual(['chargeback -4000 true', 'dispute_fee -3000 true', 'chargeback_won 4000 true'])
    expect(entriesOf(ports)[2]).toEqual(['chargeback_won', 'acquirer_receivable', 'merchant_payable:shop', 4_000])
    expect(told(ports).map(({ eventType, sequence }) => [eventType, sequence])).toEqual([
      ['dispute.opened', 1],
      ['dispute.won', 2],
    ])
    expect(ports.matching.expectationTable.rows()[1]).toMatchObject({
      ...{ kind: 'chargeback_won', amountMinor: 4_000, feeMinor: 0, state: 'SETTLED' },
    })
    expect([balanceOf(ports, 'acquirer_receivable'), balanceOf(ports, 'acquirer_fee')]).toEqual([0, 1_000])
    expect(balanceOf(ports, 'merchant_payable:shop')).toBe(3_000)
  })

  test('in the same file wins what a line before it opened, and not one after it', async () => {
    const ports = createMatchingPorts()
    await capture(ports)
    await capture(ports, {
      operationId: 'op_2',
      paymentId: `${PAYMENT.slice(0, -1)}2`,
      idempotencyKey: 'other',
    } as Captured)
    const second = { matchKey: 'op_2' }
    await matched(ports, [chargeback(4_000), won(4_000), won(3_000, second), chargeback(3_000, second)])
    expect(disputesOf(ports)).toEqual(['op_1 WON 4000 0', 'op_2 OPEN 3000 0'])
    expect(breaksOf(ports)).toEqual([[3, 'MISSING_HERE', -3_000]])
  })

  test('gives room for the next chargeback of the payment', async () => {
    const ports = createMatchingPorts()
    await capture(ports)
    await capture(ports, { operationId: 'op_2' })
    await matched(ports, [chargeback(8_000), won(8_000), chargeback(9_000, { matchKey: 'op_2' })])
    expect(disputesOf(ports)).toEqual(['op_1 WON 8000 0', 'op_2 OPEN 9000 0'])
    expect(disputedOf(ports)).toBe(9_000)
  })

  test('of another amount differs from the dispute', async () => {
    const ports = createMatchingPorts()
    await capture(ports)
    await matched(ports, [chargeback(4_000)])
    await matched(ports, [won(3_500)], NEXT)
    expect(breaksOf(ports)).toEqual([[1, 'AMOUNT_UNDER', 500]])
    expect(disputesOf(ports)).toEqual(['op_1 WON 4000 0'])
    expect(disputedOf(ports)).toBe(0)
  })

  test('of no dispute is MISSING_HERE', async () => {
    const ports = createMatchingPorts()
    await capture(ports)
    await matched(ports, [won(4_000)])
    expect(breaksOf(ports)).toEqual([[1, 'MISSING_HERE', -4_000]])
  })

  test('in another currency than the dispute is MISSING_HERE', async () => {
    const ports = createMatchingPorts()
    await capture(ports)
    await matched(ports, [chargeback(4_000)])
    await matched(ports, [won(4_000, { currency: 'USD' })], NEXT)
    expect(breaksOf(ports)).toEqual([[1, 'MISSING_HERE', -4_000]])
    expect(disputesOf(ports)).toEqual(['op_1 OPEN 4000 0'])
  })

  test('of a dispute that was given up is STATUS, and somebody is told', async () => {
    const ports = createMatchingPorts()
    await capture(ports)
    await matched(ports, [chargeback(4_000)])
    const { disputeId } = ports.disputes.table.rows()[0]!
    expect(await loseDispute(ports, disputeId, by)).toMatchObject({ kind: 'lost' })
    await matched(ports, [won(4_000)], NEXT)

    expect(breaksOf(ports)).toEqual([[1, 'STATUS', -4_000]])
    expect(ports.breaks.table.rows()[0]!.differences.status).toBe('LOST')
    expect(ports.reconAlarms.told).toEqual([[1, 'LOST']])
    expect(disputesOf(ports)).toEqual(['op_1 LOST 4000 0'])
    expect(disputedOf(ports)).toBe(4_000)
  })

  test('that comes a second time is DUPLICATE', async () => {
    const ports = createMatchingPorts()
    await capture(ports)
    await matched(ports, [chargeback(4_000)])
    await matched(ports, [won(4_000), won(4_000)], NEXT)
    await matched(ports, [won(4_000)], LATER)
    expect(breaksOf(ports).map(([lineNo, name]) => [lineNo, name])).toEqual([
      [2, 'DUPLICATE'],
      [1, 'DUPLICATE'],
    ])
    expect(disputedOf(ports)).toBe(0)
  })
})

describe('a chunk', () => {
  test('without such lines asks for nothing of disputes', async () => {
    const ports = createMatchingPorts()
    await expectIn(ports, 'op_1')
    const asked: string[] = []
    ports.disputedPayments.lockCaptures = async () => {
      asked.push('captures')
      return []
    }
    const { earlierLines } = ports.matching
    ports.matching.earlierLines = (tx, range) => {
      asked.push('earlier lines')
      return earlierLines.call(ports.matching, tx, range)
    }
    await matched(ports, [{ matchKey: 'op_1', amountMinor: 10_000 }])
    expect(asked).toEqual(['earlier lines'])
  })

  test('takes a part of a file of many, and the next ones the rest', async () => {
    const ports = createMatchingPorts()
    const lines = Array.from({ length: 600 }, (_, place) => chargeback(10, { matchKey: `op_${place}` }))
    await receiveIn(ports, lines)
    expect(await matchFiles(ports, NO_END, 1_000)).toEqual({ files: 1, lines: 600, late: 0 })
    const { matchers } = ports
    const sizes: number[] = []
    await receiveIn(ports, lines, NEXT)
    await matchFiles(
      {
        ...ports,
        matchers: {
          acquirer: async (tx, chunk) => {
            sizes.push(chunk.lines.length)
            return matchers.acquirer(tx, chunk)
          },
        },
      },
      NO_END,
      1_000,
    )
    expect(sizes).toEqual([250, 250, 100])
  })

  test('that was rolled back and comes again writes everything once', async () => {
    const ports = createMatchingPorts()
    await capture(ports)
    await receiveIn(ports, [chargeback(4_000)])
    for (const when of ['before', 'after'] as const) {
      ports.transactions.failNextCommit(when)
      await expect(matchFiles(ports, NO_END)).rejects.toThrow('the commit')
    }
    await matchFiles(ports, NO_END)
    expect(disputesOf(ports)).toEqual(['op_1 OPEN 4000 0'])
    expect([disputedOf(ports), told(ports).length, itemsOf(ports).length]).toEqual([4_000, 1, 1])
  })

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('of two matchers at once opens each dispute once, seed %i', async seed => {
    const db = new FakeDatabase(shuffledTurns(seed))
    const ports = createMatchingPorts(db, { seed })
    await capture(ports)
    await capture(ports, { operationId: 'op_2' })
    await receiveIn(ports, [chargeback(4_000), chargeback(5_000, { matchKey: 'op_2' }), won(4_000)])
    await Promise.all([matchFiles(ports, NO_END, 1), matchFiles(ports, NO_END, 1)])
    expect(disputesOf(ports)).toEqual(['op_1 WON 4000 0', 'op_2 OPEN 5000 0'])
    expect(disputedOf(ports)).toBe(5_000)
    expect(balanceOf(ports, 'acquirer_receivable')).toBe(0)
  })
})

describe('a refund and a chargeback of the same payment', () => {
  const refund = (ports: FakePorts, amount: number) =>
    refundPayment(ports, PAYMENT, { amount }, undefined, { ...caller })

  /** The matcher has more statements than the refund before it comes to the payment. */
  async function lateRefund(ports: FakePorts, statements: number) {
    for (let count = 0; count < statements; count++) await ports.transactions.statement()
    return refund(ports, 6_000)
  }

  test('at once never take more than was captured, whichever comes first', async () => {
    const ends = new Set<string>()
    for (let seed = 1; seed <= 30; seed++) {
      const ofPayments = createFakePorts({ turn: shuffledTurns(seed), seed })
      const matching = createMatchingPorts(ofPayments.transactions, { seed: 100_000 + seed, books: ofPayments })
      await capture(matching)
      await receiveIn(matching, [chargeback(6_000)])
      await Promise.all([lateRefund(ofPayments, seed), matchFiles(matching, NO_END)])

      const [payment] = ofPayments.payments.table.rows()
      expect(payment!.pendingOperationId).toBeNull()
      ends.add([payment!.refundedMinor, payment!.disputedMinor, ...breaksOf(matching).flat()].join(' '))
    }
    expect([...ends].sort()).toEqual(['0 6000', '6000 0 1 OVER_DISPUTED 7000'])
  })

  test('a refund after the dispute is refused with what is left, and goes by that', async () => {
    const ofPayments = createFakePorts()
    const matching = createMatchingPorts(ofPayments.transactions, { seed: 100_000, books: ofPayments })
    await capture(matching)
    await matched(matching, [chargeback(4_000)])

    const refused = await refund(ofPayments, 6_001)
    expect(refused).toMatchObject({ kind: 'answered', answer: { statusCode: 409 } })
    expect(JSON.parse((refused as { answer: { body: string } }).answer.body)).toMatchObject({
      ...{ code: 'REFUND_CONFLICT', details: { reason: 'amount', remaining: 6_000 } },
    })
    expect(await refund(ofPayments, 6_000)).toMatchObject({ answer: { statusCode: 200 } })
    expect(ofPayments.payments.table.rows()).toMatchObject([{ refundedMinor: 6_000, disputedMinor: 4_000 }])
  })

  test('a refund whose outcome is unknown keeps its room, and ends without a refusal of the table', async () => {
    const ofPayments = createFakePorts()
    const matching = createMatchingPorts(ofPayments.transactions, { seed: 100_000, books: ofPayments })
    await capture(matching)
    ofPayments.acquirer.script.submit.push({ kind: 'unknown' })
    expect(await refund(ofPayments, 6_000)).toMatchObject({ kind: 'unknown' })
    await matched(matching, [chargeback(4_000)])
    expect(disputesOf(matching)).toEqual(['op_1 OPEN 4000 0'])

    ofPayments.acquirer.script.inquire.push({ kind: 'approved' })
    ofPayments.clock.advance(60_000)
    await resolveDue(ofPayments)
    expect(ofPayments.payments.table.rows()).toMatchObject([
      { refundedMinor: 6_000, disputedMinor: 4_000, pendingOperationId: null, status: 'PARTIALLY_REFUNDED' },
    ])
  })
})

describe('what a dispute takes', () => {
  const DAY_MS = 24 * 60 * 60_000

  /** Matching and closing over the same items. */
  function settling() {
    const matching = createMatchingPorts()
    const paying = createPayoutPorts(matching.transactions, { seed: 100_000 })
    const { items, terms, clock, outbox } = matching
    items.batchIsOpen = async (tx, batchId) => (await paying.batches.table.find(tx, batchId))?.state === 'OPEN'
    const reserves = new FakeReserves(matching.transactions, items.table)
    return { matching, paying: { ...paying, items, unbatchedItems: items, reserves, terms, clock, outbox } }
  }

  const sale = (ports: FakeMatchingPorts, soldOn: string) => ({
    ...{
      itemId: ports.ids.item(),
      merchantId: 'shop',
      currency: 'KRW',
      paymentId: PAYMENT,
      eventId: ports.ids.event(),
    },
    ...({ type: 'capture', grossMinor: 10_000, feeMinor: 0, vatMinor: 0, netMinor: 10_000, soldOn } as const),
    ...{ periodEnd: soldOn, dueOn: '2026-01-06', calendarVersion: 1 },
  })

  test('after the payout comes from the reserve, is carried, and is paid again when it is won', async () => {
    const { matching, paying } = settling()
    const from = { merchantId: 'shop', currency: 'KRW', validFromMs: 0 }
    const reserve = { reserveBasisPoints: 1_000, reserveDays: 30 }
    matching.terms.rows.push({ ...fakeTerms, ...from, ...reserve, disputeFeeMinor: 500 })
    await capture(matching)
    await matching.transactions.run('sale', tx => matching.items.insert(tx, [sale(matching, '2026-01-02')]))
    const endDay = () => {
      matching.clock.advanceVirtual(DAY_MS)
      return closeBatches(paying, NO_END)
    }
    await endDay()
    await matched(matching, [chargeback(10_000)])
    await endDay()
    await matched(matching, [won(10_000)], NEXT)
    await endDay()

    expect(paying.batches.table.rows().map(({ state, netMinor }) => `${state} ${netMinor}`)).toEqual([
      'CLOSED 9000',
      // 10,500 less the 1,000 that are held is carried.
      'CARRIED 0',
      // 10,000 less 9,500; a tenth of what is left is held.
      'CLOSED 450',
    ])
    expect(paying.reserves.table.rows().map(({ amountMinor, usedMinor }) => [amountMinor, usedMinor])).toEqual([
      [1_000, 1_000],
      [50, 0],
    ])
  })
})
