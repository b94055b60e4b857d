/** Batches are made once, in the order of days, and paid once: over restarts, a bank that is away, and clocks that are set back. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type SettlementFault, settlementFaults, settlementTokenOf } from '../../shared/contracts/test-tokens.ts'
import { until } from '../../shared/runtime/until.ts'
import { DAY_MS, startOf } from '../service/days.ts'
import { JOURNAL_FILE } from '../service/journal-file.ts'
import { Journal } from './journal.ts'
import { authorizeOrder, captureOrder, laterOrder, opOf } from './sample-orders.ts'
import { settlementHashOf } from './settlement-file.ts'
import type { OpenPayment } from './settlements.ts'
import { Settler } from './settler.ts'

/** A Friday. */
const DAY = '2026-11-27'
const NOON_MS = startOf(DAY) + DAY_MS / 2

let folder: string
let journal: Journal
let settler: Settler
let bank: FakeBank
let nowMs: number
let lines: string[]
let nextOperation: number

class FakeBank {
  readonly booked = new Map<string, OpenPayment>()
  /** What becomes of the next calls. */
  readonly next: Array<'away' | 'silent' | 'refused'> = []

  async pay(payment: OpenPayment) {
    const fate = this.next.shift()
    if (fate === 'away') throw new Error('away')
    if (fate === 'refused') return 'REFUSED' as const
    this.booked.set(payment.reference, payment)
    // It has booked it, and nobody hears of it.
    if (fate === 'silent') throw new Error('silent')
    return 'PAID' as const
  }

  close(): void {}
}

function open(): void {
  journal = new Journal(folder)
  settler = new Settler({ journal, bank, nowMs: () => nowMs, log: message => lines.push(message) })
}

async function reopen(): Promise<void> {
  await settler.stop()
  journal.close()
  open()
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'settler-'))
  bank = new FakeBank()
  nowMs = NOON_MS
  lines = []
  nextOperation = 1
  open()
})
afterEach(async () => {
  await settler.stop()
  journal.close()
  rmSync(folder, { recursive: true })
})

type Order = ReturnType<typeof authorizeOrder>

function approve(order: Order, atMs: number): string {
  const operationId = opOf(nextOperation++)
  const decision = { operationId, state: 'APPROVED' as const, reason: null, decidedAt: new Date(atMs).toISOString() }
  journal.appendDecision({ decision, order, recordedAt: decision.decidedAt })
  return operationId
}

/** A purchase that was captured at this time; returns its hold. */
function sell(changes: Partial<Order> = {}, atMs = nowMs): string {
  const hold = approve(authorizeOrder(changes), atMs)
  approve(captureOrder(hold, changes), atMs)
  return hold
}

const refund = (hold: string, changes: Partial<Order> = {}, atMs = nowMs) =>
  approve(laterOrder('refund', hold, changes), atMs)

async function moveTo(day: string): Promise<void> {
  nowMs = startOf(day)
  await settler.catchUp()
}

const batches = () =>
  journal.settlements.page(0, 1_000).files.map(({ batch, lineCount, net }) => [batch, lineCount, net])
const linesOf = (batch: string, revision = 1) =>
  journal.settlements
    .linesOf(journal.settlements.find(`${batch}-r${revision}.csv`)!)
    .map(({ kind, reference, soldOn, netMinor }) => [kind, reference, soldOn, Number(netMinor)])
const deposits = () => [...bank.booked.values()].map(({ reference, amountMinor }) => `${reference} ${amountMinor}`)

