/** What must be true of a payment after a crash: the client's answers, the acquirer's journal and every invariant of its rows. */
import { STANDARD_TERMS } from '../../../scripts/operate/verify/settle.ts'
import { openSnapshot } from '../../../scripts/operate/verify/snapshot.ts'
import { acquirerDecision, type JournalEntry, journalPage } from '../../../shared/contracts/acquirer.ts'
import type { FinalState, PaymentStatus } from '../../../shared/contracts/lists.ts'
import { needingDatabase } from '../../../shared/invariants/catalogue.ts'
import type { PaymentHistory } from '../../../shared/invariants/payment-history.ts'
import { type Reply, send } from '../http.ts'
import type { Cell, Expected } from './cells.ts'
import type { CrashSystem } from './crash-system.ts'
import type { CellResult } from './matrix-table.ts'
import { type CrashOperation, crashOperations, type Subject } from './operations.ts'

interface OperationRow {
  operation_id: string
  kind: string
  state: string
}

/** Sentences; none when all is well. `answers`: what the client was told when nothing was pending any more, each time it asked. */
export async function problemsOf(
  system: CrashSystem,
  cell: Cell,
  paymentId: string,
  answers: readonly Reply[],
): Promise<string[]> {
  const operation: CrashOperation = crashOperations[cell.operation]
  const operations = await system.database.rows<OperationRow>(
    'SELECT operation_id, kind, state FROM payment_operation WHERE payment_id = ? ORDER BY sequence',
    [paymentId],
  )
  const outcome = outcomeOf(cell, operation, operations)
  return [
    ...countProblems(cell.operation, operation, outcome, operations),
    ...answerProblems(operation, outcome, answers),
    ...(await statusProblems(system, operation, outcome, paymentId)),
    ...(await journalProblems(system, operations)),
    ...(operation.isNoted ? await noteProblems(system, paymentId) : []),
    ...(await deliveryProblems(system, paymentId)),
  ]
}

/** What has come of the operation by its rows, unless the cell knows it beforehand. */
function outcomeOf({ expected }: Cell, { kind }: CrashOperation, operations: readonly OperationRow[]): Expected {
  if (expected !== 'either') return expected
  const ofKind = operations.filter(row => row.kind === kind).map(row => row.state)
  if (ofKind.includes('SUCCEEDED') || ofKind.includes('DECLINED')) return 'done'
  return kind === 'capture' && ofKind.includes('FAILED') ? 'hold stands' : 'canceled'
}

function countProblems(
  name: Cell['operation'],
  { kind }: CrashOperation,
  outcome: Expected,
  operations: readonly OperationRow[],
): string[] {
  const state: FinalState = name === 'authorize, declined' ? 'DECLINED' : 'SUCCEEDED'
  const count = operations.filter(row => row.kind === kind && row.state === state).length
  // A canceled expiry is followed by one that is not.
  const expected = outcome === 'done' || kind === 'expire' ? 1 : 0
  const open = operations.filter(row => row.state === 'PENDING').map(row => `${row.operation_id} is still pending`)
  return count === expected ? open : [...open, `${count} operations of kind ${kind} ${state}, expected ${expected}`]
}

function answerProblems({ done }: CrashOperation, outcome: Expected, answers: readonly Reply[]): string[] {
  if (done.statusCode === undefined) return []
  const statusCode = outcome === 'done' ? done.statusCode : 402
  const [first, again] = answers
  return [
    ...answers.filter(({ status }) => status !== statusCode).map(({ status, text }) => `answered ${status}: ${text}`),
    ...(first!.bytes.equals(again!.bytes) ? [] : [`answered ${first!.text}, then ${again!.text}`]),
    ...(again!.replayed ? [] : ['the second answer is no replay']),
  ]
}

async function statusProblems(
  system: CrashSystem,
  { done, canceled }: CrashOperation,
  outcome: Expected,
  paymentId: string,
): Promise<string[]> {
  const statuses: Record<Exclude<Expected, 'either'>, PaymentStatus> = {
    done: done.status,
    canceled,
    'hold stands': 'AUTHORIZED',
  }
  const expected = statuses[outcome as Exclude<Expected, 'either'>]
  const [row] = await system.database.rows<{ status: string }>('SELECT status FROM payment WHERE payment_id = ?', [
    paymentId,
  ])
  return row!.status === expected ? [] : [`the payment is ${row!.status}, expected ${expected}`]
}

const stateOfDecision: Record<string, FinalState> = { APPROVED: 'SUCCEEDED', DECLINED: 'DECLINED', CANCELED: 'FAILED' }

