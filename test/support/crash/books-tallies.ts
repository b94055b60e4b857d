/** What settled days have come to, counted by what it is: all of reconciliation, and what else settlement and the books write. */
import type { TestDatabase } from '../database.ts'
import { counted, type ReconTallies, reconTallies } from './recon-tallies.ts'

/** What an operator did twice, because the first time was killed, is no part of it. */
const queries = {
  payments: `SELECT entry_type, COUNT(*) AS count, SUM(amount) AS amount FROM ledger_entry WHERE payment_id IS NOT NULL
    GROUP BY entry_type`,
  batches: 'SELECT state, item_count, net, COUNT(*) AS count FROM settlement_batch GROUP BY state, item_count, net',
  attempts: `SELECT state, attempt, amount, COUNT(*) AS count FROM payout GROUP BY state, attempt, amount`,
  reserves: `SELECT 'held' AS what, COUNT(*) AS count, SUM(amount) AS amount, SUM(released) AS released, SUM(used) AS used
    FROM reserve_hold`,
  invoices: `SELECT state, COUNT(*) AS count, SUM(amount) AS amount, SUM(deducted) AS deducted, SUM(lost) AS lost
    FROM merchant_invoice GROUP BY state`,
  accounts: `SELECT state, COUNT(*) AS count FROM account_change WHERE state = 'APPROVED' GROUP BY state`,
  disputes: 'SELECT state, COUNT(*) AS count, SUM(amount) AS amount FROM dispute GROUP BY state',
  months: `SELECT 'closed' AS what, COUNT(*) AS count, SUM(CASE WHEN entry_count > 0 THEN 1 ELSE 0 END) AS filled FROM closed_month`,
  calendar: 'SELECT source, closed, COUNT(*) AS count FROM business_calendar GROUP BY source, closed',
  audited: `SELECT action, COUNT(*) AS count FROM audit_log
    WHERE action IN ('dispute.lost', 'month.closed', 'recon-file.imported', 'calendar.added') GROUP BY action`,
  told: `SELECT topic, COUNT(*) AS count FROM (SELECT topic FROM outbox_event UNION ALL SELECT topic FROM outbox_archive) AS told
    WHERE topic NOT LIKE 'recon.file-imported' GROUP BY topic`,
} as const

export async function booksTallies(database: TestDatabase): Promise<ReconTallies> {
  return { ...(await reconTallies(database)), ...(await counted(database, queries)) }
}
