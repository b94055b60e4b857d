/** What `npm run settle` prints of batches, payouts and files, and of decisions about them. */
import { describe, expect, test } from '@jest/globals'
import type { Payout, PayoutFile, SettlementBatch } from '../../../shared/settlement/ports.ts'
import { batchLines } from './batches.ts'
import { decisionLines } from './decide.ts'
import { fileLines, payoutLines } from './payouts.ts'
import { chosen, settleActions } from './run-settle.ts'

const batch: SettlementBatch = {
  ...{
    batchId: 'bat_1',
    merchantId: 'shop',
    currency: 'KRW',
    periodEnd: '2026-01-02',
    sequence: 1,
    dueOn: '2026-01-06',
  },
  ...{ state: 'CLOSED', itemCount: 3, netMinor: 9_750, openedAtMs: 0, closedAtMs: 0 },
}
const payout: Payout = {
  ...{ payoutId: 'out_1', batchId: 'bat_1', attempt: 2, merchantId: 'shop', currency: 'KRW', amountMinor: 9_750 },
  ...{ accountToken: 'acct_pay', state: 'FAILED', fileId: 'pof_1', bankRef: null, failure: 'account closed' },
  ...{ eventCount: 3, askAtMs: 0, createdAtMs: 0, updatedAtMs: 0 },
}
const file: PayoutFile = {
  ...{
    fileId: 'pof_1',
    currency: 'KRW',
    executeOn: '2026-01-06',
    payoutCount: 1,
    totalMinor: 9_750,
    state: 'APPROVED',
  },
  ...{ sha256: null, preparedAtMs: 0, approvedBy: 'kim', approvedAtMs: 0, failure: null, askAtMs: 0 },
}

test('batches', () => {
  expect(batchLines([])).toEqual(['There is no batch.'])
  expect(batchLines([batch])).toEqual([
    'batch  merchant  currency  period to   due         state   items  net (minor units)',
    'bat_1  shop      KRW       2026-01-02  2026-01-06  CLOSED      3               9750',
  ])
  expect(batchLines(Array(101).fill(batch)).at(-1)).toBe('… and more; these are the newest 100')
})

test('payouts and files', () => {
  expect(payoutLines([])).toEqual(['There is no payout.'])
  expect(payoutLines([payout])[1]).toBe(
    'out_1   shop      KRW              9750  FAILED        2  pof_1  account closed',
  )
  expect(fileLines([])).toEqual(['There is no payout file.'])
  expect(fileLines([file])[1]).toBe('pof_1  2026-01-06  KRW             1         9750  APPROVED  kim')
})

describe('a decision', () => {
  test('says what was done, or why nothing was', () => {
    expect(decisionLines({ kind: 'decided', file })).toEqual(['pof_1 is APPROVED: 1 payouts.'])
    expect(decisionLines({ kind: 'decided', payout })).toEqual(['out_1 is FAILED.'])
    expect(decisionLines({ kind: 'not_found' })[0]).toMatch(/^Nothing was done/)
    expect(decisionLines({ kind: 'too_late', state: 'SENT' })).toEqual(['Nothing was done: it is SENT.'])
    expect(decisionLines({ kind: 'changing' })[0]).toMatch(/^Nothing was done/)
  })

  test('wants a file or a payout, and why', () => {
    expect(() => chosen(['approve', 'pof_1'], {})).toThrow('approve wants --reason.')
    expect(() => chosen(['cancel'], { reason: 'x' })).toThrow('cancel wants one more word')
    expect(chosen(['files'], {}).action).toBe(settleActions.files)
  })
})
