/** Operators of one run: each signs in to the console by a link, as `npm run console-link` makes them, and is disabled when the run is over. */
import type { OperatorRole } from '../../../shared/contracts/lists.ts'
import { Ports } from '../../../shared/runtime/wiring.ts'
import { createLink } from '../../../shared/settlement/console-sessions.ts'
import { loginOf } from '../../operate/connections.ts'
import type { FoundSystem } from '../../operate/find-system.ts'
import { signIn } from './sign-in.ts'

/** One who is signed in. */
export interface LabOperator {
  /** As the audit log has it. */
  name: string
  role: OperatorRole
  /** Of every request of the session. */
  headers: Record<string, string>
}

export interface Wanted {
  name: string
  role: OperatorRole
}

type LinkPorts = Ports['forBatches']

/** Names must be new. `apiUrl`: where the sessions are used, one of the API's `OPERATOR_ORIGINS`. Throws when nobody can sign in. */
export const signInOperators = (
  system: FoundSystem,
  apiUrl: string,
  wanted: readonly Wanted[],
): Promise<LabOperator[]> =>
  withPorts(system, async ports => {
    const operators: LabOperator[] = []
    for (const { name, role } of wanted) {
      await addOperator(ports, { name, role })
      const made = await createLink(ports, { sandboxLogin: loginOf(system.databaseUrl) }, name)
      if (made.kind === 'refused') throw new Error(`no link for ${name}: ${made.reason}`)
      operators.push({ name, role, headers: await signIn(apiUrl, made.secret) })
    }
    return operators
  })

/** Ends their sessions. Nobody has their tokens. */
export const disableOperators = (system: FoundSystem, names: readonly string[]): Promise<void> =>
  withPorts(system, ({ transactions, operators, consoleSessions, clock }) =>
    transactions.run('operators', async tx => {
      const now = clock.nowMs()
      for (const operator of await operators.list(tx))
        if (names.includes(operator.name)) {
          await operators.update(tx, { ...operator, disabledAtMs: now })
          await consoleSessions.endAllOf(tx, operator.operatorId, now)
        }
    }),
  )

/** Straight in the table: an approver would have to, and where there is one nobody here has the token. */
const addOperator = (
  { transactions, operators, operatorTokens, ids, clock }: LinkPorts,
  { name, role }: Wanted,
): Promise<void> => {
  const tokenHash = operatorTokens.hashOf(operatorTokens.next())
  const added = { operatorId: ids.operator(), name, role, tokenHash, createdAtMs: clock.nowMs(), disabledAtMs: null }
  return transactions.run('operators', tx => operators.insert(tx, added))
}

async function withPorts<T>(system: FoundSystem, work: (ports: LinkPorts) => Promise<T>): Promise<T> {
  const ports = new Ports(() => ({ ...system.config, logLevel: 'silent', offline: true })).forBatches
  try {
    return await work(ports)
  } finally {
    await ports.database.close()
  }
}
