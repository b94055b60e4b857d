/** The table `idem_response_cache`: the stored answer of every key. */
import type { Answer, AnswerKeeper, Answers, Claim, StoredAnswer, Transaction } from '../payments/ports.ts'
import type { Database } from './database.ts'

interface AnswerRow {
  fingerprint: string
  canonical_request: string
  operation_id: string | null
  status_code: number | null
  content_type: string | null
  body: Buffer | null
}

export class AnswerTable implements Answers, AnswerKeeper {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async open(
    tx: Transaction,
    row: Claim & { merchantId: string; operationId: string | null; nowMs: number },
  ): Promise<void> {
    this.#database.insertLater(
      'INSERT INTO idem_response_cache (merchant_id, idempotency_key, operation_id, fingerprint, canonical_request, created_at) VALUES',
      [row.merchantId, row.key, row.operationId, row.fingerprint, row.canonicalRequest, new Date(row.nowMs)],
      tx,
    )
  }

  async moveTo(tx: Transaction, row: { merchantId: string; key: string; operationId: string }): Promise<void> {
    this.#database.writeLater(
      'UPDATE idem_response_cache SET operation_id = ? WHERE merchant_id = ? AND idempotency_key = ?',
      [row.operationId, row.merchantId, row.key],
      tx,
    )
  }

  async finish(
    tx: Transaction,
    row: { merchantId: string; key: string; answer: Answer; nowMs: number },
  ): Promise<void> {
    const { statusCode, contentType, body } = row.answer
    // The row may have been pruned while the operation was pending; the operation still refuses the key then.
    this.#database.writeLater(
      `UPDATE idem_response_cache SET status_code = ?, content_type = ?, body = ?, finished_at = ?
       WHERE merchant_id = ? AND idempotency_key = ? AND status_code IS NULL`,
      [statusCode, contentType, Buffer.from(body, 'utf8'), new Date(row.nowMs), row.merchantId, row.key],
      tx,
    )
  }

  prune(finishedBeforeMs: number, limit: number): Promise<number> {
    return this.#database.write('DELETE FROM idem_response_cache WHERE finished_at < ? ORDER BY finished_at LIMIT ?', [
      new Date(finishedBeforeMs),
      limit,
    ])
  }

  async find(merchantId: string, key: string): Promise<StoredAnswer | undefined> {
    const [row] = await this.#database.select<AnswerRow>(
      `SELECT fingerprint, canonical_request, operation_id, status_code, content_type, body FROM idem_response_cache
       WHERE merchant_id = ? AND idempotency_key = ?`,
      [merchantId, key],
    )
    if (row === undefined) return undefined
    return {
      fingerprint: row.fingerprint,
      canonicalRequest: row.canonical_request,
      operationId: row.operation_id,
      answer: answerOf(row),
    }
  }
}

function answerOf(row: AnswerRow): Answer | undefined {
  if (row.status_code === null || row.content_type === null || row.body === null) return undefined
  return { statusCode: row.status_code, contentType: row.content_type, body: row.body.toString('utf8') }
}