describe('a batch', () => {
  test('is made when its day has ended, of each currency', async () => {
    sell()
    sell({ currency: 'USD' })
    sell({ amount: 20_000 })
    nowMs = startOf('2026-11-28') - 1
    await settler.catchUp()
    expect(batches()).toEqual([])
    await moveTo('2026-11-28')
    expect(batches()).toEqual([
      ['ACQ-20261127-KRW', 2, '29505'],
      ['ACQ-20261127-USD', 1, '9835'],
    ])
  })

  test('has what was decided before midnight in Seoul', async () => {
    sell({}, startOf('2026-11-28') - 1)
    sell({}, startOf('2026-11-28'))
    await moveTo('2026-12-01')
    expect(batches().map(([batch]) => batch)).toEqual(['ACQ-20261127-KRW', 'ACQ-20261128-KRW'])
  })

  test('has no declined order, no authorization, and no void', async () => {
    const hold = approve(authorizeOrder(), nowMs)
    approve(laterOrder('void', hold), nowMs)
    const decision = { operationId: opOf(99), state: 'DECLINED' as const, reason: 'hold_closed' }
    const decided = { ...decision, decidedAt: new Date(nowMs).toISOString() }
    journal.appendDecision({ decision: decided, order: captureOrder(hold), recordedAt: decided.decidedAt })
    await moveTo('2026-12-01')
    expect(batches()).toEqual([])
  })

  test('is never made again, nor changed, by whom it was read or how often it was restarted', async () => {
    sell()
    await moveTo('2026-11-28')
    const before = journal.settlements.page(0, 10)
    await reopen()
    await settler.catchUp()
    await settler.makeBatches()
    expect(journal.settlements.page(0, 10)).toEqual(before)
    const [file] = before.files
    const batch = journal.settlements.find(file!.name)!
    expect(settlementHashOf({ ...batch, lines: journal.settlements.linesOf(batch) })).toBe(file!.sha256)
  })

  test('takes what was decided on a day that is settled, since a clock was set back, and keeps its day of sale', async () => {
    sell()
    await moveTo('2026-11-28')
    sell({}, NOON_MS)
    sell({}, startOf('2026-11-28') + 1)
    await moveTo('2026-11-29')
    expect(linesOf('ACQ-20261128-KRW').map(([, , soldOn]) => soldOn)).toEqual(['2026-11-27', '2026-11-28'])
  })

  test.each(['UPDATE settlement_batch SET net = 0', 'DELETE FROM settlement_line', 'DELETE FROM settlement_payment'])(
    'cannot be altered by %s',
    async statement => {
      sell()
      await moveTo('2026-11-28')
      const other = new DatabaseSync(join(folder, JOURNAL_FILE))
      expect(() => other.exec(statement)).toThrow('only grows')
      other.close()
    },
  )
})

describe('a refund', () => {
  test('is in the batch of its own day, with its part of the fee', async () => {
    const hold = sell()
    await moveTo('2026-11-28')
    refund(hold, { amount: 4_000 })
    sell()
    await moveTo('2026-11-29')
    expect(linesOf('ACQ-20261128-KRW').map(line => [line[0], line[3]])).toEqual([
      ['refund', -3_934],
      ['capture', 9_835],
    ])
  })

  test('of more than was sold is not paid, and is carried until the currency has another batch', async () => {
    const hold = sell()
    await moveTo('2026-11-28')
    refund(hold)
    await moveTo('2026-12-02')
    sell({ currency: 'USD' })
    sell({ amount: 5_000 })
    await moveTo('2026-12-03')
    sell({ amount: 20_000 })
    await moveTo('2026-12-20')
    expect(batches()).toEqual([
      ['ACQ-20261127-KRW', 1, '9835'],
      ['ACQ-20261128-KRW', 1, '-9835'],
      ['ACQ-20261202-USD', 1, '9835'],
      ['ACQ-20261202-KRW', 2, '-4918'],
      ['ACQ-20261203-KRW', 2, '14752'],
    ])
    expect(linesOf('ACQ-20261203-KRW')[0]).toEqual(['carry', 'ACQ-20261202-KRW', '2026-12-02', -4_918])
    expect(deposits()).toEqual(['ACQ-20261127-KRW 9835', 'ACQ-20261202-USD 9835', 'ACQ-20261203-KRW 14752'])
  })
})

