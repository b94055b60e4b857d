/** Which action of `npm run breaks` is meant, what it wants, and the lines that it prints. */
import { describe, expect, test } from '@jest/globals'
import type { AgedBreaks } from '../../../shared/reconciliation/age-of-breaks.ts'
import type { BreakContext, ReconBreak, ReconBreakAction } from '../../../shared/reconciliation/ports.ts'
import { WrongArguments } from '../../terminal/command.ts'
import { decisionLine, refusalTexts } from './act.ts'
import { breakLines } from './list.ts'
import { overviewLines } from './overview.ts'
import { reportRows } from './report.ts'
import { breaksActions, chosen } from './run-breaks.ts'
import { correctionLine, showLines } from './show.ts'

const BREAK_ID = `brk_${'0'.repeat(25)}1`

const made: ReconBreak = {
  ...{
    breakId: BREAK_ID,
    subject: 'rcf_1:17',
    class: 'AMOUNT_UNDER',
    sourceId: 'acquirer',
    fileId: 'rcf_1',
    lineNo: 17,
  },
  ...{
    expectationId: 'exp_1',
    payoutId: null,
    batchRef: null,
    differences: { amount: { expected: 10_000, found: 9_000 } },
  },
  ...{
    bookedMinor: 1_000,
    remainingMinor: 600,
    currency: 'KRW',
    openedOn: '2026-01-02',
    openedAtMs: 0,
    closedAtMs: null,
  },
  ...{ state: 'ASSIGNED', assignee: 'kim', version: 3, eventCount: 2 },
}
const proposal: ReconBreakAction = {
  ...{ breakId: BREAK_ID, sequence: 3, actor: 'kim', action: 'propose', account: 'cash_in_transit', target: 'ACQ-1' },
  ...{ amountMinor: 600, reason: 'they paid the rest', eventId: null, atMs: 0 },
}
const context: BreakContext = {
  file: { name: 'ACQ-1.csv', externalId: 'ACQ-1', revision: 1 },
  line: {
    ...{ fileId: 'rcf_1', lineNo: 17, sourceId: 'acquirer', lineKey: 'ACQ-1:17', matchKey: 'op_1', kind: 'capture' },
    ...{ amountMinor: 9_000, feeMinor: 150, vatMinor: 15, netMinor: 8_835, currency: 'KRW', batchRef: 'ACQ-1' },
    ...{ bookedOn: '2026-01-02', valueOn: null, partyAccount: null, remittance: null, expectationId: 'exp_1' },
  },
  expectation: {
    ...{ expectationId: 'exp_1', sourceId: 'acquirer', matchKey: 'op_1', kind: 'capture', eventId: 'evt_1' },
    ...{ paymentId: 'pay_1', amountMinor: 10_000, feeMinor: 150, vatMinor: 15, currency: 'KRW', dueOn: '2026-01-06' },
  },
  operation: { operationId: 'op_1', kind: 'capture', state: 'SUCCEEDED', paymentId: 'pay_1', merchantId: 'shop' },
}
const by = { reason: 'seen' }
const ageOf = () => 6

describe('the action', () => {
  test.each([
    [[], 'overview', [], {}],
    [['list'], 'list', [], { class: 'FEE' }],
    [['give-up', 'brk_1'], 'give-up', ['brk_1'], by],
    [['assign', 'brk_1', 'Lee'], 'assign', ['brk_1', 'Lee'], by],
  ] as const)('%j is %s', (typed, name, words, flags) => {
    expect(chosen(typed, flags)).toMatchObject({ action: breaksActions[name], words })
  })

  test('wants an operator, and an approver where something is booked', () => {
    const changing = Object.entries(breaksActions).flatMap(([name, action]) =>
      action.changes ? [[name, action.role]] : [],
    )
    expect(Object.fromEntries(changing)).toEqual({
      ...{ assign: 'operator', note: 'operator', propose: 'operator', close: 'operator', 'give-up': 'operator' },
      ...{ approve: 'approver', refuse: 'approver' },
    })
  })

  test.each([
    [['resolve'], by, 'there is no resolve'],
    [['show'], {}, 'show wants one more word'],
    [['approve', 'brk_1'], {}, 'approve wants --reason.'],
    [['approve', 'brk_1'], { ...by, amount: 1 }, 'approve takes no --amount.'],
    [['list', 'brk_1'], {}, 'list does not know brk_1.'],
  ] as const)('%j with %j is refused', (typed, flags, message) => {
    expect(() => chosen(typed, flags)).toThrow(message)
    expect(() => chosen(typed, flags)).toThrow(WrongArguments)
  })
})

