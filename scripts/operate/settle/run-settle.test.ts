/** Which action of `npm run settle` is meant, what it wants, and the lines that it prints. */
import { describe, expect, test } from '@jest/globals'
import { fakeTerms } from '../../../shared/payments/fakes.ts'
import { WrongArguments } from '../../terminal/command.ts'
import { calendarLines } from './calendar.ts'
import { overviewLines, usedUpLines } from './overview.ts'
import { chosen, settleActions } from './run-settle.ts'
import { changesIn, outcomeLines, termsLines } from './terms.ts'

const by = { reason: 'a contract' }

describe('the action', () => {
  test.each([
    [[], 'overview', []],
    [['terms'], 'terms', []],
    [['terms', 'shop'], 'terms', ['shop']],
    [['calendar', '2027'], 'calendar', ['2027']],
  ])('%j is %s', (typed, name, words) => {
    expect(chosen(typed, {})).toEqual({ action: settleActions[name], words, reason: undefined })
  })

  test('that changes something wants to know why', () => {
    expect(chosen(['terms', 'set', 'shop'], by)).toEqual({
      action: settleActions['terms set'],
      words: ['shop'],
      reason: 'a contract',
    })
    expect(() => chosen(['terms', 'set', 'shop'], {})).toThrow('terms set wants --reason.')
  })

  test('wants an operator, and where money leaves an approver', () => {
    const changing = Object.entries(settleActions).flatMap(([name, action]) =>
      action.changes ? [[name, action.role]] : [],
    )
    expect(Object.fromEntries(changing)).toEqual({
      ...{ 'terms set': 'operator', 'calendar add': 'operator' },
      ...{
        approve: 'approver',
        'approve-account': 'approver',
        cancel: 'operator',
        retry: 'approver',
        lose: 'approver',
        safeguard: 'operator',
      },
    })
  })

  test.each([
    [['toString'], {}, 'there is no toString'],
    [['overview', 'x'], {}, 'overview does not know x.'],
    [['terms', 'shop', 'x'], {}, 'terms does not know x.'],
    [['terms', 'set'], by, 'terms set wants one more word'],
    [['calendar', 'add'], by, 'calendar add wants one more word'],
    [[], by, 'overview takes no --reason.'],
    [['terms'], { refundFee: 'keep' }, 'terms takes no --refund-fee.'],
    [['calendar', 'add', '2027-01-01'], { ...by, delay: 1 }, 'calendar add takes no --delay.'],
  ] as const)('%j with %j is refused', (typed, flags, message) => {
    expect(() => chosen(typed, flags)).toThrow(message)
    expect(() => chosen(typed, flags)).toThrow(WrongArguments)
  })
})

describe('the changes of terms', () => {
  test('are what the flags say, and nothing else', () => {
    expect(changesIn({ ...by, currency: 'KRW', vat: 'inclusive', payoutMin: 0 })).toEqual({
      vatMode: 'inclusive',
      payoutMinMinor: 0,
    })
    expect(changesIn({ reserveBp: 1_000, reserveDays: 120, invoiceAfter: 'never', disputeFee: 0 })).toEqual({
      reserveBasisPoints: 1_000,
      reserveDays: 120,
      invoiceAfterDays: null,
      disputeFeeMinor: 0,
    })
    expect(changesIn({ hold: 'fraud' })).toEqual({ heldReason: 'fraud' })
    expect(changesIn({ release: true })).toEqual({ heldReason: null })
    expect(changesIn({ account: 'acct_pay' })).toEqual({})
  })

  test('are refused when there are none, and when they contradict each other', () => {
    expect(() => changesIn(by)).toThrow('terms set wants something that changes.')
    expect(() => changesIn({ account: 'acct_pay', from: 'soon' })).toThrow('--from does not go with --account alone')
    expect(() => changesIn({ hold: 'fraud', release: true })).toThrow('--hold and --release do not go together.')
  })
})

describe('what it prints', () => {
  test('of what is owed', () => {
    const sum = { merchantId: 'shop', currency: 'KRW', itemCount: 3, netMinor: -250, nextDueOn: null, undatedCount: 2 }

    expect(overviewLines([])).toEqual(['Nobody is owed anything that is in no batch.'])
    expect(overviewLines([{ ...sum, nextDueOn: '2026-12-01', undatedCount: 0 }, sum])).toEqual([
      'merchant  currency  net (minor units)  items  next due',
      'shop      KRW                    -250      3  2026-12-01',
      'shop      KRW                    -250      3  -           2 without a due date: load the year, npm run settle -- calendar',
    ])
  })

  test('of batches that nothing pays any more', () => {
    const batch = { batchId: 'bat_1', merchantId: 'shop', currency: 'KRW', netMinor: 9_000 }
    expect(usedUpLines([batch])).toEqual([
      'bat_1 of shop (9000 KRW) has used up its payouts: npm run settle -- payouts bat_1 says why, -- retry bat_1 allows another',
    ])
  })

  test('of terms', () => {
    const terms = { ...fakeTerms, merchantId: 'shop', currency: 'KRW', validFromMs: 0, heldReason: 'fraud' }
    const text =
      'cycle D, 2 business days of KR, cut-off 24:00 Asia/Seoul, VAT none, fee on refund: keep, payouts of 0 or more, to acct_pay'

    expect(termsLines([terms], fakeTerms)).toEqual([
      'merchant    currency  from                      terms',
      `shop        KRW       1970-01-01T00:00:00.000Z  ${text}, HELD: fraud`,
      `all others                                      ${text}`,
    ])
    expect(outcomeLines({ kind: 'set', terms, later: [{ ...terms, heldReason: null }] })).toEqual([
      `shop, KRW: from 1970-01-01T00:00:00.000Z on ${text}, HELD: fraud.`,
      `Then from 1970-01-01T00:00:00.000Z on, as was written before: ${text}.`,
    ])
    expect(outcomeLines({ kind: 'taken', fromMs: 0 })[0]).toMatch(/^Nothing was done/)
    expect(outcomeLines({ kind: 'too_early', earliestMs: 0 })[0]).toMatch(/^Nothing was done/)
  })

  test('of a year', () => {
    const newYear = {
      ...{ day: '2027-01-01', closed: true, name: '1월 1일' },
      source: 'a package',
      addedBy: 'migration',
    }

    expect(calendarLines('KR', '2027', [{ ...newYear, version: 1 }])).toEqual([
      'day                 version  source     added by   name',
      '2027-01-01  closed        1  a package  migration  1월 1일',
    ])
    expect(calendarLines('KR', '2028', [])).toEqual([
      'KR does not know 2028: nothing is due in it until its first of January is added. Add that day last.',
    ])
  })
})
