/** Plans what becomes of something that is missing: it is given up and booked, or the break is closed because it is not missing. */
import { CASH_IN_TRANSIT, RECEIVABLE } from '../domain/recon-ledger.ts'
import { PAYOUT_IN_TRANSIT } from '../domain/settlement-ledger.ts'
import { type Plan, type Planning, type Refusal, refused } from './break-plans.ts'
import { subjectOfBatch } from './break-subjects.ts'
import { leftOf } from './decide-bank-line.ts'
import { isInTransit, lockPayout, payByBreak } from './pay-by-break.ts'

/** What did not come, as the rows stand now. */
interface Missed {
  account: string
  target: string
  /** Booked as recon_suspense ← account. */
  signedMinor: number
  write(): Promise<void>
}

/** Throws DependencyUnavailableError. */
export async function planGivingUp(planning: Planning): Promise<Plan | Refusal> {
  const missed = await missedBy(planning)
  if (missed === undefined) return refused('not_missing')
  const { account, target, signedMinor, write } = missed
  return {
    kind: 'planned',
    step: {
      ...{ action: 'give_up', account, target, amountMinor: signedMinor },
      movements: [{ type: 'given_up', signedMinor, account }],
    },
    write,
  }
}

/** Throws DependencyUnavailableError. */
export async function planClosing(planning: Planning): Promise<Plan | Refusal> {
  if (planning.of.remainingMinor !== 0) return refused('something_remains')
  if ((await missedBy(planning)) !== undefined) return refused('still_missing')
  return { kind: 'planned', step: { action: 'approve', closesAs: 'RESOLVED' } }
}

/** Undefined when nothing is missing, any more or at all. */
async function missedBy(planning: Planning): Promise<Missed | undefined> {
  const { expectationId, payoutId, batchRef, class: name } = planning.of
  if (name !== 'MISSING_THERE') return undefined
  if (expectationId !== null) return missedExpectation(planning, expectationId)
  if (payoutId !== null) return missedPayout(planning, payoutId)
  return batchRef === null ? undefined : missedBatch(planning, batchRef)
}

async function missedExpectation({ ports, tx }: Planning, expectationId: string): Promise<Missed | undefined> {
  const expectation = await ports.missedExpectations.lock(tx, expectationId)
  if (expectation === undefined || !['OPEN', 'OVERDUE'].includes(expectation.state)) return undefined
  return {
    ...{ account: RECEIVABLE, target: expectationId, signedMinor: expectation.amountMinor },
    write: () => ports.missedExpectations.settle(tx, expectationId),
  }
}

/** Its money left by a line that something else explains: it is in transit no longer. */
async function missedPayout({ ports, tx, of }: Planning, payoutId: string): Promise<Missed | undefined> {
  const payout = await lockPayout(ports, tx, payoutId)
  if (payout === undefined || !isInTransit(payout)) return undefined
  return {
    ...{ account: PAYOUT_IN_TRANSIT, target: payoutId, signedMinor: -payout.amountMinor },
    write: () => payByBreak(ports, tx, payout, of),
  }
}

async function missedBatch({ ports, tx, of }: Planning, batchRef: string): Promise<Missed | undefined> {
  // The one that the break is about: another acquirer may use the same reference.
  const own = (await ports.acquirerBatches.withRefs([batchRef], tx)).filter(each => subjectOfBatch(each) === of.subject)
  const [batch] = await ports.acquirerBatches.lock(tx, own)
  if (batch === undefined) return undefined
  const leftMinor = leftOf(batch)
  if (leftMinor === 0) return undefined
  return {
    ...{ account: CASH_IN_TRANSIT, target: batchRef, signedMinor: leftMinor },
    write: () => ports.acquirerBatches.add(tx, batch, { movedMinor: leftMinor }),
  }
}
