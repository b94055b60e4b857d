/** Approvals of the acquirer that the database does not know, since it was restored: which they are, and how they are undone there. */
import type { Connection, RowDataPacket } from 'mysql2/promise'
import type { JournalEntry } from '../../../shared/contracts/acquirer.ts'
import type { OperationKind } from '../../../shared/contracts/lists.ts'
import { JournalFacts } from '../../../shared/invariants/acquirer-facts.ts'
import type { Acquirer, AcquirerOrder, Ids } from '../../../shared/payments/ports.ts'
import type { AcquirerJournal } from '../verify/acquirer-journal.ts'

type Decision = Extract<JournalEntry, { type: 'decision' }>

export interface Orphan {
  operationId: string
  kind: OperationKind
  /** In minor units. */
  amount: number
  currency: string
  paymentMethod: string
  /** The authorize operation that made the hold: itself, of an authorization. */
  holdId: string
}

/** What undoes the orphans of one hold at the acquirer. Amounts in minor units; 0: nothing to do. */
export interface Undoing {
  holdId: string
  currency: string
  paymentMethod: string
  orphans: Orphan[]
  voidMinor: number
  refundMinor: number
}

const PAGE_ROWS = 10_000

/** The journal is read before the database, which therefore knows every approval that it has not lost. */
export async function readOrphans(database: Connection, journal: AcquirerJournal): Promise<Undoing[]> {
  const facts = new JournalFacts()
  await journal.read(0, entries => facts.add(entries))
  await meetAll(database, facts)
  const unmet = new Set([...facts.unmet()].map(({ operationId }) => operationId))
  if (unmet.size === 0) return []
  const orphans: Orphan[] = []
  await journal.read(0, entries => {
    for (const entry of entries)
      if (entry.type === 'decision' && unmet.has(entry.operationId)) orphans.push(orphanOf(entry))
  })
  return [...Map.groupBy(orphans, ({ holdId }) => holdId)].map(([holdId, each]) => undoingOf(facts, holdId, each))
}

async function meetAll(database: Connection, facts: JournalFacts): Promise<void> {
  let after = ''
  for (;;) {
    const [rows] = await database.query<RowDataPacket[]>(
      'SELECT operation_id AS id FROM payment_operation WHERE operation_id > ? ORDER BY operation_id LIMIT ?',
      [after, PAGE_ROWS],
    )
    for (const { id } of rows) facts.meet(id)
    if (rows.length < PAGE_ROWS) return
    after = rows.at(-1)!.id
  }
}

/** An approval has its order. */
function orphanOf({ operationId, order }: Decision): Orphan {
  const { kind, amount, currency, method, authorizationId } = order!
  return { operationId, kind, amount, currency, paymentMethod: method, holdId: authorizationId ?? operationId }
}

function undoingOf(facts: JournalFacts, holdId: string, orphans: Orphan[]): Undoing {
  const { currency, paymentMethod } = orphans[0]!
  const hold = facts.holdOf(holdId)
  const isLost = orphans.some(({ operationId }) => operationId === holdId)
  const sumOf = (wanted: OperationKind) =>
    orphans.reduce((total, { kind, amount }) => total + (kind === wanted ? amount : 0), 0)
  return {
    holdId,
    currency,
    paymentMethod,
    orphans,
    // The hold of a payment that is known here is that payment's.
    voidMinor: isLost && hold?.open ? hold.amount - hold.captured : 0,
    refundMinor: hold === null ? 0 : Math.max(0, sumOf('capture') - sumOf('refund')),
  }
}

export const isNothing = ({ voidMinor, refundMinor }: Undoing): boolean => voidMinor === 0 && refundMinor === 0

/** One line for each orphan, and one that says what undoes them. */
export const undoingLines = (undoing: Undoing): string[] => [
  ...undoing.orphans.map(
    ({ operationId, kind, amount, currency }) => `${operationId}  ${kind} ${amount} ${currency} (minor units)`,
  ),
  `  of hold ${undoing.holdId}: ${actionText(undoing)}`,
]

function actionText({ voidMinor, refundMinor, currency }: Undoing): string {
  const actions = [
    ...(voidMinor > 0 ? [`void ${voidMinor} ${currency}`] : []),
    ...(refundMinor > 0 ? [`refund ${refundMinor} ${currency}`] : []),
  ]
  return actions.length > 0
    ? `--release would ${actions.join(' and ')}`
    : 'there is nothing to give back; do the same to the payment'
}

/** Sends what undoes them. Calls `say` with a line for each order. Resolves with how many the acquirer did not approve. */
export async function release(
  { acquirer, ids }: { acquirer: Acquirer; ids: Ids },
  undoings: readonly Undoing[],
  say: (line: string) => void,
): Promise<number> {
  let failedCount = 0
  for (const order of undoings.flatMap(undoing => ordersOf(undoing, ids))) {
    const verdict = await acquirer.submit(order)
    if (verdict.kind !== 'approved') failedCount++
    const said = verdict.kind === 'declined' ? `declined (${verdict.reason})` : verdict.kind
    say(
      `${order.operationId}  ${order.kind} ${order.amountMinor} ${order.currency} (minor units) of hold ${order.authorizationId}: ${said}`,
    )
  }
  return failedCount
}

function ordersOf({ holdId, currency, paymentMethod, voidMinor, refundMinor }: Undoing, ids: Ids): AcquirerOrder[] {
  const orderOf = (kind: OperationKind, amountMinor: number): AcquirerOrder[] =>
    amountMinor === 0
      ? []
      : [
          {
            operationId: ids.operation(),
            kind,
            amountMinor,
            currency,
            paymentMethod,
            authorizationId: holdId,
            finalCapture: null,
          },
        ]
  return [...orderOf('void', voidMinor), ...orderOf('refund', refundMinor)]
}
