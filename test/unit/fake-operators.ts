/** Operators, the audit log and sessions of the console in memory. A transaction that throws leaves nothing behind. */
import { createHash } from 'node:crypto'
import { DependencyUnavailableError, type Transaction } from '../../shared/payments/ports.ts'
import type { LinkPorts, SignInPorts } from '../../shared/settlement/console-sessions.ts'
import { FakeConsoleSessions } from '../../shared/settlement/fake-console-sessions.ts'
import type { OperatorPorts } from '../../shared/settlement/operators.ts'
import type { AuditEntry, ConsoleLink, ConsoleSession, Operator } from '../../shared/settlement/ports.ts'

const NOW_MS = Date.UTC(2026, 10, 29)

export function createOperatorPorts() {
  const rows = {
    operators: [] as Operator[],
    entries: [] as AuditEntry[],
    links: [] as ConsoleLink[],
    sessions: [] as ConsoleSession[],
  }
  const state = { refusesEntries: false, nowMs: NOW_MS }
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
      ofName: async name => rows.operators.find(operator => operator.name === name),
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
    consoleSessions: new FakeConsoleSessions(rows),
    clock: { nowMs: () => state.nowMs },
    ids: { operator: () => `opr_${++made}` },
  } satisfies OperatorPorts
  return { ports, rows, state }
}

const prefixes = { link: 'opl_', session: 'ops_', request: 'opx_' }

/** The same, and what signing in needs. `tries`: from now on every one is refused for so many seconds. */
export function createConsolePorts() {
  const { ports, rows, state } = createOperatorPorts()
  const tries = { begun: [] as string[], succeeded: [] as string[], waitSeconds: undefined as number | undefined }
  let made = 0
  const consolePorts = {
    ...ports,
    consoleSecrets: {
      next: purpose => prefixes[purpose] + String(++made).padStart(43, '0'),
      hashOf: secret => createHash('sha256').update(secret).digest('hex'),
      isSame: (hash, other) => hash === other,
    },
    signInTries: {
      begin: address => {
        tries.begun.push(address)
        return tries.waitSeconds
      },
      succeeded: address => void tries.succeeded.push(address),
    },
  } satisfies OperatorPorts & LinkPorts & SignInPorts
  return { ports: consolePorts, rows, state, tries }
}
