/** The table `recon_line`. Nothing but its state and expectation changes, and only lines of a rejected file are deleted. */
import type { ReconLineState } from '../contracts/lists.ts'
import type { Transaction } from '../payments/ports.ts'
import type { ReconLine, ReconLineKind, ReconLines } from '../reconciliation/ports.ts'
import type { Database } from './database.ts'
import { dayIn } from './days.ts'

export interface ReconLineRow {
  file_id: string
  line_no: number
  source_id: string
  line_key: string
  content_hash: string
  match_key: string
  kind: ReconLineKind
  amount: number
  fee: number
  vat: number
  net: number
  currency: string
  batch_ref: string | null
  booked_on: Date
  value_on: Date | null
  party_account: string | null
  remittance: string | null
  state: ReconLineState
  expectation_id: string | null
}

export const RECON_LINE_COLUMNS = `file_id, line_no, source_id, line_key, content_hash, match_key, kind, amount, fee, vat, net, currency,
  batch_ref, booked_on, value_on, party_account, remittance, state, expectation_id`

export const reconLineOf = (row: ReconLineRow): ReconLine => ({
  fileId: row.file_id,
  lineNo: row.line_no,
  sourceId: row.source_id,
  lineKey: row.line_key,
  contentHash: row.content_hash,
  matchKey: row.match_key,
  kind: row.kind,
  amountMinor: row.amount,
  feeMinor: row.fee,
  vatMinor: row.vat,
  netMinor: row.net,
  currency: row.currency,
  batchRef: row.batch_ref,
  bookedOn: dayIn(row.booked_on),
  valueOn: row.value_on && dayIn(row.value_on),
  partyAccount: row.party_account,
  remittance: row.remittance,
  state: row.state,
  expectationId: row.expectation_id,
})

export class ReconLineTable implements ReconLines {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async insert(tx: Transaction, lines: readonly ReconLine[]): Promise<void> {
    for (const line of lines) {
      const row = [
        ...[line.fileId, line.lineNo, line.sourceId, line.lineKey, line.contentHash, line.matchKey, line.kind],
        ...[line.amountMinor, line.feeMinor, line.vatMinor, line.netMinor, line.currency, line.batchRef],
        ...[line.bookedOn, line.valueOn, line.partyAccount, line.remittance, line.state, line.expectationId],
      ]
      this.#database.insertLater(`INSERT INTO recon_line (${RECON_LINE_COLUMNS}) VALUES`, row, tx)
    }
  }

  async list(
    fileId: string,
    { afterLine, limit, states }: { afterLine: number; limit: number; states?: readonly ReconLineState[] },
    tx?: Transaction,
  ): Promise<ReconLine[]> {
    const [ofStates, given] = states === undefined ? ['', []] : ['AND state IN (?)', [states]]
    const rows = await this.#database.select<ReconLineRow>(
      `SELECT ${RECON_LINE_COLUMNS} FROM recon_line WHERE file_id = ? AND line_no > ? ${ofStates} ORDER BY line_no LIMIT ?`,
      [fileId, afterLine, ...given, limit],
      tx,
    )
    return rows.map(reconLineOf)
  }

  async countByState(fileId: string): Promise<Partial<Record<ReconLineState, number>>> {
    const rows = await this.#database.select<{ state: ReconLineState; count: number }>(
      'SELECT state, COUNT(*) AS count FROM recon_line WHERE file_id = ? GROUP BY state',
      [fileId],
    )
    return Object.fromEntries(rows.map(({ state, count }) => [state, count]))
  }

  async sums(fileId: string, { afterLine, toLine }: { afterLine: number; toLine: number }) {
    const rows = await this.#database.select<{ currency: string; count: number; net: string | number }>(
      `SELECT currency, COUNT(*) AS count, SUM(net) AS net FROM recon_line WHERE file_id = ? AND line_no > ? AND line_no <= ?
       GROUP BY currency ORDER BY currency`,
      [fileId, afterLine, toLine],
    )
    return rows.map(({ currency, count, net }) => ({ currency, count, netMinor: BigInt(net) }))
  }

  deleteLast(tx: Transaction, fileId: string, limit: number): Promise<number> {
    return this.#database.write(
      'DELETE FROM recon_line WHERE file_id = ? ORDER BY line_no DESC LIMIT ?',
      [fileId, limit],
      tx,
    )
  }
}
