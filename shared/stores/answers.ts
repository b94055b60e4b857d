/** The table `idem_response_cache`: the stored answer of every key. */
import type { Answer, AnswerKeeper, Answers, Claim, StoredAnswer, Transaction } from '../payments/ports.ts'
import type { Database } from './database.ts'

/** All null until the answer is known. */
export interface FinishedColumns {
  status_code: number | null
  content_type: string | null
  body: Buffer | null
  finished_at: Date | null
}

interface AnswerRow extends FinishedColumns {
  fingerprint: string
  canonical_request: string
  operation_id: string | null
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
    this.#database.updateEachLater(
      'idem_response_cache FORCE INDEX (PRIMARY)',
      {
        status_code: statusCode,
        content_type: contentType,
        body: Buffer.from(body, 'utf8'),
        finished_at: new Date(row.nowMs),
      },
      { key: { merchant_id: row.merchantId, idempotency_key: row.key }, and: 'status_code IS NULL' },
      tx,
    )
  }

  prune(finishedAtMsMax: number, limit: number): Promise<number> {
    return this.#database.write('DELETE FROM idem_response_cache WHERE finished_at <= ? ORDER BY finished_at LIMIT ?', [
      new Date(finishedAtMsMax),
      limit,
    ])
  }

  async find(merchantId: string, key: string): Promise<StoredAnswer | undefined> {
    const [row] = await this.#database.select<AnswerRow>(
      `SELECT fingerprint, canonical_request, operation_id, status_code, content_type, body, finished_at
       FROM idem_response_cache
       WHERE merchant_id = ? AND idempotency_key = ?`,
      [merchantId, key],
    )
    if (row === undefined) return undefined
    return {
      fingerprint: row.fingerprint,
      canonicalRequest: row.canonical_request,
      operationId: row.operation_id,
      finished: finishedOf(row),
    }
  }
}

export function finishedOf(row: FinishedColumns): StoredAnswer['finished'] {
  const { status_code: statusCode, content_type: contentType, body, finished_at: finishedAt } = row
  if (statusCode === null || contentType === null || body === null || finishedAt === null) return undefined
  return { answer: { statusCode, contentType, body: body.toString('utf8') }, finishedAtMs: finishedAt.getTime() }
}
