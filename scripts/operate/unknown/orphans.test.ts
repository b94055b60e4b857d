/** What `npm run unknown -- orphans` finds in a journal, and how it undoes it. */
import { describe, expect, test } from '@jest/globals'
import type { Connection } from 'mysql2/promise'
import type { JournalEntry } from '../../../shared/contracts/acquirer.ts'
import type { OperationKind } from '../../../shared/contracts/lists.ts'
import { createFakePorts } from '../../../shared/payments/fakes.ts'
import { readOrphans, release, undoingLines } from './orphans.ts'

const AT = '2026-01-02T03:04:05.000Z'

interface Approval {
  kind: OperationKind
  amount: number
  holdId?: string
  finalCapture?: boolean
}

const approved = (operationId: string, { kind, amount, holdId, finalCapture }: Approval): JournalEntry => ({
  type: 'decision',
  sequence: 1,
  operationId,
  order: {
    kind,
    amount,
    currency: 'KRW',
    method: 'tok_approve',
    authorizationId: holdId ?? null,
    finalCapture: finalCapture ?? null,
  },
  state: 'APPROVED',
  reason: null,
  decidedAt: AT,
  recordedAt: AT,
})

/** The database knows these operations. */
function orphansIn(entries: JournalEntry[], known: string[]) {
  const database = { query: async () => [known.map(id => ({ id }))] } as unknown as Connection
  const journal = {
    read: async (_after: number, onEntries: (read: JournalEntry[]) => void) => {
      onEntries(entries)
      return entries.length
    },
  }
  return readOrphans(database, journal)
}

const hold = approved('op_hold', { kind: 'authorize', amount: 10_000 })
const capture = approved('op_capture', { kind: 'capture', amount: 4_000, holdId: 'op_hold', finalCapture: false })

describe('orphans', () => {
  test('of a lost payment: the rest is voided and what was captured is refunded', async () => {
    const [undoing, ...others] = await orphansIn([hold, capture], [])
    expect(others).toEqual([])
    expect(undoing).toMatchObject({ holdId: 'op_hold', voidMinor: 6_000, refundMinor: 4_000 })
    expect(undoingLines(undoing!).at(-1)).toBe('  of hold op_hold: --release would void 6000 KRW and refund 4000 KRW')
  })

  test('of a payment that is known: its hold stays', async () => {
    expect(await orphansIn([hold, capture], ['op_hold'])).toMatchObject([{ voidMinor: 0, refundMinor: 4_000 }])
  })

  test('that give nothing back are listed', async () => {
    const refund = approved('op_refund', { kind: 'refund', amount: 4_000, holdId: 'op_hold' })
    const [undoing] = await orphansIn([hold, capture, refund], ['op_hold', 'op_capture'])
    expect(undoing).toMatchObject({ voidMinor: 0, refundMinor: 0 })
    expect(undoingLines(undoing!).at(-1)).toContain('nothing to give back')
  })

  test('are none once they were undone', async () => {
    const released = [
      approved('op_void', { kind: 'void', amount: 6_000, holdId: 'op_hold' }),
      approved('op_refund', { kind: 'refund', amount: 4_000, holdId: 'op_hold' }),
    ]
    expect(await orphansIn([hold, capture, ...released], [])).toEqual([])
    expect(await orphansIn([hold, capture, released[1]!], ['op_hold'])).toEqual([])
    expect(await orphansIn([hold, capture, released[1]!], [])).toMatchObject([{ voidMinor: 6_000, refundMinor: 0 }])
  })
})

test('release sends the orders to the acquirer, and counts what it did not approve', async () => {
  const ports = createFakePorts()
  ports.acquirer.script.submit.push({ kind: 'approved' }, { kind: 'declined', reason: 'lost_card' })
  const lines: string[] = []
  expect(await release(ports, await orphansIn([hold, capture], []), line => void lines.push(line))).toBe(1)
  expect(lines).toEqual([
    expect.stringMatching(/^op_\S+ {2}void 6000 KRW \(minor units\) of hold op_hold: approved$/),
    expect.stringMatching(/^op_\S+ {2}refund 4000 KRW \(minor units\) of hold op_hold: declined \(lost_card\)$/),
  ])
})
