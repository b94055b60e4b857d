/** Who sits at the keyboard: the operator of the token in OPERATOR_TOKEN, or of the one typed. A token is never a flag: `ps` shows those. */
import type { OperatorRole } from '../../shared/contracts/lists.ts'
import { mayDo } from '../../shared/domain/operator-roles.ts'
import { authenticate, type Identity, type OperatorPorts } from '../../shared/settlement/operators.ts'
import { askSecret } from '../terminal/secret.ts'
import type { Environment } from './env-file.ts'

/** Throws an Error that says what to do where the variable is not set and nobody can be asked. */
export async function operatorToken(env: Environment = process.env, ask = askSecret): Promise<string> {
  const token = env.OPERATOR_TOKEN?.trim() || (await ask('Your operator token (it is not shown): '))
  if (token) return token
  throw new Error('who are you? Set OPERATOR_TOKEN to your token; `npm run operators -- add` makes one')
}

export const UNKNOWN_TOKEN =
  'no operator has this token: it was mistyped or replaced, or its operator was disabled. `npm run operators` lists them, and an approver gives a new one with `npm run operators -- rotate NAME`'

export const NO_OPERATOR =
  'there is no operator yet: `npm run operators -- add NAME --role approver --reason TEXT` makes the first one and shows its token'

/** The operator, who may do what `needed` may. Throws an Error that says what to do when there is none. */
export async function operatorSession(
  ports: Pick<OperatorPorts, 'operators' | 'operatorTokens'>,
  needed: OperatorRole,
  readToken: () => Promise<string> = operatorToken,
): Promise<Identity> {
  if ((await ports.operators.list()).length === 0) throw new Error(NO_OPERATOR)
  const operator = await authenticate(ports, await readToken())
  if (operator === undefined) throw new Error(UNKNOWN_TOKEN)
  if (mayDo(operator.role, needed)) return operator
  throw new Error(`${operator.name} is ${operator.role}, and this is for ${needed}s: ask one (\`npm run operators\`)`)
}
