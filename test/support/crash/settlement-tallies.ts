/** What settlement has come to, counted: for merchants, and at the bank. */
import { type BankJournalEntry, bankJournalPage } from '../../../shared/contracts/bank.ts'
import type { TestDatabase } from '../database.ts'
import { send } from '../http.ts'

const PAYMENTS = 'SELECT payment_id FROM payment WHERE merchant_id IN (:merchants)'
const PAYOUTS = 'SELECT payout_id FROM payout WHERE merchant_id IN (:merchants)'
const BATCHES = 'SELECT batch_id FROM settlement_batch WHERE merchant_id IN (:merchants)'

/** Files are no part of it: payouts that a killed run has left may share one, or not. */
const queries = {
  items: `SELECT type, batch_id IS NULL AS open, COUNT(*) AS count, SUM(net) AS net FROM settlement_item
    WHERE merchant_id IN (:merchants) GROUP BY type, open`,
  expectations: `SELECT kind, state, COUNT(*) AS count, SUM(amount) AS amount FROM recon_expectation
    WHERE payment_id IN (${PAYMENTS}) GROUP BY kind, state`,
  batches: `SELECT state, item_count, net, COUNT(*) AS count FROM settlement_batch
    WHERE merchant_id IN (:merchants) GROUP BY state, item_count, net`,
  payouts: `SELECT state, attempt, amount, file_id IS NULL AS unfiled, COUNT(*) AS count FROM payout
    WHERE merchant_id IN (:merchants) GROUP BY state, attempt, amount, unfiled`,
  ledger: `SELECT entry_type, COUNT(*) AS count, SUM(amount) AS amount FROM ledger_entry
    WHERE payment_id IN (${PAYMENTS}) OR subject_id IN (${PAYOUTS}) GROUP BY entry_type`,
  events: `SELECT topic, COUNT(*) AS count FROM outbox_event
    WHERE message_key IN (${PAYMENTS}) OR message_key IN (${BATCHES}) OR message_key IN (${PAYOUTS}) GROUP BY topic`,
} as const

/** Lines such as `payouts CONFIRMED 1 980000 0 1`, in order. */
export type Tallies = string[]

export async function talliesOf(database: TestDatabase, merchants: readonly string[]): Promise<Tallies> {
  const lines = Object.entries(queries).map(async ([name, sql]) => {
    const values = Array.from(sql.matchAll(/:merchants/g), () => merchants)
    const rows = await database.rows(sql.replaceAll(':merchants', '?'), values)
    return rows.map(row => [name, ...Object.values(row)].join(' '))
  })
  return (await Promise.all(lines)).flat().sort()
}

const tables = [
  ...['ledger_entry', 'settlement_item', 'recon_expectation', 'settlement_batch', 'payout', 'payout_file'],
  ...['outbox_event', 'audit_log'],
]

/** How many rows each table of settlement has. */
export async function rowCounts(database: TestDatabase): Promise<Record<string, number>> {
  const counts = tables.map(async table => [table, await database.count('SELECT COUNT(*) FROM ??', [table])] as const)
  return Object.fromEntries(await Promise.all(counts))
}

export interface AtBank {
  /** How often each payout was taken from a file, and how often money left for it. */
  taken: Map<string, number>
  paid: Map<string, number>
  /** Minor units. */
  paidMinor: number
  /** Of files that it took, by message id. */
  hashes: Map<string, string[]>
}

/** By its own journal. */
export async function atBank(bankUrl: string): Promise<AtBank> {
  const found: AtBank = { taken: new Map(), paid: new Map(), paidMinor: 0, hashes: new Map() }
  for (const entry of await journalOf(bankUrl)) {
    if (entry.type === 'payout') count(found.taken, entry.endToEndId)
    if (entry.type === 'file')
      found.hashes.set(entry.messageId, [...(found.hashes.get(entry.messageId) ?? []), entry.sha256])
    if (entry.type !== 'movement' || entry.kind !== 'payout') continue
    count(found.paid, entry.reference)
    found.paidMinor -= entry.amount
  }
  return found
}

const count = (counts: Map<string, number>, key: string): unknown => counts.set(key, (counts.get(key) ?? 0) + 1)

async function journalOf(bankUrl: string): Promise<BankJournalEntry[]> {
  const entries: BankJournalEntry[] = []
  for (let after: number | null = 0; after !== null; ) {
    const { json } = await send(bankUrl, { path: `/journal?after=${after}` })
    const page: ReturnType<typeof bankJournalPage.parse> = bankJournalPage.parse(json)
    entries.push(...page.entries)
    after = page.next
  }
  return entries
}
