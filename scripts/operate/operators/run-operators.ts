/** `npm run operators`: which action is meant, on which system, by whom, and what it says. */
import type { OperatorRole } from '../../../shared/contracts/lists.ts'
import { Ports } from '../../../shared/runtime/wiring.ts'
import {
  type Authority,
  addOperator,
  disableOperator,
  listOperators,
  type OperatorChange,
  type OperatorPorts,
  rotateToken,
} from '../../../shared/settlement/operators.ts'
import { WrongArguments } from '../../terminal/command.ts'
import { type JsonTarget, writeJson } from '../../terminal/json.ts'
import { printable } from '../../terminal/printable.ts'
import { loginOf } from '../connections.ts'
import { type FoundSystem, type SystemFlags, systemNamedBy } from '../find-system.ts'
import { mayChange } from '../may-change.ts'
import { operatorToken } from '../operator-session.ts'
import { readChain } from './audit-chain.ts'
import { chainLine, changeLines, logLines, operatorLines, questionOf } from './operator-lines.ts'

export const operatorActions = ['list', 'add', 'disable', 'rotate', 'log'] as const
export type OperatorAction = (typeof operatorActions)[number]
export type ChangeAction = Exclude<OperatorAction, 'list' | 'log'>

export interface OperatorsRequest extends SystemFlags {
  action: OperatorAction
  name?: string
  role?: OperatorRole
  reason?: string
  recover?: true
  subject?: string
  limit?: number
  yes?: true
  json?: JsonTarget
}

/** A change, with all that it wants. */
export interface WantedChange {
  action: ChangeAction
  name: string
  reason: string
  /** Present where an operator is added. */
  role?: OperatorRole
  recover: boolean
}

const LOG_ENTRIES = 20

/** 0 when it did what was asked, and the chain of a log that was shown is whole; else 1. Throws WrongArguments. */
export async function runOperators(request: OperatorsRequest): Promise<number> {
  const wanted = check(request)
  const system = await systemNamedBy(request, process.env, ['DATABASE_URL'])
  // A system of this machine is a sandbox.
  const ports = new Ports(() => ({ ...system.config, offline: system.runFile !== null })).forBatches
  try {
    if (wanted !== undefined) return await change(ports, system, wanted, request.yes === true)
    return request.action === 'log' ? await showLog(ports, request) : await list(ports, request.json)
  } finally {
    await ports.database.close()
  }
}

/** Undefined where nothing is changed. */
function check(request: OperatorsRequest): WantedChange | undefined {
  const { action, name, role, reason, recover, subject, limit, json } = request
  if (action !== 'log' && (subject ?? limit) !== undefined)
    throw new WrongArguments('--subject and --limit go with log.')
  if (action !== 'add' && role !== undefined) throw new WrongArguments('--role goes with add.')
  if (action !== 'rotate' && recover === true) throw new WrongArguments('--recover goes with rotate.')
  if (action === 'list' || action === 'log') {
    if ((name ?? reason) !== undefined) throw new WrongArguments(`${action} takes no name, and no --reason.`)
    return undefined
  }
  if (json !== undefined) throw new WrongArguments('--json goes with list and log.')
  if (name === undefined || reason === undefined) throw new WrongArguments(`${action} wants a name and --reason.`)
  if (action === 'add' && role === undefined) throw new WrongArguments('add wants --role.')
  return { action, name, reason, role, recover: recover === true }
}

async function list(ports: OperatorPorts, json: JsonTarget): Promise<number> {
  const operators = await listOperators(ports)
  writeJson(json, { operators })
  if (json !== true) for (const line of operatorLines(operators)) console.log(printable(line))
  return 0
}

async function showLog(ports: Ports, { subject, limit = LOG_ENTRIES, json }: OperatorsRequest): Promise<number> {
  const chain = await ports.snapshots.read(database => readChain(database.auditRows()))
  const entries = await ports.auditLog.newest(subject, limit)
  writeJson(json, { chain, entries })
  if (json !== true) for (const line of [...logLines(entries), chainLine(chain)]) console.log(printable(line))
  return chain.brokenCount === 0 ? 0 : 1
}

async function change(ports: OperatorPorts, system: FoundSystem, wanted: WantedChange, yes: boolean): Promise<number> {
  if (!(await mayChange(system, { typed: 'npm run operators', question: questionOf(wanted), yes }))) return 1
  const changed = await make(ports, await authorityFor(ports, wanted, system.databaseUrl), wanted)
  for (const line of changeLines(changed, wanted)) console.log(printable(line))
  return changed.kind === 'changed' ? 0 : 1
}

/** The database's login where it is enough. */
async function authorityFor(ports: OperatorPorts, wanted: WantedChange, databaseUrl: string): Promise<Authority> {
  const isFirst = wanted.action === 'add' && !(await hasApprover(ports))
  return wanted.recover || isFirst ? { databaseLogin: loginOf(databaseUrl) } : { token: await operatorToken() }
}

const hasApprover = async (ports: OperatorPorts): Promise<boolean> =>
  (await listOperators(ports)).some(({ role, disabledAtMs }) => role === 'approver' && disabledAtMs === null)

function make(ports: OperatorPorts, by: Authority, { action, role, ...rest }: WantedChange): Promise<OperatorChange> {
  switch (action) {
    case 'add':
      return addOperator(ports, by, { ...rest, role: role! })
    case 'disable':
      return disableOperator(ports, by, rest)
    case 'rotate':
      return rotateToken(ports, by, rest)
  }
}
