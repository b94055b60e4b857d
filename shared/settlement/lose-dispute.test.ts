/** Giving up a dispute: once, with a reason, and without money. */
import { describe, expect, test } from '@jest/globals'
import { disputeEvent } from '../contracts/settlement-events.ts'
import { FakeDatabase, shuffledTurns } from '../payments/fake-store.ts'
import { disputeOf, FakeDisputes } from './fake-disputes.ts'
import { createPayoutPorts } from './fake-payouts.ts'
import { loseDispute } from './lose-dispute.ts'
import type { Dispute } from './ports.ts'

const { disputeId, paymentId } = disputeOf()
const by = { actor: 'Kim', reason: 'the goods were never sent' }

async function portsWith(given: Partial<Dispute> = {}, db = new FakeDatabase()) {
  const ports = { ...createPayoutPorts(db), disputes: new FakeDisputes(db) }
  await ports.transactions.run('dispute', tx => ports.disputes.insert(tx, disputeOf(given)))
  return ports
}

const told = ({ outbox }: Awaited<ReturnType<typeof portsWith>>) =>
  outbox.table.rows().map(({ payload }) => disputeEvent.parse(JSON.parse(payload)))

describe('loseDispute', () => {
  test('an open one is lost, told and audited, and nothing is booked', async () => {
    const ports = await portsWith()
    ports.clock.advanceVirtual(60_000)
    const atMs = ports.clock.virtualNowMs()
    expect(await loseDispute(ports, disputeId, by)).toEqual({
      kind: 'lost',
      dispute: disputeOf({ state: 'LOST', eventCount: 2, closedAtMs: atMs }),
    })

    expect(ports.disputes.table.rows()).toMatchObject([{ state: 'LOST', eventCount: 2, closedAtMs: atMs }])
    expect(told(ports)).toMatchObject([
      { eventType: 'dispute.lost', sequence: 2, dispute: { disputeId, amount: 4_000, state: 'LOST' } },
    ])
    expect(ports.auditLog.table.rows()).toMatchObject([
      { ...by, action: 'dispute.lost', subject: disputeId, details: { paymentId, amount: 4_000 } },
    ])
    expect(ports.settlementLedger.table.rows()).toEqual([])
    expect(ports.items.table.rows()).toEqual([])
  })

  test.each(['LOST', 'WON'] as const)('one that is %s stays so', async state => {
    const ports = await portsWith({ state, closedAtMs: Date.UTC(2026, 0, 2) })
    expect(await loseDispute(ports, disputeId, by)).toEqual({ kind: 'not_open', state })
    expect(told(ports)).toEqual([])
    expect(ports.auditLog.table.rows()).toEqual([])
  })

  test('one that is not there is not found', async () => {
    expect(await loseDispute(await portsWith(), 'dsp_2', by)).toEqual({ kind: 'not_found' })
  })

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('of two at once one loses it, seed %i', async seed => {
    const ports = await portsWith({}, new FakeDatabase(shuffledTurns(seed)))
    const other = { ...ports, ids: createPayoutPorts(new FakeDatabase(), { seed: 100_000 }).ids }
    const outcomes = await Promise.all([loseDispute(ports, disputeId, by), loseDispute(other, disputeId, by)])
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['lost', 'not_open'])
    expect(told(ports)).toHaveLength(1)
    expect(ports.auditLog.table.rows()).toHaveLength(1)
  })
})
