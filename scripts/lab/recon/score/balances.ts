/** Checks the accounts after a run by statements of its own: against what the generator counted, and against the tables beside them. */
import type { Connection, RowDataPacket } from 'mysql2/promise'
import { currencies } from '../generate/money.ts'
import { accounts, type Balances } from '../generate/truth.ts'

/** What differs, in words. */
export async function checkBalances(database: Connection, expected: Balances): Promise<string[]> {
  return [...(await againstGenerator(database, expected)), ...(await againstTables(database))]
}

async function numbersOf(database: Connection, sql: string): Promise<Map<string, string>> {
  const [rows] = await database.query<RowDataPacket[]>(sql)
  return new Map(rows.map(row => [String(row.name), String(row.amount)]))
}

/** Debits less credits, by account and currency; those of all merchants together. */
const BALANCES = `SELECT CONCAT(account, ' ', currency) AS name, CAST(SUM(amount) AS CHAR) AS amount FROM (
    SELECT SUBSTRING_INDEX(debit_account, ':', 1) AS account, currency, amount FROM ledger_entry
    UNION ALL SELECT SUBSTRING_INDEX(credit_account, ':', 1), currency, -amount FROM ledger_entry
  ) AS moved GROUP BY account, currency`

async function againstGenerator(database: Connection, expected: Balances): Promise<string[]> {
  const found = await numbersOf(database, BALANCES)
  const pairs = currencies.flatMap(currency => accounts.map(account => ({ currency, account })))
  return pairs.flatMap(({ currency, account }) => {
    const wanted = expected[currency][account]
    const has = found.get(`${account} ${currency}`) ?? '0'
    return has === String(wanted) ? [] : [`${account} has ${has} ${currency}, not ${wanted}`]
  })
}

interface Rule {
  name: string
  /** Rows of what differs: name and amount. */
  sql: string
}

/** Items and ledger entries have the same names. */
const OF_DISPUTES = "('chargeback', 'chargeback_won', 'dispute_fee')"