describe('a token', () => {
  test('late: the line comes with the next day, also when nothing else does', async () => {
    sell({ method: 'tok_settle_late' })
    sell()
    await moveTo('2026-11-28')
    expect(linesOf('ACQ-20261127-KRW')).toHaveLength(1)
    await moveTo('2026-11-29')
    expect(linesOf('ACQ-20261128-KRW')).toEqual([['capture', opOf(2), DAY, 9_835]])
    await moveTo('2026-12-20')
    expect(batches()).toHaveLength(2)
  })

  test('missing: the line never comes, and a day with nothing else has no batch', async () => {
    sell({ method: 'tok_settle_missing' })
    await moveTo('2026-12-20')
    expect(batches()).toEqual([])
  })

  test('twice: both lines are paid', async () => {
    sell({ method: 'tok_settle_twice' })
    await moveTo('2026-12-20')
    expect(batches()).toEqual([['ACQ-20261127-KRW', 2, '19670']])
    expect(deposits()).toEqual(['ACQ-20261127-KRW 19670'])
  })

  test('amended: the next day has a second revision, which is paid', async () => {
    sell({ method: 'tok_settle_amended' })
    sell()
    await moveTo('2026-11-28')
    expect(batches()).toEqual([['ACQ-20261127-KRW', 2, '19670']])
    await moveTo('2026-11-29')
    await moveTo('2026-12-20')
    expect(batches()).toEqual([
      ['ACQ-20261127-KRW', 2, '19670'],
      ['ACQ-20261127-KRW', 2, '19170'],
    ])
    expect(linesOf('ACQ-20261127-KRW', 2).map(([, , , net]) => net)).toEqual([9_335, 9_835])
    expect(deposits()).toEqual(['ACQ-20261127-KRW 19170'])
  })

  test('amended: what the second revision comes to less than 0 by is carried', async () => {
    sell({ method: 'tok_settle_amended', amount: 100 })
    refund(sell({ amount: 10_000 }), { amount: 10_000 })
    nowMs = startOf('2026-11-28')
    sell({ amount: 20_000 })
    await moveTo('2026-11-29')
    expect(batches().map(([batch, count, net]) => `${batch} ${count} ${net}`)).toEqual([
      'ACQ-20261127-KRW 3 98',
      'ACQ-20261127-KRW 3 -1',
      'ACQ-20261128-KRW 2 19669',
    ])
    await moveTo('2026-12-20')
    expect(deposits()).toEqual(['ACQ-20261128-KRW 19669'])
  })

  test('short and split spoil the payment of the batch', async () => {
    sell({ method: 'tok_settle_short' })
    sell({ currency: 'USD', method: 'tok_settle_split' })
    await moveTo('2026-12-20')
    expect(deposits()).toEqual(['ACQ-20261127-KRW 8835', 'ACQ-20261127-USD-1 4917', 'ACQ-20261127-USD-2 4918'])
  })
})

