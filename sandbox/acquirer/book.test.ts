/** What is decided stays so: over repeats, groups, restarts, and failures of the journal. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { AcquirerOrderBody } from '../../shared/contracts/acquirer.ts'
import { JOURNAL_FILE } from '../service/journal-file.ts'
import { JournalUnavailable } from '../service/turn-commits.ts'
import { Book } from './book.ts'
import { Journal } from './journal.ts'
import { authorizeOrder, captureOrder, laterOrder, opOf } from './sample-orders.ts'

const NOW_MS = Date.parse('2026-01-01T00:00:00.000Z')
const DAY_MS = 24 * 60 * 60_000

let folder: string
let journal: Journal
let book: Book
let failures: unknown[]
let transactions: number

function open(): void {
  journal = new Journal(folder)
  transactions = 0
  const transaction = journal.transaction.bind(journal)
  journal.transaction = work => {
    transactions++
    return transaction(work)
  }
  book = new Book({ journal, holdWindowMs: 30 * DAY_MS, nowMs: () => NOW_MS, failed: error => failures.push(error) })
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'acquirer-'))
  failures = []
  open()
})
afterEach(() => {
  journal.close()
  rmSync(folder, { recursive: true })
})

const entries = () => journal.page(0, 10_000).entries
const decisionOf = async (id: string, order: AcquirerOrderBody) => {
  const outcome = await book.order(id, order)
  if (outcome.kind !== 'decided') throw new Error(outcome.kind)
  return outcome.decision
}

describe('an operation', () => {
  test('is decided once: a repeat gets the same decision and writes nothing', async () => {
    const first = await book.order(opOf(1), authorizeOrder())
    const again = await book.order(opOf(1), authorizeOrder())
    expect(first).toEqual({
      kind: 'decided',
      first: true,
      decision: { operationId: opOf(1), state: 'APPROVED', reason: null, decidedAt: '2026-01-01T00:00:00.000Z' },
    })
    expect(again).toEqual({ ...first, first: false })
    expect(entries()).toHaveLength(1)
  })

  test.each<[string, Partial<AcquirerOrderBody>]>([
    ['amount', { amount: 1 }],
    ['currency', { currency: 'JPY' }],
    ['method', { method: 'tok_slow' }],
    ['hold', { authorizationId: opOf(8) }],
    ['finality', { finalCapture: false }],
  ])('with another %s is another order, and is refused', async (_, changes) => {
    await book.order(opOf(1), captureOrder(opOf(9)))
    expect(await book.order(opOf(1), captureOrder(opOf(9), changes))).toEqual({ kind: 'different_order' })
    expect(entries()).toHaveLength(1)
  })

  test('that was canceled before it came is never carried out', async () => {
    const canceled = await book.cancel(opOf(1))
    expect(canceled).toMatchObject({ state: 'CANCELED', reason: null })
    expect(await decisionOf(opOf(1), authorizeOrder())).toEqual(canceled)
    expect(entries()).toMatchObject([{ type: 'decision', order: null, state: 'CANCELED' }])
    expect(await decisionOf(opOf(2), captureOrder(opOf(1)))).toMatchObject({ reason: 'no_such_hold' })
  })

  test('that was decided is not changed by a cancellation, which reports it', async () => {
    const decision = await decisionOf(opOf(1), authorizeOrder({ method: 'tok_decline' }))
    expect(await book.cancel(opOf(1))).toEqual(decision)
    expect(entries()).toHaveLength(1)
  })
})

describe('what comes in one turn of the event loop', () => {
  test('is decided in the order of coming and written in one transaction', async () => {
    const all = await Promise.all([
      decisionOf(opOf(1), authorizeOrder()),
      decisionOf(opOf(2), captureOrder(opOf(1), { amount: 6_000, finalCapture: false })),
      decisionOf(opOf(3), captureOrder(opOf(1), { amount: 4_000 })),
      decisionOf(opOf(4), captureOrder(opOf(1), { amount: 1 })),
      decisionOf(opOf(2), captureOrder(opOf(1), { amount: 6_000, finalCapture: false })),
    ])
    expect(all.map(({ state, reason }) => reason ?? state)).toEqual([
      'APPROVED',
      'APPROVED',
      'APPROVED',
      'hold_closed',
      'APPROVED',
    ])
    expect(entries().map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4])
    expect(transactions).toBe(1)
  })

  test('is answered by nobody when the journal cannot be written, and can come again', async () => {
    await decisionOf(opOf(1), authorizeOrder())
    const other = new DatabaseSync(join(folder, JOURNAL_FILE))
    other.exec('BEGIN IMMEDIATE')
    const results = await Promise.allSettled([
      book.order(opOf(2), authorizeOrder()),
      book.cancel(opOf(3)),
      book.moveClock(1),
      book.check(),
    ])
    for (const result of results)
      expect(result).toMatchObject({ status: 'rejected', reason: expect.any(JournalUnavailable) })
    expect(failures).toEqual([expect.objectContaining({ message: expect.stringContaining('locked') })])
    other.exec('ROLLBACK')
    other.close()
    expect(entries()).toHaveLength(1)
    await decisionOf(opOf(2), authorizeOrder())
    expect(entries().map(({ sequence }) => sequence)).toEqual([1, 2])
  })

  test('counts for nothing when one of it cannot be written', async () => {
    const order = authorizeOrder({ amount: Number.NaN })
    const results = await Promise.allSettled([book.order(opOf(1), authorizeOrder()), book.order(opOf(2), order)])
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(entries()).toEqual([])
  })
})

describe('the virtual clock', () => {
  test('only goes forward, and each step is an entry', async () => {
    expect(await book.moveClock(DAY_MS)).toBe(true)
    expect(await book.moveClock(DAY_MS)).toBe(true)
    expect(await book.moveClock(DAY_MS - 1)).toBe(false)
    expect(entries()).toEqual([
      { type: 'clock', sequence: 1, offsetMs: DAY_MS, recordedAt: '2026-01-01T00:00:00.000Z' },
    ])
  })

  test('lets holds expire, and dates decisions', async () => {
    await decisionOf(opOf(1), authorizeOrder())
    await book.moveClock(30 * DAY_MS)
    expect(await decisionOf(opOf(2), captureOrder(opOf(1)))).toMatchObject({
      reason: 'hold_expired',
      decidedAt: '2026-01-31T00:00:00.000Z',
    })
    expect(entries().at(-1)).toMatchObject({ recordedAt: '2026-01-01T00:00:00.000Z' })
  })
})

test('a restart forgets nothing: holds, decisions, cancellations and the clock', async () => {
  await book.moveClock(5)
  await decisionOf(opOf(1), authorizeOrder())
  await decisionOf(opOf(2), captureOrder(opOf(1), { amount: 9_000, finalCapture: false }))
  await book.cancel(opOf(3))
  const before = entries()
  journal.close()
  open()
  expect(entries()).toEqual(before)
  expect(journal.offsetMs()).toBe(5)
  expect(await decisionOf(opOf(4), captureOrder(opOf(1), { amount: 1_001 }))).toMatchObject({
    reason: 'amount_exceeds_hold',
  })
  expect(await decisionOf(opOf(3), authorizeOrder())).toMatchObject({ state: 'CANCELED' })
  expect(entries().at(-1)).toMatchObject({ sequence: before.length + 1 })
})

test('a void that came before its authorization closes no hold', async () => {
  expect(await decisionOf(opOf(2), laterOrder('void', opOf(1)))).toMatchObject({ state: 'APPROVED' })
  await decisionOf(opOf(1), authorizeOrder())
  expect(await decisionOf(opOf(3), captureOrder(opOf(1)))).toMatchObject({ state: 'APPROVED' })
})

describe('the journal', () => {
  test.each(['UPDATE journal SET amount = 1', 'DELETE FROM journal'])('refuses %s', async statement => {
    await decisionOf(opOf(1), authorizeOrder())
    const other = new DatabaseSync(join(folder, JOURNAL_FILE))
    expect(() => other.exec(statement)).toThrow('the journal only grows')
    other.close()
    expect(entries()).toHaveLength(1)
  })

  test('refuses a second decision of one operation', async () => {
    const decision = await decisionOf(opOf(1), authorizeOrder())
    expect(() => journal.appendDecision({ decision, order: authorizeOrder(), recordedAt: '' })).toThrow('UNIQUE')
  })

  test('is read in pages that join without a gap', async () => {
    for (let number = 1; number <= 5; number++) await book.cancel(opOf(number))
    expect(journal.page(0, 2)).toMatchObject({ entries: [{ sequence: 1 }, { sequence: 2 }], next: 2 })
    expect(journal.page(2, 3)).toMatchObject({
      entries: [{ sequence: 3 }, { sequence: 4 }, { sequence: 5 }],
      next: null,
    })
    expect(journal.page(5, 3)).toEqual({ entries: [], next: null })
  })
})

test('whatever comes, in whatever groups: the first decision of an id is the only one, and sequences have no gaps', async () => {
  const orders = [
    authorizeOrder(),
    authorizeOrder({ method: 'tok_lost_card' }),
    captureOrder(opOf(1), { amount: 5_000, finalCapture: false }),
    laterOrder('refund', opOf(1), { amount: 2_500 }),
    laterOrder('void', opOf(1)),
  ]
  const step = fc.record({ id: fc.integer({ min: 1, max: 8 }), act: fc.integer({ min: -1, max: orders.length - 1 }) })
  let base = 0
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(step, { maxLength: 6 }), { maxLength: 6 }), async groups => {
      base += 10
      const offset = journal.page(0, 100_000).entries.length
      const told = new Map<string, Set<string>>()
      const tell = (id: string, decision: object) =>
        told.set(id, (told.get(id) ?? new Set()).add(JSON.stringify(decision)))
      const perform = async ({ id, act }: { id: number; act: number }) => {
        const operation = opOf(base + id)
        if (act < 0) return tell(operation, await book.cancel(operation))
        const order = orders[act]!
        const authorizationId = order.authorizationId && opOf(base + 1)
        const outcome = await book.order(operation, { ...order, authorizationId })
        if (outcome.kind === 'decided') tell(operation, outcome.decision)
      }
      for (const group of groups) await Promise.all(group.map(perform))
      const written = journal.page(offset, 100_000).entries
      expect(written.map(({ sequence }) => sequence)).toEqual(written.map((_, index) => offset + index + 1))
      expect(written).toHaveLength(told.size)
      for (const decisions of told.values()) expect(decisions.size).toBe(1)
    }),
    { numRuns: 60 },
  )
})
