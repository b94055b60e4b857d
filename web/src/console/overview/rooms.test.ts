import { describe, expect, test } from '@jest/globals'
import { type ReconOverviewView, sampleReconOverview } from '../../../../shared/contracts/break-views.ts'
import type { FundsView } from '../../../../shared/contracts/routes/list-funds.ts'
import { samplePayoutFile } from '../../../../shared/contracts/settlement-views.ts'
import { breaksFigure, fundsFigure, payoutFilesFigure } from './rooms.ts'

describe('open breaks', () => {
  const breaksOf = (currency: string, byAge: ReconOverviewView['open'][number]['byAge']) => ({
    ...{ ...sampleReconOverview().open[0]!, currency, byAge },
    count: Object.values(byAge).reduce((sum, count) => sum + count, 0),
  })

  test('are counted over classes and currencies, and those that are older than a business day again', () => {
    const open = [
      breaksOf('KRW', { '0-1': 4, '2-5': 1, '6-20': 2, '>20': 3 }),
      breaksOf('USD', { '0-1': 1, '2-5': 0, '6-20': 0, '>20': 0 }),
    ]
    expect(breaksFigure({ ...sampleReconOverview(), open })).toEqual({ tone: 'undecided', open: 11, old: 6 })
  })

  test('are good where there is none', () => {
    expect(breaksFigure({ open: [], suspense: [], files: [] })).toEqual({ tone: 'good', open: 0, old: 0 })
  })
})

describe('payout files that wait', () => {
  const newer = { ...samplePayoutFile(), fileId: 'pfl_2' }
  const older = { ...samplePayoutFile(), fileId: 'pfl_1' }

  test('are amber, with the oldest of them, which comes last', () => {
    const figure = payoutFilesFigure({ items: [newer, older], nextCursor: null })
    expect(figure).toEqual({ tone: 'undecided', waiting: 2, atLeast: false, oldest: older })
  })

  test('are so many at least where there are more, and the oldest is not known', () => {
    const figure = payoutFilesFigure({ items: [newer, older], nextCursor: 'more' })
    expect(figure).toEqual({ tone: 'undecided', waiting: 2, atLeast: true, oldest: undefined })
  })

  test('are good where there is none', () => {
    expect(payoutFilesFigure({ items: [], nextCursor: null })).toMatchObject({ tone: 'good', waiting: 0 })
  })
})

describe('required funds', () => {
  const rowOf = (row: Partial<FundsView['days'][number]>) => ({
    ...{ day: '2026-11-27', currency: 'KRW', required: '100', safeguarded: '100', missing: '0' },
    ...{ statementDay: '2026-11-27', calculatedAt: '2026-11-27T15:05:00.412Z', ...row },
  })

  test('are judged by the newest day, and what is missing of them by currency', () => {
    const days = [
      rowOf({}),
      rowOf({ currency: 'USD', missing: '7', statementDay: '2026-11-26' }),
      rowOf({ day: '2026-11-26', missing: '9' }),
    ]
    expect(fundsFigure({ days })).toEqual({
      ...{ tone: 'undecided', day: '2026-11-27', missing: [{ currency: 'USD', missing: '7' }] },
      statementDay: '2026-11-26',
    })
  })

  test('that were missing only before are whole', () => {
    const days = [rowOf({}), rowOf({ day: '2026-11-26', missing: '9' })]
    expect(fundsFigure({ days })).toMatchObject({ tone: 'good', missing: [] })
  })

  test('have no statement where one currency has none', () => {
    const days = [rowOf({}), rowOf({ currency: 'USD', missing: '7', statementDay: null })]
    expect(fundsFigure({ days })).toMatchObject({ tone: 'undecided', statementDay: null })
  })

  test('of no day are good', () => {
    expect(fundsFigure({ days: [] })).toEqual({ tone: 'good', day: undefined, missing: [], statementDay: null })
  })
})