describe('a chargeback', () => {
  /** Three business days after a Friday: the Wednesday. */
  const BACK_ON = '2026-12-02'
  const WON_ON = '2026-12-07'

  test('is in the batch of the third business day, also when nothing else is, and is carried', async () => {
    sell({ method: 'tok_settle_chargeback' })
    await moveTo(BACK_ON)
    expect(batches()).toHaveLength(1)
    await moveTo('2026-12-03')
    expect(linesOf('ACQ-20261202-KRW')).toEqual([['chargeback', opOf(2), BACK_ON, -11_000]])
    sell({ amount: 20_000 })
    await moveTo('2026-12-20')
    expect(linesOf('ACQ-20261203-KRW')).toEqual([
      ['carry', 'ACQ-20261202-KRW', BACK_ON, -11_000],
      ['capture', opOf(4), '2026-12-03', 19_670],
    ])
    expect(deposits()).toEqual(['ACQ-20261127-KRW 9835', 'ACQ-20261203-KRW 8670'])
  })

  test('is what was not refunded by the end of its day, and nothing when all was', async () => {
    const [part, whole] = [sell({ method: 'tok_settle_chargeback' }), sell({ method: 'tok_settle_chargeback_won' })]
    await moveTo('2026-11-30')
    refund(part, { amount: 4_000 }, startOf('2026-12-03') - 1)
    refund(whole, {}, startOf('2026-12-03') - 1)
    await moveTo('2026-12-20')
    expect(linesOf('ACQ-20261202-KRW').at(-1)).toEqual(['chargeback', opOf(2), BACK_ON, -7_000])
    expect(batches().map(([batch]) => batch)).toEqual(['ACQ-20261127-KRW', 'ACQ-20261202-KRW'])
  })

  test('that is won comes back three business days later, without its fee', async () => {
    sell({ method: 'tok_settle_chargeback_won' })
    await moveTo('2026-12-20')
    expect(linesOf('ACQ-20261207-KRW')).toEqual([
      ['carry', 'ACQ-20261202-KRW', BACK_ON, -11_000],
      ['chargeback_won', opOf(2), WON_ON, 10_000],
    ])
  })

  test('is of all that was captured, though it was refunded, by its token', async () => {
    refund(sell({ method: 'tok_settle_over_disputed' }), {}, NOON_MS)
    await moveTo('2026-12-20')
    expect(linesOf('ACQ-20261202-KRW')).toEqual([['chargeback', opOf(2), BACK_ON, -11_000]])
  })

  test('of a hold that was captured in parts takes no more than the hold has left', async () => {
    const method = 'tok_settle_chargeback'
    const hold = approve(authorizeOrder({ method }), nowMs)
    for (const amount of [6_000, 4_000]) approve(captureOrder(hold, { method, amount, finalCapture: false }), nowMs)
    refund(hold, { amount: 3_000 })
    await moveTo('2026-12-20')
    expect(linesOf('ACQ-20261202-KRW')).toEqual([
      ['chargeback', opOf(2), BACK_ON, -7_000],
      ['chargeback', opOf(3), BACK_ON, -2_000],
    ])
  })

  test('is in the next batch when its day was settled before, since a clock was set back', async () => {
    sell()
    await moveTo('2026-11-28')
    sell({}, startOf('2026-12-10'))
    await moveTo('2026-12-11')
    sell({ method: 'tok_settle_chargeback' }, NOON_MS)
    await moveTo('2026-12-20')
    expect(linesOf('ACQ-20261211-KRW').map(([kind, , soldOn]) => [kind, soldOn])).toEqual([
      ['capture', '2026-11-27'],
      ['chargeback', '2026-12-11'],
    ])
  })

  test('is there once, however often it was restarted', async () => {
    sell({ method: 'tok_settle_chargeback_won' })
    await moveTo('2026-12-03')
    await reopen()
    await moveTo('2026-12-20')
    await reopen()
    await settler.catchUp()
    expect(batches().map(([batch]) => batch)).toEqual(['ACQ-20261127-KRW', 'ACQ-20261202-KRW', 'ACQ-20261207-KRW'])
  })
})

describe('the payment', () => {
  beforeEach(async () => {
    sell()
    await moveTo('2026-11-28')
  })

  test('is made two business days later, and once', async () => {
    await moveTo('2026-11-30')
    expect(deposits()).toEqual([])
    await moveTo('2026-12-01')
    await settler.catchUp()
    await reopen()
    await settler.catchUp()
    expect(deposits()).toEqual(['ACQ-20261127-KRW 9835'])
  })

  test('that was not answered is made again with the same reference, at the next move of the clock', async () => {
    bank.next.push('away', 'silent')
    await moveTo('2026-12-01')
    await moveTo('2026-12-02')
    expect(journal.settlements.nextPayment('2026-12-02')).toBeDefined()
    await settler.catchUp()
    expect(deposits()).toEqual(['ACQ-20261127-KRW 9835'])
    expect(journal.settlements.nextPayment('2026-12-02')).toBeUndefined()
    expect(lines).toEqual(['batches wait', 'batches wait'])
  })

  test('that was not answered is made again by itself', async () => {
    bank.next.push('away')
    await moveTo('2026-12-01')
    await until(() => deposits().length === 1, { what: 'the second try' })
  })

  test('that the bank refuses for good keeps no other waiting, and is in the log', async () => {
    sell({ currency: 'USD' }, startOf('2026-11-28'))
    bank.next.push('refused')
    await moveTo('2026-12-20')
    expect(deposits()).toEqual(['ACQ-20261128-USD 9835'])
    expect(lines).toEqual([expect.stringContaining('for something else')])
  })

  test('is not made without a bank', async () => {
    await settler.stop()
    settler = new Settler({ journal, bank: undefined, nowMs: () => nowMs, log: message => lines.push(message) })
    await moveTo('2026-12-20')
    expect(journal.settlements.nextPayment('2026-12-20')).toMatchObject({ reference: 'ACQ-20261127-KRW' })
  })
})

test('a journal that cannot be written makes nothing, and everything later', async () => {
  sell()
  const other = new DatabaseSync(join(folder, JOURNAL_FILE))
  other.exec('BEGIN IMMEDIATE')
  nowMs = startOf('2026-11-28')
  await expect(settler.makeBatches()).rejects.toThrow('the journal cannot be written')
  other.exec('ROLLBACK')
  other.close()
  expect(batches()).toEqual([])
  await settler.makeBatches()
  expect(batches()).toHaveLength(1)
})

