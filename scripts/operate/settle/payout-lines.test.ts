/** What `npm run settle` prints of batches, payouts and files, and of decisions about them. */
import { describe, expect, test } from '@jest/globals'
import type { Payout, PayoutFile, SettlementBatch } from '../../../shared/settlement/ports.ts'
import { batchLines } from './batches.ts'
import { decisionLines } from './decide.ts'
import { fileLines, payoutLines } from './payouts.ts'
import { retry, retryLines } from './retry.ts'
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
  ...{ state: 'CLOSED', itemCount: 3, netMinor: 9_750, openedAtMs: 0, closedAtMs: 0, attemptsMax: 5 },
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

describe('a retry', () => {
  const lineOf = (outcome: Parameters<typeof retryLines>[1]) => retryLines('bat_1', outcome).join()

  test.each([
    [
      { kind: 'payable', accountToken: 'acct_pay' },
      'Attempt 6 is made within a minute, to acct_pay, and waits for an approval: npm run settle -- files',
    ],
    [
      { kind: 'waits', untilMs: 0 },
      'Attempt 6 is made from 1970-01-01T00:00:00.000Z on, and waits for an approval then.',
    ],
    [{ kind: 'waits', untilMs: undefined }, expect.stringContaining('npm run settle -- calendar')],
    [{ kind: 'held' }, expect.stringContaining('when its merchant is held no longer')],
    [{ kind: 'no_account' }, expect.stringContaining('when its merchant has a bank account')],
    [{ kind: 'too_large' }, expect.stringContaining('None is made')],
  ] as const)('of a batch that stands as %j says when it is paid', (standing, when) => {
    const lines = retryLines('bat_1', { kind: 'retried', attempt: 6, standing })
    expect(lines.map(line => line.replace('bat_1 may have 6 payouts. ', ''))).toEqual([when])
  })

  test('says why nothing was done', () => {
    expect(lineOf({ kind: 'attempts_left', attempt: 2, standing: { kind: 'held' } })).toMatch(
      /^Nothing was done: it has attempts left\. Attempt 2 is made/,
    )
    expect(lineOf({ kind: 'not_found' })).toMatch(/^Nothing was done: there is none/)
    expect(lineOf({ kind: 'not_closed', state: 'PAID' })).toMatch(/^Nothing was done: it is PAID,/)
    const living = { ...payout, state: 'SENT' as const }
    expect(lineOf({ kind: 'living', payout: living })).toBe('Nothing was done: its payout out_1 is SENT.')
    expect(lineOf({ kind: 'too_many' })).toBe('Nothing was done: it has had 100 payouts, and none may have more.')
  })

  test('wants a batch, and why', async () => {
    expect(() => chosen(['retry', 'bat_1'], {})).toThrow('retry wants --reason.')
    await expect(retry.run({ words: ['out_1'], flags: {} } as never)).rejects.toThrow('out_1 is no batch')
  })
})
