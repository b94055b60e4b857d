/** Operators and their tokens: who is added, disabled and given a new token, and by whom. Each change is in the audit log with it. */
import type { AuditAction, OperatorRole } from '../contracts/lists.ts'
import { mayDo } from '../domain/operator-roles.ts'
import type { Clock, SeparateTransactions } from '../payments/ports.ts'
import type { AuditEntry, AuditLog, EndedSessions, Operator, Operators, OperatorTokens } from './ports.ts'

export interface OperatorPorts {
  transactions: SeparateTransactions
  operators: Operators
  operatorTokens: OperatorTokens
  auditLog: AuditLog
  consoleSessions: EndedSessions
  clock: Pick<Clock, 'nowMs'>
  ids: { operator(): string }
}

export type Identity = Pick<Operator, 'operatorId' | 'name' | 'role'>

/** Who asks for a change: whoever holds this token, or this login of the database. */
export type Authority = { token: string } | { databaseLogin: string }

export type RefusedChange =
  /** The token is nobody's, or that of an operator who was disabled. */
  | 'unknown_token'
  | 'needs_approver'
  /** There is an approver who can do it. */
  | 'login_not_enough'
  /** Nobody could add others. */
  | 'first_is_approver'
  | 'bad_name'
  | 'name_taken'
  | 'no_such_operator'
  | 'disabled'
  /** Nobody would be left who may add others. */
  | 'last_approver'

interface Refusal {
  kind: 'refused'
  reason: RefusedChange
}

/** `token` is the new one, which nobody can read again; undefined when there is none. */
export type OperatorChange = { kind: 'changed'; operator: Identity; token?: string } | Refusal

/** What one change writes. */
interface Step {
  kind: 'step'
  actor: string
  action: AuditAction
  operator: Operator
  /** Present: the operator gets this one. */
  token?: string
}

/** Letters and digits first, so that no name looks like a flag, is empty, or begins with a space. */
const NAME = /^[\p{L}\p{N}][\p{L}\p{N}\p{M} ._@-]{0,63}$/u
/** Actors that are not people begin with it. */
const SYSTEM = /^system\b/i
const TOKEN = /^opk_[\w-]{43}$/
/** The database's login in the log; MariaDB permits longer ones than an actor may be. */
const LOGIN_CHARACTERS_MAX = 50

/** Undefined for a token that is nobody's, and for one of an operator who was disabled. */
export async function authenticate(
  { operators, operatorTokens }: Pick<OperatorPorts, 'operators' | 'operatorTokens'>,
  token: string,
): Promise<Identity | undefined> {
  if (!TOKEN.test(token)) return undefined
  const operator = await operators.ofToken(operatorTokens.hashOf(token))
  return operator === undefined || operator.disabledAtMs !== null ? undefined : identityOf(operator)
}

/** Whether there is an active approver of exactly this name: one whose approvals the invariants accept. Throws DependencyUnavailableError. */
export async function isKnownApprover(
  { operators }: { operators: Pick<Operators, 'ofName'> },
  name: string,
): Promise<boolean> {
  const operator = await operators.ofName(name)
  return operator !== undefined && isActiveApprover(operator)
}

/** Every operator, without what is known of the token. */
export async function listOperators({
  operators,
}: Pick<OperatorPorts, 'operators'>): Promise<Omit<Operator, 'tokenHash'>[]> {
  const all = await operators.list()
  return all.map(({ tokenHash: _, ...shown }) => shown)
}

/**
 * Adds an operator with a new token. An approver may; while there is none, the database's login may add the first one. A name that was
 * once given, in capitals or not, is not given again.
 */
export function addOperator(
  ports: OperatorPorts,
  by: Authority,
  { name, role, reason }: { name: string; role: OperatorRole; reason: string },
): Promise<OperatorChange> {
  const token = ports.operatorTokens.next()
  return change(ports, reason, all => {
    const actor = all.some(isActiveApprover) ? approverBy(ports, by, all) : firstBy(by, role)
    if (typeof actor !== 'string') return actor
    if (!isName(name)) return refused('bad_name')
    if (all.some(other => isSameName(other.name, name))) return refused('name_taken')
    const tokenHash = ports.operatorTokens.hashOf(token)
    const created = { createdAtMs: ports.clock.nowMs(), disabledAtMs: null }
    const operator = { operatorId: ports.ids.operator(), name, role, tokenHash, ...created }
    return { kind: 'step', actor, action: 'operator.added', operator, token }
  })
}

/** From now on the operator's token is refused, for good, and every session of the console has ended. An approver may; the last approver stays. */
export function disableOperator(
  ports: OperatorPorts,
  by: Authority,
  { name, reason }: { name: string; reason: string },
): Promise<OperatorChange> {
  return change(ports, reason, all => {
    const actor = approverBy(ports, by, all)
    if (typeof actor !== 'string') return actor
    const operator = activeNamed(all, name)
    if ('kind' in operator) return operator
    if (isOnlyApprover(operator, all)) return refused('last_approver')
    const disabled = { ...operator, disabledAtMs: ports.clock.nowMs() }
    return { kind: 'step', actor, action: 'operator.disabled', operator: disabled }
  })
}

