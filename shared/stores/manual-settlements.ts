/** The table `manual_settlement`: what people said of operations whose outcome the acquirer did not tell. */
import type { DecisionKind, HandOutcome } from '../contracts/lists.ts'
import type { AcquirerOrder, ManualSettlement, ManualSettlements, Transaction } from '../payments/ports.ts'
import type { Database } from './database.ts'
import { type OperationRow, operationOf, SELECT_OPERATION } from './operations.ts'

interface SettlementRow {
  operation_id: string
  payment_id: string
  attempt: number
  outcome: HandOutcome
  who: string
  reason: string
  settled_at: Date
}

const COLUMNS = 'operation_id, payment_id, attempt, outcome, who, reason, settled_at'

const settlementOf = (row: SettlementRow): ManualSettlement => ({
  operationId: row.operation_id,
  paymentId: row.payment_id,
  attempt: row.attempt,
  outcome: row.outcome,
  who: row.who,
  reason: row.reason,
  settledAtMs: row.settled_at.getTime(),
})

export class ManualSettlementTable implements ManualSettlements {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async insert(tx: Transaction, settlement: ManualSettlement): Promise<void> {
    const { operationId, paymentId, attempt, outcome, who, reason, settledAtMs } = settlement
    const row = [operationId, paymentId, attempt, outcome, who, reason, new Date(settledAtMs)]
    this.#database.insertLater(`INSERT INTO manual_settlement (${COLUMNS}) VALUES`, row, tx)
  }

  async unconfirmed(limit: number): Promise<Array<{ settlement: ManualSettlement; order: AcquirerOrder }>> {
    const rows = await this.#database.select<SettlementRow>(
      `SELECT ${COLUMNS} FROM manual_settlement WHERE acquirer_said IS NULL ORDER BY settled_at LIMIT ?`,
      [limit],
    )
    if (rows.length === 0) return []
    const operations = await this.#database.select<OperationRow>(`${SELECT_OPERATION} WHERE o.operation_id IN (?)`, [
      rows.map(row => row.operation_id),
    ])
    const orders = new Map(operations.map(row => [row.operation_id, operationOf(row)]))
    return rows.flatMap(row => {
      const order = orders.get(row.operation_id)
      return order === undefined ? [] : [{ settlement: settlementOf(row), order }]
    })
  }

  async confirm(operationId: string, decision: DecisionKind): Promise<void> {
    await this.#database.write(
      'UPDATE manual_settlement SET acquirer_said = ? WHERE operation_id = ? AND acquirer_said IS NULL',
      [decision, operationId],
    )
  }
}
