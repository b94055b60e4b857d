/** Settling by hand: a person says what became of an operation when the acquirer cannot; and what the acquirer says of it later. */
import type { DecisionKind, HandOutcome } from '../contracts/lists.ts'
import type { Caller } from './answer.ts'
import { ask, goOn, type OperationPorts, orderOf, record, takeOver } from './operation.ts'
import type { Alarms, ManualSettlement, ManualSettlements, Operation } from './ports.ts'
import type { FinalVerdict } from './record-outcome.ts'
import { workThrough } from './work-through.ts'

export type SettlementPorts = OperationPorts & { manualSettlements: ManualSettlements }

export type ByHand = Pick<ManualSettlement, 'outcome' | 'who' | 'reason'>

export type HandResult =
  /** The acquirer said nothing. What the person said is recorded. */
  | { kind: 'settled_by_hand' }
  /** The acquirer had decided, or decided now. That is recorded, and nothing by hand. */
  | { kind: 'decided'; decision: DecisionKind; agrees: boolean }
  /** Finished, or somebody works on it. Nothing was recorded. */
  | { kind: 'not_ours' }

/** The answer is stored for a repeat with the key. */
const byHandCaller: Caller = { language: 'en', requestId: 'settle-by-hand', by: 'settle-by-hand' }

const verdictBy: Record<HandOutcome, FinalVerdict> = {
  SUCCEEDED: { kind: 'approved' },
  FAILED: { kind: 'canceled' },
}

const outcomeBy: Record<DecisionKind, HandOutcome> = { approved: 'SUCCEEDED', declined: 'FAILED', canceled: 'FAILED' }

/** Whether the acquirer's decision is what the person said. */
export const agree = (outcome: HandOutcome, decision: DecisionKind): boolean => outcomeBy[decision] === outcome

/**
 * Takes the operation over, so that whoever worked on it discards its result, and tells the acquirer never to execute it. What the
 * acquirer then says is recorded. Only when it says nothing is the person's outcome recorded, together with who said it and why.
 * Throws DependencyUnavailableError when the database is away.
 */
export async function settleByHand(ports: SettlementPorts, operationId: string, byHand: ByHand): Promise<HandResult> {
  await ports.clock.catchUp()
  const operation = await takeOver(ports, operationId)
  if (operation === undefined) return { kind: 'not_ours' }
  const { said, asked } = await ask(ports, () => ports.acquirer.cancel(orderOf(operation)))
  const hasSaid = said.kind !== 'unknown'
  const verdict = said.kind === 'unknown' ? verdictBy[byHand.outcome] : said
  const caller = { ...byHandCaller }
  const recorded = await record(ports, operation, verdict, caller, {
    asked: hasSaid ? asked : { ...asked, answeredAtMs: null },
    writeMore: async tx => {
      if (!hasSaid) await ports.manualSettlements.insert(tx, settlementOf(ports, operation, byHand))
    },
  })
  if (recorded === undefined) return { kind: 'not_ours' }
  await goOn(ports, recorded, caller)
  if (said.kind === 'unknown') return { kind: 'settled_by_hand' }
  return { kind: 'decided', decision: said.kind, agrees: agree(byHand.outcome, said.kind) }
}

const settlementOf = (
  { clock }: SettlementPorts,
  { operationId, paymentId, attempt }: Operation,
  { outcome, who, reason }: ByHand,
): ManualSettlement => ({ operationId, paymentId, attempt, outcome, who, reason, settledAtMs: clock.nowMs() })

export type ConfirmPorts = Pick<OperationPorts, 'acquirer' | 'clock'> & {
  manualSettlements: ManualSettlements
  alarms: Alarms
}

/**
 * Sends the acquirer what could not be sent when operations were settled by hand, `concurrency` at a time, and notes its decision.
 * Raises an alarm when that is the contrary, and changes nothing else. Begins none after `deadlineMs` (epoch, real time), none while
 * the acquirer is known to be away. Throws DependencyUnavailableError when the database is away.
 */
export async function confirmSettlements(
  ports: ConfirmPorts,
  { limit, concurrency, deadlineMs }: { limit: number; concurrency: number; deadlineMs: number },
): Promise<void> {
  const unconfirmed = await ports.manualSettlements.unconfirmed(limit)
  const mayGoOn = () => ports.clock.nowMs() < deadlineMs && ports.acquirer.mayTry()
  const confirmOne = async ({ settlement, order }: (typeof unconfirmed)[number]) => {
    const said = await ports.acquirer.cancel(order)
    if (said.kind !== 'unknown') await noteDecision(ports, settlement, said.kind)
  }
  await workThrough(unconfirmed, concurrency, confirmOne, mayGoOn)
}

/** The alarm comes first: when noting fails, it is raised again. */
async function noteDecision(ports: ConfirmPorts, settlement: ManualSettlement, decision: DecisionKind): Promise<void> {
  if (!agree(settlement.outcome, decision)) ports.alarms.settlementContradicted(settlement, decision)
  await ports.manualSettlements.confirm(settlement.operationId, decision)
}
