/** What `npm run operators` says. */

import type { OperatorChange, RefusedChange } from '../../../shared/settlement/operators.ts'
import type { AuditRecord, Operator } from '../../../shared/settlement/ports.ts'
import { tableLines } from '../../terminal/table.ts'
import { UNKNOWN_TOKEN } from '../operator-session.ts'
import type { ChainState } from './audit-chain.ts'
import type { WantedChange } from './run-operators.ts'

const timeOf = (epochMs: number): string => new Date(epochMs).toISOString()

export function operatorLines(operators: readonly Omit<Operator, 'tokenHash'>[]): string[] {
  if (operators.length === 0)
    return ['There is no operator yet. The first one: npm run operators -- add NAME --role approver --reason TEXT']
  const rows = operators.map(({ name, role, createdAtMs, disabledAtMs }) => [
    name,
    role,
    timeOf(createdAtMs),
    disabledAtMs === null ? '' : `disabled ${timeOf(disabledAtMs)}`,
  ])
  return tableLines([['name', 'role', 'added', ''], ...rows])
}

/** The newest entry first. */
export function logLines(entries: readonly AuditRecord[]): string[] {
  if (entries.length === 0) return ['There is no entry.']
  const rows = entries.map(({ id, atMs, actor, action, subject, reason, details }) => [
    String(id),
    timeOf(atMs),
    actor,
    action,
    subject,
    `${reason}  ${JSON.stringify(details)}`,
  ])
  return tableLines([['', 'at', 'who', 'what', 'to what', 'why'], ...rows], [0])
}

export function chainLine({ count, brokenCount, firstBroken, headHash }: ChainState): string {
  if (firstBroken !== null)
    return `THE CHAIN IS BROKEN in ${brokenCount} of ${count} entries, first: ${firstBroken.row} ${firstBroken.problem}. docs/runbook.md says what to do (audit-chain fails).`
  if (headHash === null) return 'The log is empty.'
  return `The chain is whole: ${count} entries, the newest has the hash ${headHash}.`
}

export function questionOf({ action, name, role }: WantedChange): string {
  switch (action) {
    case 'add':
      return `Add ${name} as ${role}?`
    case 'disable':
      return `Disable ${name} for good?`
    case 'rotate':
      return `Give ${name} a new token, and refuse the old one?`
  }
}

const refusals: Record<RefusedChange, string> = {
  unknown_token: `Refused: ${UNKNOWN_TOKEN}.`,
  needs_approver: 'Refused: only an approver may do that. `npm run operators` says who is one.',
  login_not_enough:
    "Refused: there is an approver who can do it. Without --recover, set OPERATOR_TOKEN to an approver's token.",
  first_is_approver: 'Refused: the first operator must be an approver, or nobody could add others: --role approver.',
  bad_name:
    'Refused: a name has 1 to 64 letters, digits, spaces and . _ @ -, begins with a letter or digit, and not with "system".',
  name_taken: 'Refused: the name was given before. The audit log names people by it, so it is not given again.',
  no_such_operator: 'Refused: there is no operator of this name. `npm run operators` lists them.',
  disabled: 'Refused: this operator was disabled, for good. Add the person under another name.',
  last_approver: 'Refused: this is the last approver. Add another one first.',
}

/** The token is on a line of its own, and nowhere else. */
export function changeLines(change: OperatorChange, { action }: Pick<WantedChange, 'action'>): string[] {
  if (change.kind === 'refused') return [refusals[change.reason]]
  const { operator, token } = change
  if (action === 'disable') return [`${operator.name} is disabled. The token is refused from now on.`]
  const done = action === 'add' ? `${operator.name} is ${operator.role} now.` : `${operator.name} has a new token.`
  return [`${done} This is the token; nobody can show it again:`, token!]
}
