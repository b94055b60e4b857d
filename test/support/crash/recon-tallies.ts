/** What reconciliation has come to, counted by what it is, so that two cells of different days can be compared. */
import type { TestDatabase } from '../database.ts'

/** The last columns are numbers, from `count` on; what stands before them says what is counted. */
const queries = {
  files: `SELECT 'acquirer' AS kind, state, COUNT(*) AS count, SUM(line_count) AS total_lines FROM recon_file
    WHERE source_id = 'acquirer' GROUP BY state`,
  lines: `SELECT source_id, kind, state, COUNT(*) AS count, SUM(net) AS net FROM recon_line GROUP BY source_id, kind, state`,
  breaks: `SELECT class, state, COUNT(*) AS count, SUM(booked) AS booked, SUM(remaining) AS remaining FROM recon_break
    GROUP BY class, state`,
  actions: `SELECT action, COUNT(*) AS count, SUM(COALESCE(amount, 0)) AS amount FROM recon_break_action GROUP BY action`,
  allocations: `SELECT subject_kind, COUNT(*) AS count, SUM(amount) AS amount FROM recon_allocation GROUP BY subject_kind`,
  batches: `SELECT 'of the acquirer' AS what, COUNT(*) AS count, SUM(net) AS net, SUM(allocated) AS allocated, SUM(moved) AS moved
    FROM recon_batch`,
  expectations:
    'SELECT kind, state, COUNT(*) AS count, SUM(amount) AS amount FROM recon_expectation GROUP BY kind, state',
  ledger: `SELECT entry_type, COUNT(*) AS count, SUM(amount) AS amount FROM ledger_entry WHERE payment_id IS NULL GROUP BY entry_type`,
  payouts: 'SELECT state, COUNT(*) AS count, SUM(amount) AS amount FROM payout GROUP BY state',
  settlements: 'SELECT state, COUNT(*) AS count, SUM(net) AS net FROM settlement_batch GROUP BY state',
  items: 'SELECT type, COUNT(*) AS count, SUM(net) AS net FROM settlement_item GROUP BY type',
  events: `SELECT topic, COUNT(*) AS count FROM (SELECT topic FROM outbox_event UNION ALL SELECT topic FROM outbox_archive) AS told
    WHERE topic LIKE 'payout.%' OR (topic LIKE 'recon.%' AND topic <> 'recon.file-imported') GROUP BY topic`,
} as const

/** Numbers by what is counted. */
export type ReconTallies = Record<string, number[]>

export const reconTallies = (database: TestDatabase): Promise<ReconTallies> => counted(database, queries)

/** As `queries`: what stands before the column `count` says what is counted. */
export async function counted(database: TestDatabase, queriesByName: Record<string, string>): Promise<ReconTallies> {
  const lines = Object.entries(queriesByName).map(async ([name, sql]) => {
    const rows = await database.rows<Record<string, unknown>>(sql, [])
    return rows.map(row => {
      const columns = Object.keys(row)
      const first = columns.indexOf('count')
      const what = columns.slice(0, first).map(column => row[column])
      return [[name, ...what].join(' '), columns.slice(first).map(column => Number(row[column] ?? 0))] as const
    })
  })
  return Object.fromEntries((await Promise.all(lines)).flat())
}

/** What was added; what stayed is left out. */
export function since(before: ReconTallies, after: ReconTallies): ReconTallies {
  const grown = Object.entries(after).map(([what, numbers]) => [
    what,
    numbers.map((number, place) => number - (before[what]?.[place] ?? 0)),
  ]) as [string, number[]][]
  return Object.fromEntries(grown.filter(([, numbers]) => numbers.some(number => number !== 0)).sort())
}
