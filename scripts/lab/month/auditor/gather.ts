/** Copies of all that the auditor compares: from the acquirer and the bank over HTTP, from the database by SQL of its own. */
import type { Connection, RowDataPacket } from 'mysql2/promise'
import { journalPage } from '../../../../shared/contracts/acquirer.ts'
import { bankJournalPage } from '../../../../shared/contracts/bank.ts'
import { connectDatabase } from '../../../operate/connections.ts'
import type { EventFact, MonthFacts, SettledLine } from './facts.ts'

export interface MonthPlaces {
  databaseUrl: string
  acquirerUrl: string
  bankUrl: string
}

const queries = {
  payments: `SELECT payment_id AS paymentId, merchant_id AS merchantId, currency, fee_basis_points AS feeBasisPoints,
    fee_fixed AS feeFixed FROM payment`,
  events: `SELECT CONVERT(payload USING utf8mb4) AS payload FROM outbox_event WHERE topic IN ('payment.captured', 'payment.refunded')
    UNION ALL SELECT CONVERT(payload USING utf8mb4) FROM outbox_archive WHERE topic IN ('payment.captured', 'payment.refunded')`,
  refusedRefunds: `SELECT payment_id AS paymentId, amount, finished_at AS finishedAt FROM payment_operation
    WHERE kind = 'refund' AND state IN ('DECLINED', 'FAILED')`,
  terms: `SELECT merchant_id AS merchantId, currency, valid_from AS validFrom, vat_mode AS vatMode, refund_fee AS refundFee,
    dispute_fee AS disputeFee
    FROM settlement_terms ORDER BY valid_from`,
  entries: `SELECT entry_type AS type, debit_account AS debit, credit_account AS credit, subject_id AS subjectId, currency, amount
    FROM ledger_entry`,
  items: 'SELECT merchant_id AS merchantId, currency, type, net FROM settlement_item',
  payouts: 'SELECT payout_id AS payoutId, merchant_id AS merchantId, currency, amount, state FROM payout',
  breaks: `SELECT b.break_id AS breakId, b.class, COALESCE(l.match_key, e.match_key) AS matchKey,
    COALESCE(b.batch_ref, l.batch_ref) AS batchRef, b.payout_id AS payoutId, b.booked, b.remaining, b.currency, b.state
    FROM recon_break b LEFT JOIN recon_line l ON l.file_id = b.file_id AND l.line_no = b.line_no
    LEFT JOIN recon_expectation e ON e.expectation_id = b.expectation_id`,
  disputes: 'SELECT external_ref AS reference, amount, fee, state, closed_at AS closedAt FROM dispute',
} as const

/** Nothing may move meanwhile. Throws when one of the places cannot be read. */
export async function gatherMonth({ databaseUrl, acquirerUrl, bankUrl }: MonthPlaces): Promise<MonthFacts> {
  const database = await connectDatabase(databaseUrl)
  try {
    const tables: Record<string, unknown> = {}
    for (const [name, sql] of Object.entries(queries)) tables[name] = await rowsOf(database, sql)
    const events = (tables.events as { payload: string }[]).map(({ payload }) => JSON.parse(payload) as EventFact)
    const decisions = (await journalOf(acquirerUrl, journalPage)).filter(entry => entry.type === 'decision')
    const movements = (await journalOf(bankUrl, bankJournalPage)).filter(entry => entry.type === 'movement')
    const settled = await settledOf(acquirerUrl)
    return {
      ...(tables as Omit<MonthFacts, 'decisions' | 'movements' | 'settled' | 'events'>),
      events,
      decisions,
      movements,
      settled,
    }
  } finally {
    await database.end()
  }
}

async function rowsOf(database: Connection, sql: string): Promise<RowDataPacket[]> {
  const [rows] = await database.query<RowDataPacket[]>(sql)
  return rows
}

interface Page<Entry> {
  parse(value: unknown): { entries: Entry[]; next: number | null }
}

async function journalOf<Entry>(url: string, page: Page<Entry>): Promise<Entry[]> {
  const found: Entry[] = []
  for (let after: number | null = 0; after !== null; ) {
    const { entries, next }: { entries: Entry[]; next: number | null } = page.parse(
      await get(`${url}/journal?after=${after}`).then(each => each.json()),
    )
    found.push(...entries)
    after = next
  }
  return found
}

async function settledOf(acquirerUrl: string): Promise<SettledLine[]> {
  const lines: SettledLine[] = []
  for (let after: number | null = 0; after !== null; ) {
    const page = (await (await get(`${acquirerUrl}/settlements?after=${after}`)).json()) as {
      files: { name: string; batch: string; revision: number }[]
      next: number | null
    }
    for (const { name, ...file } of page.files)
      lines.push(...linesIn(file, await (await get(`${acquirerUrl}/settlements/${name}`)).text()))
    after = page.next
  }
  return lines
}

async function get(url: string): Promise<Response> {
  const response = await fetch(url)
  if (response.status !== 200) throw new Error(`${url} answers ${response.status}`)
  return response
}

/** The sandbox's file has no quotes, and a row for each line between the header and the total. */
const linesIn = ({ batch, revision }: { batch: string; revision: number }, csv: string): SettledLine[] =>
  csv
    .trimEnd()
    .split('\n')
    .slice(1, -1)
    .map(row => {
      const [line, kind = '', reference = '', soldOn = '', currency = '', ...amounts] = row.split(',')
      const [amount, fee, vat, net] = amounts.map(minorOf)
      const place = { batch, revision, line: Number(line), soldOn, currency }
      return { ...place, kind, reference, amount: amount!, fee: fee!, vat: vat!, net: net! }
    })

/** The decimals are those of the currency. */
const minorOf = (decimal: string): number => Number(decimal.replace('.', ''))
