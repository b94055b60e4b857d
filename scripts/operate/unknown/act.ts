/** What `inquire` and `settle` do, and what they say of it. */
import type { DecisionKind } from '../../../shared/contracts/lists.ts'
import { type Resolution, resolveOperation } from '../../../shared/payments/resolve-unknown.ts'
import {
  type ByHand,
  type HandResult,
  type SettlementPorts,
  settleByHand,
} from '../../../shared/payments/settle-by-hand.ts'
import { workThrough } from '../../../shared/payments/work-through.ts'

/** The acquirer may be slow about each. */
const AT_ONCE = 8

/** Asks about each, several at once. Calls `say` with a line for each. Returns how many have their final state now. */
export async function inquireEach(
  ports: SettlementPorts,
  operationIds: readonly string[],
  say: (line: string) => void,
): Promise<number> {
  let resolvedCount = 0
  await workThrough(operationIds, AT_ONCE, async operationId => {
    const resolution = await resolveOperation(ports, operationId)
    if (resolution.kind === 'resolved') resolvedCount++
    say(`${operationId}  ${resolutionText(resolution)}`)
  })
  return resolvedCount
}

const decisionTexts: Record<DecisionKind, string> = {
  approved: 'approved it',
  declined: 'declined it',
  canceled: 'did not execute it and never will',
}

function resolutionText(resolution: Resolution): string {
  switch (resolution.kind) {
    case 'resolved':
      return `the acquirer ${decisionTexts[resolution.operation.verdict]}; recorded`
    case 'unclear':
      return 'the acquirer does not say; it is asked again later'
    case 'not_ours':
      return 'nothing was done: it is finished, or somebody works on it'
  }
}

/** Settles one operation. `succeeded`: what became of it is recorded, and it is not the contrary of what the person said. */
export async function settleOne(
  ports: SettlementPorts,
  operationId: string,
  byHand: ByHand,
): Promise<{ succeeded: boolean; text: string }> {
  const result = await settleByHand(ports, operationId, byHand)
  return { succeeded: hasSucceeded(result), text: resultText(result, byHand) }
}

const hasSucceeded = (result: HandResult): boolean =>
  result.kind === 'settled_by_hand' || (result.kind === 'decided' && result.agrees)

function resultText(result: HandResult, { outcome, who }: ByHand): string {
  switch (result.kind) {
    case 'settled_by_hand':
      return `The acquirer did not answer. Recorded as ${outcome}, settled by ${who}. It is asked each minute until it has said what it decided.`
    case 'decided':
      return result.agrees
        ? `The acquirer ${decisionTexts[result.decision]}. That is recorded; nothing had to be settled by hand.`
        : `The acquirer ${decisionTexts[result.decision]}, which is not what you said. Its word is recorded, and nothing by hand.`
    case 'not_ours':
      return 'Nothing was done: it is finished, or somebody works on it. `npm run unknown` says which.'
  }
}