const rules: Rule[] = [
  {
    name: 'recon_suspense is what remains of each break, and nothing else',
    sql: `SELECT subject AS name, CAST(SUM(amount) AS CHAR) AS amount FROM (
        SELECT COALESCE(subject_id, '') AS subject, currency, amount FROM ledger_entry WHERE debit_account = 'recon_suspense'
        UNION ALL SELECT COALESCE(subject_id, ''), currency, -amount FROM ledger_entry WHERE credit_account = 'recon_suspense'
        UNION ALL SELECT break_id, currency, -remaining FROM recon_break
      ) AS both_sides GROUP BY subject, currency HAVING SUM(amount) <> 0 LIMIT 5`,
  },
  {
    name: 'acquirer_receivable is what is expected and not settled',
    sql: `SELECT currency AS name, CAST(SUM(amount) AS CHAR) AS amount FROM (
        SELECT currency, amount FROM ledger_entry WHERE debit_account = 'acquirer_receivable'
        UNION ALL SELECT currency, -amount FROM ledger_entry WHERE credit_account = 'acquirer_receivable'
        UNION ALL SELECT currency, -amount FROM recon_expectation WHERE state <> 'SETTLED'
      ) AS both_sides GROUP BY currency HAVING SUM(amount) <> 0`,
  },
  {
    name: 'cash_in_transit is what is left of the batches of the acquirer',
    sql: `SELECT currency AS name, CAST(SUM(amount) AS CHAR) AS amount FROM (
        SELECT currency, amount FROM ledger_entry WHERE debit_account = 'cash_in_transit'
        UNION ALL SELECT currency, -amount FROM ledger_entry WHERE credit_account = 'cash_in_transit'
        UNION ALL SELECT currency, -(net - allocated - moved) FROM recon_batch
      ) AS both_sides GROUP BY currency HAVING SUM(amount) <> 0`,
  },
  {
    name: 'payout_in_transit is what was sent and not paid',
    sql: `SELECT currency AS name, CAST(SUM(amount) AS CHAR) AS amount FROM (
        SELECT currency, amount FROM ledger_entry WHERE debit_account = 'payout_in_transit'
        UNION ALL SELECT currency, -amount FROM ledger_entry WHERE credit_account = 'payout_in_transit'
        UNION ALL SELECT currency, amount FROM payout WHERE state IN ('CREATED', 'APPROVED', 'SENT', 'CONFIRMED')
      ) AS both_sides GROUP BY currency HAVING SUM(amount) <> 0`,
  },
  {
    name: 'cash is what the last statement closes with',
    sql: `SELECT CONCAT(account, ' ', currency) AS name, CAST(SUM(amount) AS CHAR) AS amount FROM (
        SELECT debit_account AS account, currency, amount FROM ledger_entry WHERE debit_account LIKE 'cash%'
        UNION ALL SELECT credit_account, currency, -amount FROM ledger_entry WHERE credit_account LIKE 'cash%'
        UNION ALL SELECT s.account, t.currency, -t.closing FROM recon_file_total t
          JOIN recon_file f ON f.file_id = t.file_id JOIN recon_source s ON s.source_id = f.source_id
          WHERE s.kind = 'bank' AND f.state = 'DONE' AND NOT EXISTS (
            SELECT 1 FROM recon_file later JOIN recon_file_total of_later ON of_later.file_id = later.file_id
            WHERE later.source_id = f.source_id AND later.state = 'DONE' AND later.day > f.day AND of_later.currency = t.currency)
      ) AS both_sides WHERE account IN ('cash', 'cash_safeguarded') GROUP BY account, currency HAVING SUM(amount) <> 0`,
  },
  {
    name: 'a payment has disputed what its disputes say',
    sql: `SELECT payment_id AS name, CAST(SUM(amount) AS CHAR) AS amount FROM (
        SELECT payment_id, disputed_amount AS amount FROM payment WHERE disputed_amount <> 0
        UNION ALL SELECT payment_id, -amount FROM dispute WHERE state <> 'WON'
      ) AS both_sides GROUP BY payment_id HAVING SUM(amount) <> 0 LIMIT 5`,
  },
  {
    name: 'a merchant is owed for disputes what its items say',
    sql: `SELECT CONCAT(merchant, ' ', currency, ' ', type) AS name, CAST(SUM(amount) AS CHAR) AS amount FROM (
        SELECT CONCAT('merchant_payable:', merchant_id) AS merchant, currency, type, net AS amount FROM settlement_item
          WHERE type IN ${OF_DISPUTES}
        UNION ALL SELECT debit_account, currency, entry_type, amount FROM ledger_entry
          WHERE entry_type IN ${OF_DISPUTES} AND debit_account LIKE 'merchant_payable:%'
        UNION ALL SELECT credit_account, currency, entry_type, -amount FROM ledger_entry
          WHERE entry_type IN ${OF_DISPUTES} AND credit_account LIKE 'merchant_payable:%'
      ) AS both_sides GROUP BY merchant, currency, type HAVING SUM(amount) <> 0 LIMIT 5`,
  },
  {
    name: 'each dispute has its steps in the ledger',
    sql: `SELECT dispute_id AS name, CAST(SUM(amount) AS CHAR) AS amount FROM (
        SELECT dispute_id, IF(state = 'WON', 2, 1) * amount + fee AS amount FROM dispute
        UNION ALL SELECT subject_id, -amount FROM ledger_entry WHERE entry_type IN ${OF_DISPUTES}
      ) AS both_sides GROUP BY dispute_id HAVING SUM(amount) <> 0 LIMIT 5`,
  },
  {
    name: 'every line is matched, broken or repeated',
    sql: `SELECT file_id AS name, CAST(COUNT(*) AS CHAR) AS amount FROM recon_line WHERE state = 'READ' GROUP BY file_id LIMIT 5`,
  },
  {
    name: 'a line is allocated no more than it has',
    sql: `SELECT CONCAT(l.file_id, ':', l.line_no) AS name, CAST(SUM(a.amount) AS CHAR) AS amount
      FROM recon_allocation a JOIN recon_line l ON l.file_id = a.file_id AND l.line_no = a.line_no
      GROUP BY l.file_id, l.line_no, l.amount HAVING ABS(SUM(a.amount)) > ABS(l.amount) LIMIT 5`,
  },
]

async function againstTables(database: Connection): Promise<string[]> {
  const problems: string[] = []
  for (const { name, sql } of rules)
    for (const [subject, amount] of await numbersOf(database, sql)) problems.push(`${name}: ${subject} ${amount}`)
  return problems
}
