/** Makes the operators that a sandbox begins with, and the link to its console that `npm start` shows. */
import type { OperatorRole } from '../../shared/contracts/lists.ts'
import { configFrom } from '../../shared/runtime/config.ts'
import { Ports } from '../../shared/runtime/wiring.ts'
import { createLink, type LinkPorts } from '../../shared/settlement/console-sessions.ts'
import { addOperator, listOperators, type OperatorPorts } from '../../shared/settlement/operators.ts'
import { type ConsoleInvitation, DEMO_APPROVER, DEMO_OPERATOR } from './console-invitation.ts'
import { isExternal } from './plan-ports.ts'
import type { SystemEnv } from './run-file.ts'

const REASON = 'made by npm start, to try the console of this sandbox'

/** Undefined where somebody named the database, or there is no shop to open. Throws when the database does not answer. */
export async function inviteToConsole(env: SystemEnv): Promise<ConsoleInvitation | undefined> {
  if (env.SHOP_URL === undefined || isExternal('mariadb', process.env)) return undefined
  const config = { ...configFrom({ ...process.env, ...env }), logLevel: 'silent', offline: true }
  const ports = new Ports(() => config).forBatches
  try {
    return await invitation(ports, decodeURIComponent(new URL(env.DATABASE_URL).username), env.SHOP_URL)
  } finally {
    await ports.database.close()
  }
}

/** As `inviteToConsole`, for these ports. */
export async function invitation(
  ports: OperatorPorts & LinkPorts,
  sandboxLogin: string,
  shopUrl: string,
): Promise<ConsoleInvitation> {
  const isNew = (await listOperators(ports)).length === 0
  if (isNew) await addDemoOperators(ports, sandboxLogin)
  const made = await createLink(ports, { sandboxLogin }, DEMO_OPERATOR)
  return { link: made.kind === 'linked' ? `${shopUrl}/console#${made.secret}` : undefined, isNew }
}

async function addDemoOperators(ports: OperatorPorts, databaseLogin: string): Promise<void> {
  const wanted = (name: string, role: OperatorRole) => ({ name, role, reason: REASON })
  const first = await addOperator(ports, { databaseLogin }, wanted(DEMO_APPROVER, 'approver'))
  // Another command was quicker, and has added somebody else.
  if (first.kind === 'refused') return
  await addOperator(ports, { token: first.token! }, wanted(DEMO_OPERATOR, 'operator'))
}