/** The acquirer decides each operation once, and its journal says what our rows say. */
async function journalProblems({ system }: CrashSystem, operations: readonly OperationRow[]): Promise<string[]> {
  const problems: string[] = []
  for (const { operation_id: operationId, kind, state } of operations) {
    const reply = await send(system.acquirerUrl, { path: `/operations/${operationId}` })
    const said = reply.status === 200 ? acquirerDecision.parse(reply.json).state : `answer ${reply.status}`
    if (stateOfDecision[said] !== state) problems.push(`the ${kind} is ${state} here and ${said} at the acquirer`)
  }
  return problems
}

/** What is claimed is noted already, before anyone asks again: nobody may ever do so. */
export async function unnotedProblems(system: CrashSystem, { paymentId, key }: Subject): Promise<string[]> {
  const sql = 'SELECT COUNT(*) FROM payment_operation WHERE payment_id = ? AND idempotency_key = ?'
  if ((await system.database.count(sql, [paymentId, key])) === 0) return []
  return (await noteProblems(system, paymentId!)).map(problem => `claimed with ${problem}`)
}

/** Who asked and why is noted once, however often it was asked. */
async function noteProblems({ database }: CrashSystem, paymentId: string): Promise<string[]> {
  const tables = ['console_action', 'audit_log']
  const counts = await Promise.all(
    tables.map(table => database.count('SELECT COUNT(*) FROM ?? WHERE subject = ?', [table, paymentId])),
  )
  return tables.flatMap((table, index) =>
    counts[index] === 1 ? [] : [`${counts[index]} rows of ${table}, expected 1`],
  )
}

async function deliveryProblems({ database }: CrashSystem, paymentId: string): Promise<string[]> {
  const waiting = await database.count(
    'SELECT COUNT(*) FROM outbox_event WHERE message_key = ? AND published_at IS NULL',
    [paymentId],
  )
  return waiting === 0 ? [] : [`${waiting} events are not published`]
}

/** The cells whose payment breaks a rule for single payments, with no grace. */
export async function brokenInvariants(
  { system }: CrashSystem,
  results: readonly CellResult[],
): Promise<{ cell: Cell; rules: string[] }[]> {
  const cells = new Map(results.map(({ paymentId, cell }) => [paymentId, cell]))
  const snapshot = await openSnapshot(system.databaseUrl)
  try {
    const broken: { cell: Cell; rules: string[] }[] = []
    for await (const history of snapshot.histories()) {
      const cell = cells.get(history.paymentId)
      const rules = cell === undefined ? [] : brokenBy(history)
      if (cell !== undefined && rules.length > 0) broken.push({ cell, rules })
    }
    return broken
  } finally {
    await snapshot.close()
  }
}

/** What is pending is broken too: nothing is on its way any more. */
function brokenBy(history: PaymentHistory): string[] {
  const nowMs = Date.now()
  const judge = { nowMs, virtualNowMs: nowMs, graceMs: 0, settlementDefaults: STANDARD_TERMS }
  return needingDatabase.flatMap(invariant => {
    if (!('checkPayment' in invariant)) return []
    const results = [...invariant.checkPayment(history, judge)]
    return results.flatMap(result =>
      result.state === 'ok' ? [] : [`${invariant.name}: ${result.row} ${result.problem}`],
    )
  })
}

/** Decisions in the acquirer's journal that no operation here asked for, or that are another one here. */
export async function strangeDecisions({ system, database }: CrashSystem): Promise<string[]> {
  const operations = await database.rows<OperationRow & { amount: number }>(
    'SELECT operation_id, kind, state, amount FROM payment_operation',
  )
  const known = new Map(operations.map(row => [row.operation_id, row]))
  const decisions = (await journalOf(system.acquirerUrl)).filter(entry => entry.type === 'decision')
  return decisions.flatMap(({ operationId, state, order }) => {
    const row = known.get(operationId)
    if (row === undefined) return [`${operationId} is ${state} there and unknown here`]
    const isSame = stateOfDecision[state] === row.state && (order === null || order.amount === row.amount)
    return isSame ? [] : [`${operationId} is ${state} there and ${row.state} here`]
  })
}

async function journalOf(acquirerUrl: string): Promise<JournalEntry[]> {
  const entries: JournalEntry[] = []
  for (let after: number | null = 0; after !== null; ) {
    const { json } = await send(acquirerUrl, { path: `/journal?after=${after}` })
    const page: ReturnType<typeof journalPage.parse> = journalPage.parse(json)
    entries.push(...page.entries)
    after = page.next
  }
  return entries
}
