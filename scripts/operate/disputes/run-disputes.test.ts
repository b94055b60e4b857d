/** Which action of `npm run disputes` is meant, what it wants, and the lines that it prints. */
import { describe, expect, test } from '@jest/globals'
import type { Payment } from '../../../shared/domain/payment.ts'
import { listedDispute } from '../../../shared/settlement/fake-dispute-reader.ts'
import { WrongArguments } from '../../terminal/command.ts'
import { disputeIdIn } from './disputes-action.ts'
import { disputeLines } from './list.ts'
import { loseLine } from './lose.ts'
import { chosen, disputesActions } from './run-disputes.ts'
import { showLines } from './show.ts'

const by = { reason: 'the goods were never sent' }
const dispute = listedDispute(1, { feeMinor: 300 })
const { disputeId, externalRef, paymentId } = dispute

describe('the action', () => {
  test.each([
    [[], 'list', [], { state: 'OPEN', merchant: 'shop' }],
    [['list'], 'list', [], {}],
    [['show', disputeId], 'show', [disputeId], {}],
    [['lose', disputeId], 'lose', [disputeId], by],
  ] as const)('%j is %s', (typed, name, words, flags) => {
    expect(chosen(typed, flags)).toMatchObject({ action: disputesActions[name], words })
  })

  test('wants an operator where a dispute is given up', () => {
    expect(disputesActions.lose).toMatchObject({ changes: true, role: 'operator' })
    expect([disputesActions.list!.changes, disputesActions.show!.changes]).toEqual([false, false])
  })

  test.each([
    [['win'], {}, 'there is no win'],
    [['show'], {}, 'show wants one more word'],
    [['lose', disputeId], {}, 'lose wants --reason.'],
    [['show', disputeId], { state: 'OPEN' }, 'show takes no --state.'],
    [['list', disputeId], {}, `list does not know ${disputeId}.`],
  ] as const)('%j with %j is refused', (typed, flags, message) => {
    expect(() => chosen(typed, flags)).toThrow(message)
    expect(() => chosen(typed, flags)).toThrow(WrongArguments)
  })

  test('a word that is no dispute is refused', () => {
    expect(disputeIdIn(disputeId)).toBe(disputeId)
    expect(() => disputeIdIn('brk_1')).toThrow(WrongArguments)
  })
})

describe('what it prints', () => {
  test('of many, and of none', () => {
    expect(disputeLines([])).toEqual(['There is no such dispute.'])
    const [heads, row] = disputeLines([dispute])
    expect(heads!.split(/ {2,}/)).toEqual([
      ...['dispute', 'state', 'merchant', 'payment', 'opened', 'currency', 'amount (minor units)', 'fee'],
    ])
    const opened = '1970-01-01T00:00:00.000Z'
    expect(row!.split(/ {2,}/)).toEqual([disputeId, 'OPEN', 'shop', paymentId, opened, 'KRW', '10000', '300'])
  })

  test('of more than are shown, that there are more', () => {
    const many = Array.from({ length: 201 }, (_, index) => listedDispute(index))
    expect(disputeLines(many)).toHaveLength(202)
    expect(disputeLines(many).at(-1)).toBe('… and more; these are the newest 200')
    expect(disputeLines(many.slice(1))).toHaveLength(201)
  })

  test('of one that is open, with its payment and what to type next', () => {
    const payment = disputedPayment()
    expect(showLines(dispute, payment)).toEqual([
      `${disputeId}  OPEN, by acquirer: 10000 KRW of shop (minor units)`,
      'opened 1970-01-01T00:00:00.000Z (virtual time); it costs the merchant 300',
      `capture ${externalRef}`,
      `payment ${payment.paymentId}, COMPLETED: captured 12000, refunded 500, disputed 10000`,
      'A line `chargeback_won` of the acquirer wins it. When nobody fights for it any longer:',
      `  npm run disputes -- lose ${disputeId} --reason TEXT`,
    ])
  })

  test('of one that was won: nothing more', () => {
    const lines = showLines({ ...dispute, state: 'WON', closedAtMs: 60_000 }, null)
    expect(lines[1]).toContain(', closed 1970-01-01T00:01:00.000Z (virtual time)')
    expect(lines.slice(3)).toEqual(['It is WON: nothing more can be done with it.'])
  })

  test('of giving one up', () => {
    const lost = { kind: 'lost', dispute: { ...dispute, state: 'LOST', closedAtMs: 1 } } as const
    expect(loseLine(disputeId, lost)).toBe(`${disputeId} is LOST: 10000 KRW (minor units) stay with the card holder.`)
    expect(loseLine(disputeId, { kind: 'not_open', state: 'WON' })).toBe('Nothing was done: it is WON.')
    expect(loseLine(disputeId, { kind: 'not_found' })).toContain('there is no such dispute')
  })
})

function disputedPayment(): Payment {
  return {
    ...{ paymentId, merchantId: 'shop', orderId: null, status: 'COMPLETED', amountMinor: 12_000 },
    ...{
      currency: 'KRW',
      capturedMinor: 12_000,
      refundedMinor: 500,
      disputedMinor: 10_000,
      paymentMethod: 'tok_approve',
    },
    ...{ feeSchedule: null, pendingOperationId: null, eventCount: 2, shard: 0, captureBeforeMs: null },
    ...{ createdAtMs: 0, updatedAtMs: 0 },
  }
}
