/** `npm run unknown`: which action is meant, on which system, and what it says. */
import { InvalidArgumentError } from '@commander-js/extra-typings'
import type { Connection } from 'mysql2/promise'
import type { HandOutcome } from '../../../shared/contracts/lists.ts'
import { leaseTimes } from '../../../shared/payments/operation.ts'
import type { ByHand, SettlementPorts } from '../../../shared/payments/settle-by-hand.ts'
import { WrongArguments } from '../../terminal/command.ts'
import { type JsonTarget, writeJson } from '../../terminal/json.ts'
import { printable } from '../../terminal/printable.ts'
import { connectDatabase } from '../connections.ts'
import { type Address, type FoundSystem, type SystemFlags, systemNamedBy } from '../find-system.ts'
import { mayChange } from '../may-change.ts'
import { journalAt } from '../verify/acquirer-journal.ts'
import { inquireEach, settleOne } from './act.ts'
import { operationPorts } from './operation-ports.ts'
import { isNothing, readOrphans, release, undoingLines } from './orphans.ts'
import {
  nameOf,
  type OperationRow,
  operationLine,
  ROWS_SHOWN,
  readOpenSettlements,
  readOperations,
  readUnknown,
  settlementLine,
} from './unknown-rows.ts'

export const unknownActions = ['list', 'inquire', 'settle', 'orphans'] as const
export const outcomeWords = ['succeeded', 'failed'] as const

const outcomeBy: Record<(typeof outcomeWords)[number], HandOutcome> = { succeeded: 'SUCCEEDED', failed: 'FAILED' }

export interface UnknownRequest extends SystemFlags {
  action: (typeof unknownActions)[number]
  operationIds: string[]
  all?: true
  release?: true
  outcome?: (typeof outcomeWords)[number]
  as?: string
  reason?: string
  yes?: true
  json?: JsonTarget
}

/** A flag's value as a text that says something and fits its column. */
export const nameOrReason =
  (charactersMax: number) =>
  (text: string): string => {
    const said = text.trim()
    if (said === '' || said.length > charactersMax)
      throw new InvalidArgumentError(`It wants 1 to ${charactersMax} characters.`)
    return said
  }

/** 0 when it did what was asked, else 1. Throws WrongArguments when they do not go together. */
export async function runUnknown(request: UnknownRequest): Promise<number> {
  const byHand = check(request)
  // An acquirer that is not the system's own would answer that it knows no such operation.
  const needed: Address[] = request.action === 'list' ? ['DATABASE_URL'] : ['DATABASE_URL', 'ACQUIRER_URL']
  const system = await systemNamedBy(request, process.env, needed)
  const database = await connectDatabase(system.databaseUrl)
  const ports = operationPorts(system)
  try {
    await ports.clock.catchUp()
    if (request.action === 'list') return await list(database, ports, request.json)
    if (request.action === 'orphans') return await undoOrphans(database, ports, system, request)
    if (byHand === undefined) return await inquire(database, ports, system, request)
    return await settle(database, ports, system, request, byHand)
  } finally {
    await database.end()
  }
}

/** What the person says; undefined where nothing is settled. */
function check(request: UnknownRequest): ByHand | undefined {
  const { action, operationIds, all, release: mayRelease, outcome, as: who, reason, json } = request
  if (action !== 'orphans' && mayRelease === true) throw new WrongArguments('--release goes with orphans.')
  if (action !== 'list' && json !== undefined) throw new WrongArguments('--json goes with list.')
  if ((action === 'list' || action === 'orphans') && (operationIds.length > 0 || all === true))
    throw new WrongArguments(`${action} takes no operation ids, and no --all.`)
  if (action === 'inquire' && (all === true) === operationIds.length > 0)
    throw new WrongArguments('inquire wants operation ids, or --all.')
  if (action !== 'settle') {
    if (outcome ?? who ?? reason) throw new WrongArguments('--outcome, --as and --reason go with settle.')
    return undefined
  }
  if (operationIds.length !== 1 || all === true) throw new WrongArguments('settle wants one operation id.')
  if (outcome === undefined || who === undefined || reason === undefined)
    throw new WrongArguments('settle wants --outcome, --as and --reason.')
  return { outcome: outcomeBy[outcome], who, reason }
}