describe('what it prints', () => {
  test('of all open breaks, and of recon_suspense', () => {
    const aged: AgedBreaks = {
      ...{ class: 'FEE', currency: 'KRW', count: 3, remainingMinor: -50n, absoluteMinor: 250n, oldestDays: 6 },
      byAge: { '0-1': 2, '2-5': 0, '6-20': 1, '>20': 0 },
    }

    expect(overviewLines([], [])).toEqual(['There is no open break.'])
    expect(overviewLines([aged], [{ currency: 'KRW', balanceMinor: -50n }])).toEqual([
      'class  currency  open  0-1 days  2-5 days  6-20 days  >20 days  remaining  in all',
      'FEE    KRW          3         2         0          1         0        -50     250',
      'recon_suspense holds -50 KRW (minor units, debit positive): what the open breaks hold.',
    ])
    expect(overviewLines([], [{ currency: 'USD', balanceMinor: 7n }])[1]).toContain(
      'the open breaks hold 0: `npm run verify`',
    )
  })

  test('of a list', () => {
    expect(breakLines([], ageOf)).toEqual(['There is no such break.'])
    expect(
      breakLines([made, { ...made, closedAtMs: 1, state: 'RESOLVED', remainingMinor: 0 }], ageOf).slice(1),
    ).toEqual([
      `${BREAK_ID}  AMOUNT_UNDER  ASSIGNED  acquirer  2026-01-02     6  KRW             600  kim`,
      `${BREAK_ID}  AMOUNT_UNDER  RESOLVED  acquirer  2026-01-02        KRW               0  kim`,
    ])
    expect(breakLines(Array(201).fill(made), ageOf).at(-1)).toBe('… and more; these are the first 200')
  })

  test('of one break: what was expected, found, done, and what is next', () => {
    expect(showLines(made, [proposal], context, ageOf)).toEqual([
      `${BREAK_ID}  AMOUNT_UNDER of acquirer, ASSIGNED (kim), version 3`,
      'opened 2026-01-02, open for 6 business days, for the lead; about rcf_1:17',
      'put 1000 KRW on recon_suspense, 600 remain (minor units, debit positive)',
      'amount: expected 10000, found 9000',
      'line 17 of ACQ-1.csv: capture op_1; amount 9000, fee 150, VAT 15, net 8835 KRW; day 2026-01-02; batch ACQ-1',
      'operation op_1: capture, SUCCEEDED; payment pay_1 of merchant shop',
      'expectation exp_1: capture op_1; amount 10000, fee 150, VAT 15 KRW; due 2026-01-06; payment pay_1',
      '   at (virtual)              who  action   amount  account                why',
      '3  1970-01-01T00:00:00.000Z  kim  propose     600  cash_in_transit ACQ-1  they paid the rest',
      'Next:',
      `  npm run breaks -- propose ${BREAK_ID} --to ACCOUNT --reason TEXT`,
    ])
    expect(showLines({ ...made, state: 'PROPOSED' }, [proposal], context, ageOf).slice(-3)).toEqual([
      'kim proposes 600 KRW to cash_in_transit ACQ-1. Another person, an approver:',
      `  npm run breaks -- approve ${BREAK_ID} --reason TEXT`,
      `  npm run breaks -- refuse ${BREAK_ID} --reason TEXT`,
    ])
  })

  test('of a correction that it may settle', () => {
    const correction: Parameters<typeof correctionLine>[0] = {
      ...{ expectationId: 'exp_2', sourceId: 'acquirer', matchKey: 'brk_2:4', kind: 'correction', eventId: 'evt_1' },
      ...{ paymentId: null, amountMinor: -600, feeMinor: 0, vatMinor: 0, currency: 'KRW', dueOn: '2026-01-06' },
    }
    expect(correctionLine(correction)).toBe(
      'It may be the correction exp_2 (-600, due 2026-01-06, of brk_2:4): --to acquirer_receivable --target exp_2',
    )
  })

  test.each([
    [{ remainingMinor: 0, class: 'MISSING_THERE' }, `  npm run breaks -- give-up ${BREAK_ID} --reason TEXT`],
    [{ remainingMinor: 0, class: 'DATE' }, `  npm run breaks -- close ${BREAK_ID} --reason TEXT`],
    [{ closedAtMs: 1, state: 'WRITTEN_OFF' }, 'It is WRITTEN_OFF: nothing more can be done with it.'],
  ] as const)('what is next of %j', (given, line) => {
    const nothing = { file: null, line: null, expectation: null, operation: null }
    expect(showLines({ ...made, ...given }, [], nothing, ageOf).at(-1)).toBe(line)
  })

  test('of a decision: what was done, or what to do instead', () => {
    const acted = (changed: Partial<ReconBreak>) =>
      decisionLine({ kind: 'acted', changed: { ...made, ...changed }, action: proposal })

    expect(acted({})).toBe(`${BREAK_ID} is ASSIGNED (kim), 600 KRW remain (minor units).`)
    expect(acted({ state: 'PROPOSED' })).toContain(`npm run breaks -- approve ${BREAK_ID}`)
    expect(acted({ state: 'RESOLVED', closedAtMs: 1 })).toBe(`${BREAK_ID} is RESOLVED.`)
    for (const text of Object.values(refusalTexts)) expect(text).toMatch(/\.$|\?$/)
    expect(decisionLine({ kind: 'refused', reason: 'own_proposal' })).toMatch(/^Nothing was done: you have proposed it/)
  })
})

