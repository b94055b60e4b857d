/** Three months that are closed, and are what their entries add up to. For tests only. */
import type { MonthFigures } from './month-invariants.ts'

/** Corruptions happen to it. */
export interface SampleMonth {
  month: string
  closed: { knownUntilMs: number; entries: number; closedBy: string } | null
  auditedBy: string[]
  closerRole: string | null
  foundEntries: number
  accounts: { account: string; currency: string; kept: MonthFigures; found: MonthFigures }[]
}

const figures = (account: string, debits: bigint, credits: bigint) => ({
  ...{ account, currency: 'KRW' },
  ...{ kept: { debits, credits }, found: { debits, credits } },
})

export const sampleMonths = (): SampleMonth[] =>
  ['2026-09', '2026-10', '2026-11'].map((month, place) => ({
    month,
    closed: { knownUntilMs: Date.UTC(2026, 9 + place, 2), entries: 1, closedBy: 'kim' },
    auditedBy: ['kim'],
    closerRole: 'approver',
    foundEntries: 1,
    accounts: [figures('acquirer_receivable', 10_000n, 0n), figures('merchant_payable:shop', 0n, 10_000n)],
  }))
