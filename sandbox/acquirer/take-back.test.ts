/** What card holders take back counts in what can be refunded, whenever somebody looks: compared with a model that computes it anew each time. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { dayOf, endOf, startOf } from '../service/days.ts'
import { Book } from './book.ts'
import { businessDaysAfter } from './business-days.ts'
import { Journal } from './journal.ts'
import { authorizeOrder, captureOrder, laterOrder, opOf } from './sample-orders.ts'
import { Settler } from './settler.ts'

const HOUR_MS = 3_600_000

let folder: string
let journal: Journal
let book: Book
let settler: Settler
let nowMs: number
let nextOperation: number

function open(): void {
  journal = new Journal(folder)
  const failed = (error: unknown) => {
    throw error
  }
  book = new Book({ journal, holdWindowMs: 1_000 * HOUR_MS, nowMs: () => nowMs, failed })
  settler = new Settler({ journal, bank: undefined, nowMs: () => nowMs, log: () => {} })
}

async function close(): Promise<void> {
  await settler.stop()
  journal.close()
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'take-back-'))
  nowMs = startOf('2026-11-27') + 12 * HOUR_MS
  nextOperation = 1
  open()
})
afterEach(async () => {
  await close()
  rmSync(folder, { recursive: true })
})

async function order(body: ReturnType<typeof authorizeOrder>): Promise<{ id: string; reason: string | null }> {
  const id = opOf(nextOperation++)
  const outcome = await book.order(id, body)
  if (outcome.kind !== 'decided') throw new Error(outcome.kind)
  return { id, reason: outcome.decision.reason }
}

async function moveTo(day: string): Promise<void> {
  nowMs = startOf(day)
  await settler.catchUp()
}

async function sold(method: string): Promise<string> {
  const { id } = await order(authorizeOrder({ method }))
  await order(captureOrder(id, { method }))
  return id
}

const refund = async (hold: string, amount: number) => (await order(laterOrder('refund', hold, { amount }))).reason

test('what was taken back is not refunded, until it is won', async () => {
  const [lost, won] = [await sold('tok_settle_chargeback'), await sold('tok_settle_chargeback_won')]
  nowMs = endOf('2026-12-02') - 1
  expect([await refund(lost, 1_000), await refund(won, 1_000)]).toEqual([null, null])
  nowMs = endOf('2026-12-02')
  expect([await refund(lost, 1), await refund(won, 1)]).toEqual(['amount_exceeds_captured', 'amount_exceeds_captured'])
  nowMs = endOf('2026-12-07')
  expect([await refund(lost, 1), await refund(won, 9_001), await refund(won, 9_000)]).toEqual([
    ...['amount_exceeds_captured', 'amount_exceeds_captured', null],
  ])
})

test('what was over-disputed is taken back twice, and nothing more is refunded', async () => {
  const hold = await sold('tok_settle_over_disputed')
  expect(await refund(hold, 4_000)).toBeNull()
  await moveTo('2026-12-03')
  expect(await refund(hold, 1)).toBe('amount_exceeds_captured')
})

/** The model. */
interface Sale {
  hold: string
  method: string
  captures: { id: string; amount: number; atMs: number }[]
  refunds: { amount: number; atMs: number }[]
}

interface Step {
  text: string
  amount: number
  fromMs: number
}

const sumOf = (rows: readonly { amount: number }[]): number => rows.reduce((sum, { amount }) => sum + amount, 0)