describe('the report', () => {
  const readerOf = (breaks: readonly ReconBreak[]) => ({ list: async () => [...breaks] })
  const rowsOf = async (lang: 'en' | 'ko', ...breaks: ReconBreak[]) => {
    const rows: (readonly string[])[] = []
    for await (const row of reportRows(readerOf(breaks), { lang }, ageOf, { count: 0 })) rows.push(row)
    return rows
  }

  test('has a row for each, with amounts in the own unit of the currency', async () => {
    const dollars = { ...made, currency: 'USD', bookedMinor: -1_999, assignee: '=cmd()' }
    expect((await rowsOf('en', made, dollars)).slice(1)).toEqual([
      [
        ...[
          BREAK_ID,
          'AMOUNT_UNDER',
          'less than expected',
          'assigned',
          'acquirer',
          'rcf_1:17',
          '2026-01-02',
          '6',
          '6-20',
        ],
        ...['lead', 'kim', 'KRW', '1000', '600', '10000', '9000'],
      ],
      [
        ...[
          BREAK_ID,
          'AMOUNT_UNDER',
          'less than expected',
          'assigned',
          'acquirer',
          'rcf_1:17',
          '2026-01-02',
          '6',
          '6-20',
        ],
        ...['lead', "'=cmd()", 'USD', '-19.99', '6.00', '100.00', '90.00'],
      ],
    ])
  })

  test('has as many heads as cells, in both languages', async () => {
    for (const lang of ['en', 'ko'] as const) {
      const [heads, cells] = await rowsOf(lang, made)
      expect(heads).toHaveLength(cells!.length)
    }
    expect((await rowsOf('ko', made))[1]).toContain('금액 부족')
  })

  test('says what differs, whatever it is', async () => {
    const found = async (differences: ReconBreak['differences']) =>
      (await rowsOf('en', { ...made, differences }))[1]!.slice(-2)
    expect(await found({ currency: { expected: 'KRW', found: 'USD' } })).toEqual(['KRW', 'USD'])
    expect(await found({ day: { expected: '2026-01-06', found: '2026-01-09' } })).toEqual(['2026-01-06', '2026-01-09'])
    expect(await found({ fee: { expected: 150, found: -10 } })).toEqual(['150', '-10'])
    expect(await found({ status: 'DECLINED' })).toEqual(['DECLINED', ''])
    expect(await found({})).toEqual(['', ''])
  })
})
