/** What the overview says of settlement and reconciliation, made of what their own pages read. */
import type { ReconOverviewView } from '../../../../shared/contracts/break-views.ts'
import { ageNames } from '../../../../shared/contracts/lists.ts'
import type { PayoutFileListView } from '../../../../shared/contracts/routes/find-payout-files.ts'
import type { FundsView } from '../../../../shared/contracts/routes/list-funds.ts'
import { type Tone, toneOf } from './figures.ts'

export type Room = 'breaks' | 'payoutFiles' | 'funds'

export interface BreaksFigure {
  tone: Tone
  open: number
  /** Open for more than one business day. */
  old: number
}

export function breaksFigure({ open }: ReconOverviewView): BreaksFigure {
  const openCount = open.reduce((sum, { count }) => sum + count, 0)
  const olderAges = ageNames.filter(age => age !== '0-1')
  const old = open.reduce((sum, { byAge }) => sum + olderAges.reduce((older, age) => older + byAge[age], 0), 0)
  return { tone: toneOf({ undecided: openCount > 0 }), open: openCount, old }
}

export interface PayoutFilesFigure {
  tone: Tone
  waiting: number
  /** There are more than were read: the oldest is not among them. */
  atLeast: boolean
  oldest: PayoutFileListView['items'][number] | undefined
}

/** Of the files that wait for an approver, the newest first. */
export function payoutFilesFigure({ items, nextCursor }: PayoutFileListView): PayoutFilesFigure {
  const atLeast = nextCursor !== null
  return {
    tone: toneOf({ undecided: items.length > 0 }),
    waiting: items.length,
    atLeast,
    oldest: atLeast ? undefined : items.at(-1),
  }
}

export interface FundsFigure {
  tone: Tone
  /** The newest that was calculated; undefined: none was. */
  day: string | undefined
  /** Only what is more than nothing, by currency. */
  missing: { currency: string; missing: string }[]
  /** The oldest statement that any of its currencies goes by; null: one has none. */
  statementDay: string | null
}

/** `days`: newest first, of a day one a currency. */
export function fundsFigure({ days }: FundsView): FundsFigure {
  const day = days[0]?.day
  const rows = days.filter(row => row.day === day)
  const missing = rows.filter(row => row.missing !== '0').map(({ currency, missing }) => ({ currency, missing }))
  const statementDays = rows.map(({ statementDay }) => statementDay ?? '').sort()
  return { tone: toneOf({ undecided: missing.length > 0 }), day, missing, statementDay: statementDays[0] || null }
}
