/** What `npm run settle` prints of reserves, invoices and bank accounts, and of decisions about them. */
import { expect, test } from '@jest/globals'
import type { AccountChange, Invoice, ReserveHold } from '../../../shared/settlement/ports.ts'
import { accountLines, askedLines, outcomeLines } from './accounts.ts'
import { invoiceLines, loseLines } from './invoices.ts'
import { reserveLines } from './reserves.ts'

const SHOP = { merchantId: 'shop', currency: 'KRW' }
const hold: ReserveHold = {
  ...{ holdId: 'hld_1', ...SHOP, batchId: 'bat_1', amountMinor: 1_000, releasedMinor: 0, usedMinor: 400 },
  ...{ periodEnd: '2026-01-02', reserveDays: 5, calendar: 'KR', timezone: 'Asia/Seoul', releaseOn: '2026-01-09' },
  ...{ eventCount: 2, heldAtMs: 0 },
}
const invoice: Invoice = {
  ...{ invoiceId: 'inv_1', ...SHOP, amountMinor: 700, deductedMinor: 200, collectedMinor: 0, lostMinor: 0 },
  ...{ remainingMinor: 500, state: 'OPEN', negativeSince: '2026-01-02', eventCount: 2, invoicedAtMs: 0 },
}
const change: AccountChange = {
  ...{ changeId: 'chg_1', ...SHOP, accountToken: 'acct_new', state: 'APPROVED', askedBy: 'lee', askedAtMs: 0 },
  ...{ approvedBy: 'kim', approvedAtMs: 0, effectiveAtMs: 86_400_000 },
}

test('reserves', () => {
  expect(reserveLines([])).toEqual(['Nothing is held.'])
  expect(reserveLines([hold, { ...hold, releaseOn: null }]).slice(1)).toEqual([
    'hld_1    shop      KRW       bat_1    2026-01-09                       1000   600',
    'hld_1    shop      KRW       bat_1    year not loaded                  1000   600',
  ])
})

test('invoices', () => {
  expect(invoiceLines([])).toEqual(['There is no invoice.'])
  expect(invoiceLines([invoice])[1]).toBe(
    'inv_1    shop      KRW       2026-01-02      OPEN                    700      500',
  )
  expect(invoiceLines(Array.from({ length: 101 }, () => invoice)).at(-1)).toBe('… and more; these are the newest 100')
})

test('an invoice that is given up', () => {
  expect(loseLines('inv_1', { kind: 'lost', invoice, lostMinor: 500 })).toEqual([
    'inv_1 is LOST: 500 KRW in minor units.',
  ])
  expect(loseLines('inv_1', { kind: 'not_found' })).toEqual(['Nothing was done: there is none with this id.'])
  expect(loseLines('inv_1', { kind: 'not_open', state: 'PAID' })).toEqual(['Nothing was done: it is PAID.'])
})

test('bank accounts', () => {
  expect(accountLines([])).toEqual(['Nobody has asked for another account.'])
  const asked = { ...change, state: 'ASKED', approvedBy: null, approvedAtMs: null, effectiveAtMs: null } as const
  expect(accountLines([asked, change]).slice(1)).toEqual([
    'chg_1   shop      KRW       acct_new  ASKED     lee       -            -',
    'chg_1   shop      KRW       acct_new  APPROVED  lee       kim          1970-01-02T00:00:00.000Z',
  ])
  expect(askedLines(asked)).toEqual([
    'shop, KRW: acct_new waits for an approver who is another: npm run settle -- approve-account chg_1',
    'It is paid to 24 hours after that.',
  ])
})

test('decisions about a bank account', () => {
  expect(outcomeLines({ kind: 'approved', change })).toEqual([
    'shop, KRW: paid to acct_new from 1970-01-02T00:00:00.000Z on.',
  ])
  expect(outcomeLines({ kind: 'canceled', change })).toEqual(['chg_1 is CANCELED.'])
  for (const kind of ['not_found', 'own', 'taken'] as const)
    expect(outcomeLines({ kind })[0]).toMatch(/^Nothing was done/)
  expect(outcomeLines({ kind: 'too_late', state: 'CANCELED' })).toEqual(['Nothing was done: it is CANCELED.'])
})
