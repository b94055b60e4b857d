/** Operators and the audit log in memory. A transaction that throws leaves nothing behind. */
import { createHash } from 'node:crypto'
import { DependencyUnavailableError, type Transaction } from '../../shared/payments/ports.ts'
import type { OperatorPorts } from '../../shared/settlement/operators.ts'
import type { AuditEntry, Operator } from '../../shared/settlement/ports.ts'

const NOW_MS = Date.UTC(2026, 10, 29)

export function createOperatorPorts() {
  const rows = { operators: [] as Operator[], entries: [] as AuditEntry[] }
  const state = { refusesEntries: false }
  let made = 0
  const tx: Transaction = { kind: 'transaction' }
  const ports = {
    transactions: {
      areSeparate: true,
      async run(_subject, work) {
        const kept = structuredClone(rows)
        try {
          return await work(tx)
        } catch (error) {
          Object.assign(rows, kept)
          throw error
        }
      },
    },
    operators: {
      list: async () => rows.operators.toSorted((one, other) => (one.name < other.name ? -1 : 1)),
      ofToken: async tokenHash => rows.operators.find(operator => operator.tokenHash === tokenHash),
      insert: async (_tx, operator) => void rows.operators.push(operator),
      update: async (_tx, operator) => {
        rows.operators = rows.operators.map(each => (each.operatorId === operator.operatorId ? operator : each))
      },
    },
    operatorTokens: {
      next: () => `opk_${String(++made).padStart(43, '0')}`,
      hashOf: token => createHash('sha256').update(token).digest('hex'),
    },
    auditLog: {
      append: async (_tx, entry) => {
        if (state.refusesEntries) throw new DependencyUnavailableError('the log is away')
        rows.entries.push(entry)
      },
    },
    clock: { nowMs: () => NOW_MS },
    ids: { operator: () => `opr_${++made}` },
  } satisfies OperatorPorts
  return { ports, rows, state }
}