async function list(database: Connection, ports: SettlementPorts, json: JsonTarget): Promise<number> {
  const operations = await readUnknown(database, leaseTimes(ports))
  const settlements = await readOpenSettlements(database)
  writeJson(json, { operations, settlements })
  if (json === true) return 0
  if (operations.length === 0) console.log('No outcome is unknown.')
  const { clock } = ports
  for (const row of operations.slice(0, ROWS_SHOWN))
    console.log(printable(operationLine(row, clock.virtualNowMs(), clock.nowMs())))
  if (operations.length > ROWS_SHOWN) console.log(`… and ${operations.length - ROWS_SHOWN} more; these are the oldest`)
  for (const row of settlements) console.log(printable(settlementLine(row)))
  return 0
}

/** Asks nobody first: it does what the job does by itself, only sooner. */
async function inquire(
  database: Connection,
  ports: SettlementPorts,
  { where }: FoundSystem,
  { operationIds }: UnknownRequest,
): Promise<number> {
  console.log(printable(`System: ${where}`))
  const rows =
    operationIds.length > 0
      ? await readOperations(database, operationIds)
      : await readUnknown(database, leaseTimes(ports))
  const missing = operationIds.filter(id => !rows.some(row => row.operationId === id))
  for (const id of missing) console.log(printable(`There is no operation ${id}.`))
  const found = rows.map(row => row.operationId)
  const resolvedCount = await inquireEach(ports, found, line => console.log(printable(line)))
  console.log(`${resolvedCount} of ${found.length} are final now.`)
  return missing.length === 0 && resolvedCount === found.length ? 0 : 1
}

/** 0 when nothing is left that the acquirer could give back. */
async function undoOrphans(
  database: Connection,
  ports: SettlementPorts,
  system: FoundSystem,
  { release: mayRelease, yes }: UnknownRequest,
): Promise<number> {
  const undoings = await readOrphans(database, journalAt(system.config.acquirerUrl))
  if (undoings.length === 0) console.log('The acquirer has approved nothing that is not known here.')
  for (const line of undoings.flatMap(undoingLines)) console.log(printable(line))
  const wanted = undoings.filter(undoing => !isNothing(undoing))
  if (wanted.length === 0) return 0
  if (mayRelease !== true) return 1
  const question = `Void and refund these ${wanted.length} holds? They must be of no other database.`
  if (!(await mayChange(system, { typed: 'npm run unknown', question, yes: yes === true }))) return 1
  const failedCount = await release(ports, wanted, line => console.log(printable(line)))
  return failedCount === 0 ? 0 : 1
}

async function settle(
  database: Connection,
  ports: SettlementPorts,
  system: FoundSystem,
  { operationIds, yes }: UnknownRequest,
  byHand: ByHand,
): Promise<number> {
  const [row] = await readOperations(database, operationIds)
  if (row === undefined || row.state !== 'PENDING') {
    console.log(printable(nothingToSettle(operationIds[0]!, row)))
    return 1
  }
  console.log(printable(nameOf(row)))
  const question = `Settle it as ${byHand.outcome}, unless the acquirer says what became of it?`
  if (!(await mayChange(system, { typed: 'npm run unknown', question, yes: yes === true }))) return 1
  const { succeeded, text } = await settleOne(ports, row.operationId, byHand)
  console.log(printable(text))
  return succeeded ? 0 : 1
}

const nothingToSettle = (operationId: string, row: OperationRow | undefined): string =>
  row === undefined
    ? `There is no operation ${operationId}.`
    : `${nameOf(row)}  is ${row.state}: there is nothing to settle.`