/** All that is taken back and won by this moment, in its order. */
function stepsOf({ method, captures, refunds }: Sale, untilMs: number): Step[] {
  const steps: Step[] = []
  for (const { id, amount, atMs } of method === 'tok_approve' ? [] : captures) {
    const day = businessDaysAfter(dayOf(atMs), 3)
    const before = <T extends { atMs: number }>(rows: readonly T[]) => rows.filter(row => row.atMs < endOf(day))
    const left =
      sumOf(before(captures)) - sumOf(before(refunds)) - sumOf(steps.filter(step => step.fromMs <= endOf(day)))
    const taken = method === 'tok_settle_over_disputed' ? amount : Math.max(0, Math.min(amount, left))
    if (taken === 0) continue
    steps.push({ text: `chargeback ${id} ${day} ${-taken}`, amount: taken, fromMs: endOf(day) })
    if (method !== 'tok_settle_chargeback_won') continue
    const wonOn = businessDaysAfter(day, 3)
    steps.push({ text: `chargeback_won ${id} ${wonOn} ${taken}`, amount: -taken, fromMs: endOf(wonOn) })
  }
  return steps.filter(({ fromMs }) => fromMs <= untilMs)
}

const leftOf = (sale: Sale): number => sumOf(sale.captures) - sumOf(sale.refunds) - sumOf(stepsOf(sale, nowMs))

const methods = ['tok_approve', 'tok_settle_chargeback', 'tok_settle_chargeback_won', 'tok_settle_over_disputed']
const act = fc.oneof(
  { weight: 4, arbitrary: fc.record({ act: fc.constant('sell' as const), method: fc.constantFrom(...methods) }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('capture' as const), which: fc.nat() }) },
  {
    weight: 5,
    arbitrary: fc.record({
      act: fc.constant('refund' as const),
      which: fc.nat(),
      // Often all that is left: a capture is of 3,000.
      amount: fc.constantFrom(1, 500, 2_500, 3_000, 6_000),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      act: fc.constant('pass' as const),
      hours: fc.integer({ min: 1, max: 100 }),
      looks: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('restart' as const) }) },
)

test('random weeks: the same is refunded and taken back as by the model, whoever looks how late', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 50 }), async acts => {
      await close()
      rmSync(folder, { recursive: true })
      nowMs = startOf('2026-11-27') + 12 * HOUR_MS
      nextOperation = 1
      open()
      const sales: Sale[] = []
      const capture = async (sale: Sale) => {
        const { id, reason } = await order(
          captureOrder(sale.hold, { method: sale.method, amount: 3_000, finalCapture: false }),
        )
        if (reason === null) sale.captures.push({ id, amount: 3_000, atMs: nowMs })
      }
      for (const each of acts) {
        if (each.act === 'sell') {
          const { id } = await order(authorizeOrder({ method: each.method }))
          const sale: Sale = { hold: id, method: each.method, captures: [], refunds: [] }
          sales.push(sale)
          await capture(sale)
        } else if (each.act === 'pass') {
          nowMs += each.hours * HOUR_MS
          if (each.looks) await settler.catchUp()
        } else if (each.act === 'restart') {
          await close()
          open()
        } else if (sales.length > 0) {
          const sale = sales[each.which % sales.length]!
          if (each.act === 'capture') await capture(sale)
          else {
            const isLeft = each.amount <= leftOf(sale)
            expect(await refund(sale.hold, each.amount)).toBe(isLeft ? null : 'amount_exceeds_captured')
            if (isLeft) sale.refunds.push({ amount: each.amount, atMs: nowMs })
          }
        }
      }
      nowMs += 40 * 24 * HOUR_MS
      await settler.catchUp()
      const lines = journal.settlements.page(0, 1_000).files.flatMap(({ name, batch }) =>
        journal.settlements
          .linesOf(journal.settlements.find(name)!)
          .filter(({ kind }) => kind.startsWith('chargeback'))
          .map(({ kind, reference, soldOn, amountMinor }) => {
            expect(batch).toBe(`ACQ-${soldOn.replaceAll('-', '')}-KRW`)
            return `${kind} ${reference} ${soldOn} ${amountMinor}`
          }),
      )
      const wanted = sales.flatMap(sale => stepsOf(sale, nowMs).map(({ text }) => text))
      expect(lines.toSorted()).toEqual(wanted.toSorted())
    }),
    { numRuns: 60 },
  )
}, 60_000)
