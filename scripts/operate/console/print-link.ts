/** `npm run console-link`: on which system, by whose word, and what it says. */
import { Ports } from '../../../shared/runtime/wiring.ts'
import {
  createLink,
  type LinkAuthority,
  type LinkPorts,
  type NewLink,
  type RefusedLink,
} from '../../../shared/settlement/console-sessions.ts'
import { WrongArguments } from '../../terminal/command.ts'
import { printable } from '../../terminal/printable.ts'
import { loginOf } from '../connections.ts'
import { type FoundSystem, type SystemFlags, systemNamedBy } from '../find-system.ts'
import { operatorToken } from '../operator-session.ts'

export interface LinkRequest extends SystemFlags {
  /** Whom it signs in. */
  as?: string
}

/** Of `npm start`, which has no other. */
const USUAL_CONSOLE = 'http://127.0.0.1:5173'

/** 0 when a link was printed, else 1. Throws WrongArguments when nobody is named. */
export async function printConsoleLink(request: LinkRequest): Promise<number> {
  const { as: name } = request
  if (name === undefined) throw new WrongArguments('it wants --as NAME.')
  const system = await systemNamedBy(request, process.env, ['DATABASE_URL'])
  const ports = new Ports(() => ({ ...system.config, offline: system.runFile !== null })).forBatches
  try {
    const made = await linkFor(ports, system, name)
    for (const line of linkLines(made, name, system.shopUrl ?? USUAL_CONSOLE)) console.log(printable(line))
    return made.kind === 'linked' ? 0 : 1
  } finally {
    await ports.database.close()
  }
}

/** Whoever has the login of a database that a starter of this machine made could write all that is in it. */
export async function linkFor(
  ports: LinkPorts,
  { isOfThisMachine, databaseUrl }: Pick<FoundSystem, 'isOfThisMachine' | 'databaseUrl'>,
  name: string,
  readToken: () => Promise<string> = operatorToken,
): Promise<NewLink> {
  const by: LinkAuthority = isOfThisMachine ? { sandboxLogin: loginOf(databaseUrl) } : { token: await readToken() }
  return createLink(ports, by, name)
}

const refusals: Record<RefusedLink, (name: string) => string> = {
  no_such_operator: name => `there is no operator ${name}: \`npm run operators\` lists them`,
  disabled: name => `${name} was disabled, and signs in no more`,
  not_your_token: name => `this is not the token of ${name}: a link is for the operator whose token it is`,
}

export function linkLines(made: NewLink, name: string, consoleUrl: string): string[] {
  if (made.kind === 'refused') return [refusals[made.reason](name)]
  const { operator, secret, expiresAtMs } = made
  return [
    `${consoleUrl}/console#${secret}`,
    `signs ${operator.name} (${operator.role}) in, once, until ${new Date(expiresAtMs).toISOString()}`,
  ]
}