/**
 * Gives the operator a new token; the old one is refused from now on, and sessions of the console have ended. The operator may, and an approver. The database's login may when
 * it is the only approver who lost it: nobody else could.
 */
export function rotateToken(
  ports: OperatorPorts,
  by: Authority,
  { name, reason }: { name: string; reason: string },
): Promise<OperatorChange> {
  const token = ports.operatorTokens.next()
  return change(ports, reason, all => {
    const actor = rotatorBy(ports, by, name, all)
    if (typeof actor !== 'string') return actor
    const operator = activeNamed(all, name)
    if ('kind' in operator) return operator
    const action = 'token' in by ? 'operator.rotated' : 'operator.recovered'
    const rotated = { ...operator, tokenHash: ports.operatorTokens.hashOf(token) }
    return { kind: 'step', actor, action, operator: rotated, token }
  })
}

/** `decide` sees all operators, which nobody else changes meanwhile; it may be asked again. */
const change = (
  { transactions, operators, auditLog, consoleSessions, clock }: OperatorPorts,
  reason: string,
  decide: (all: readonly Operator[]) => Step | Refusal,
): Promise<OperatorChange> =>
  transactions.run('operators', async tx => {
    const step = decide(await operators.list(tx))
    if (step.kind === 'refused') return step
    if (step.action === 'operator.added') await operators.insert(tx, step.operator)
    else {
      await operators.update(tx, step.operator)
      await consoleSessions.endAllOf(tx, step.operator.operatorId, clock.nowMs())
    }
    await auditLog.append(tx, entryOf(step, reason))
    return { kind: 'changed', operator: identityOf(step.operator), token: step.token }
  })

const entryOf = ({ actor, action, operator }: Step, reason: string): AuditEntry => ({
  actor,
  action,
  subject: operator.name,
  reason,
  details: { operatorId: operator.operatorId, role: operator.role },
})

export const identityOf = ({ operatorId, name, role }: Operator): Identity => ({ operatorId, name, role })
const refused = (reason: RefusedChange): Refusal => ({ kind: 'refused', reason })

/** Whether an operator may have this name: it could be nobody's who is no person. */
export const isName = (name: string): boolean => NAME.test(name) && !SYSTEM.test(folded(name)) && name === name.trim()
const isSameName = (one: string, other: string): boolean => folded(one) === folded(other)
const folded = (name: string): string => name.normalize('NFKC').toLowerCase()

export const isActive = ({ disabledAtMs }: Operator): boolean => disabledAtMs === null
const isActiveApprover = (operator: Operator): boolean => isActive(operator) && mayDo(operator.role, 'approver')

const isOnlyApprover = (operator: Operator, all: readonly Operator[]): boolean =>
  isActiveApprover(operator) && all.filter(isActiveApprover).length === 1

export function activeNamed(all: readonly Operator[], name: string): Operator | Refusal {
  const operator = all.find(each => each.name === name)
  if (operator === undefined) return refused('no_such_operator')
  return isActive(operator) ? operator : refused('disabled')
}

const holderOf = ({ operatorTokens }: OperatorPorts, token: string, all: readonly Operator[]): Operator | undefined =>
  all.find(operator => isActive(operator) && operator.tokenHash === operatorTokens.hashOf(token))

/** The actor's name. */
function approverBy(ports: OperatorPorts, by: Authority, all: readonly Operator[]): string | Refusal {
  if ('databaseLogin' in by) return refused('login_not_enough')
  const holder = holderOf(ports, by.token, all)
  if (holder === undefined) return refused('unknown_token')
  return isActiveApprover(holder) ? holder.name : refused('needs_approver')
}

function firstBy(by: Authority, role: OperatorRole): string | Refusal {
  if ('token' in by) return refused('unknown_token')
  return role === 'approver' ? loginActor(by.databaseLogin) : refused('first_is_approver')
}

function rotatorBy(ports: OperatorPorts, by: Authority, name: string, all: readonly Operator[]): string | Refusal {
  if ('token' in by) {
    const holder = holderOf(ports, by.token, all)
    return holder?.name === name ? name : approverBy(ports, by, all)
  }
  const isOnly = all.some(operator => operator.name === name && isOnlyApprover(operator, all))
  return isOnly ? loginActor(by.databaseLogin) : refused('login_not_enough')
}

/** How the audit log names whoever has this login of the database. */
export const loginActor = (databaseLogin: string): string =>
  `system login ${databaseLogin.slice(0, LOGIN_CHARACTERS_MAX)}`
