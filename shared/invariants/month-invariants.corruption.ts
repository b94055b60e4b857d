/** Corruptions of closed months. For tests only. */
import type { monthInvariants } from './month-invariants.ts'
import type { PlantedFor } from './planted.corruption.ts'

/** The running system has two closed months without entries: 2000-01 and 2000-02. */
const IN_JANUARY = "occurred_at = '2000-01-15 00:00:00.000', recorded_at = '2000-01-15 00:00:00.000'"
const BEFORE = "occurred_at = '1999-06-15 00:00:00.000', recorded_at = '2000-02-10 00:00:00.000'"

export const monthCorruptions: PlantedFor<(typeof monthInvariants)[number]['name']> = {
  'closed-months': {
    samples: [
      {
        what: 'a changed figure',
        row: '2026-10 merchant_payable:shop KRW',
        inTotals: ({ closedMonths }) => {
          closedMonths[1]!.accounts[1]!.kept.credits++
        },
      },
      {
        what: 'a month with an entry that was slipped in',
        row: '2026-09',
        inTotals: ({ closedMonths }) => {
          closedMonths[0]!.foundEntries++
        },
      },
      {
        what: 'a month that is missing between two',
        row: '2026-11',
        inTotals: ({ closedMonths }) => {
          closedMonths.splice(1, 1)
        },
      },
      {
        what: 'a month of which only figures are left',
        row: '2026-11',
        inTotals: ({ closedMonths }) => {
          closedMonths[2]!.closed = null
        },
      },
      {
        what: 'a month that was known no later than the one before',
        row: '2026-11',
        inTotals: ({ closedMonths }) => {
          closedMonths[2]!.closed!.knownUntilMs = closedMonths[1]!.closed!.knownUntilMs
        },
      },
      {
        what: 'a month that nobody has closed by the audit log',
        row: '2026-10',
        inTotals: ({ closedMonths }) => {
          closedMonths[1]!.auditedBy = []
        },
      },
      {
        what: 'a month that was closed by somebody who may not',
        row: '2026-10',
        inTotals: ({ closedMonths }) => {
          closedMonths[1]!.closerRole = 'operator'
        },
      },
    ],
    system: [
      {
        what: 'a figure without entries',
        tables: ['closed_month_account'],
        inTables: ["INSERT INTO closed_month_account VALUES ('2000-01', 'cash', 'KRW', 1, 0)"],
        offender: /^2000-01 cash KRW$/,
      },
      {
        what: 'an entry that was slipped in',
        payment: 'captured',
        sql: [`UPDATE ledger_entry SET ${IN_JANUARY} WHERE payment_id = :payment AND entry_type = 'fee'`],
        offender: /^2000-01$/,
      },
      {
        what: 'an entry of days before all, recorded while the second month was open',
        payment: 'captured',
        sql: [`UPDATE ledger_entry SET ${BEFORE} WHERE payment_id = :payment AND entry_type = 'fee'`],
        offender: /^2000-02$/,
      },
      {
        what: 'a month that was removed',
        tables: ['closed_month'],
        inTables: ["DELETE FROM closed_month WHERE month = '2000-01'"],
        offender: /^2000-01$/,
      },
      {
        what: 'a month that was put in, with a gap before it',
        tables: ['closed_month'],
        inTables: [
          "INSERT INTO closed_month VALUES ('2000-04', '2000-05-05 00:00:00.000', 0, 0, 'kim', 'approved', '2000-05-06 00:00:00.000')",
        ],
        offender: /^2000-04$/,
      },
    ],
  },
}