const spoiling = ['tok_approve', ...settlementFaults.filter(isHonest).map(settlementTokenOf)]

/** Whose lines are once in their file, and are paid so. */
function isHonest(fault: SettlementFault): boolean {
  return !['short', 'split', 'missing', 'twice'].includes(fault)
}

/** The last revision of each batch. */
const lastFiles = () => [
  ...new Map(journal.settlements.page(0, 1_000).files.map(file => [file.batch, file] as const)).values(),
]

/** What happens in a random month: a sale, a refund of an earlier one, time that passes, a bank that fails, or a restart. */
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      act: fc.constant('sell' as const),
      amount: fc.integer({ min: 1, max: 90_000 }),
      method: fc.constantFrom(...spoiling),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      act: fc.constant('refund' as const),
      which: fc.nat(),
      part: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ act: fc.constant('pass' as const), hours: fc.integer({ min: 1, max: 40 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      act: fc.constant('fail' as const),
      fate: fc.constantFrom('away' as const, 'silent' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('restart' as const) }) },
)

test('a random month: no operation is lost or there twice, and what is not paid is carried or not due', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async steps => {
      await settler.stop()
      journal.close()
      rmSync(folder, { recursive: true })
      nowMs = NOON_MS
      bank = new FakeBank()
      nextOperation = 1
      open()
      const holds: Array<{ hold: string; currency: string; leftMinor: number }> = []
      const moved: string[] = []
      for (const [index, each] of steps.entries()) {
        if (each.act === 'sell') {
          const currency = ['KRW', 'USD', 'KWD'][index % 3]!
          holds.push({
            hold: sell({ amount: each.amount, currency, method: each.method }),
            currency,
            leftMinor: each.amount,
          })
          moved.push(opOf(nextOperation - 1))
        } else if (each.act === 'refund' && holds.length > 0) {
          const from = holds[each.which % holds.length]!
          const amount = Math.ceil(each.part * from.leftMinor)
          if (amount === 0) continue
          from.leftMinor -= amount
          moved.push(refund(from.hold, { amount, currency: from.currency }))
        } else if (each.act === 'pass') {
          nowMs += each.hours * 60 * 60_000
          await settler.catchUp()
        } else if (each.act === 'fail') bank.next.push(each.fate)
        else if (each.act === 'restart') await reopen()
      }
      bank.next.length = 0
      nowMs = Math.max(nowMs, startOf('2026-12-28'))
      await settler.catchUp()

      const files = lastFiles()
      const all = files.flatMap(({ name, currency }) =>
        journal.settlements.linesOf(journal.settlements.find(name)!).map(line => ({ ...line, currency })),
      )
      const settled = all
        .filter(({ kind }) => kind === 'capture' || kind === 'refund')
        .map(({ reference }) => reference)
      expect(settled.toSorted()).toEqual(moved.slice().sort())
      for (const currency of ['KRW', 'USD', 'KWD']) {
        const sumOf = (of: Array<{ currency: string; minor: bigint }>) =>
          of.reduce((sum, each) => (each.currency === currency ? sum + each.minor : sum), 0n)
        const own = all.filter(({ kind }) => kind !== 'carry').map(line => ({ ...line, minor: line.netMinor }))
        const paid = [...bank.booked.values()].map(payment => ({ ...payment, minor: payment.amountMinor }))
        const last = files.filter(file => file.currency === currency).at(-1)
        const carried = last !== undefined && BigInt(last.net) < 0n ? BigInt(last.net) : 0n
        const waiting = openPayments(currency)
        expect(sumOf(own)).toBe(sumOf(paid) + carried + waiting)
      }
    }),
    { numRuns: 60 },
  )
}, 60_000)

/** Of the batches that are not due. */
function openPayments(currency: string): bigint {
  const open = lastFiles().filter(file => file.currency === currency)
  return open
    .filter(({ batch, net }) => BigInt(net) > 0n && !bank.booked.has(batch))
    .reduce((sum, { net }) => sum + BigInt(net), 0n)
}
