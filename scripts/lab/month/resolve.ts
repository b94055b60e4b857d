/** What the people of the month do with disputes and breaks: with the product's own use cases, as its commands do. */
import { type BreakClass, openBreakStates } from '../../../shared/contracts/lists.ts'
import type { Wanted } from '../../../shared/reconciliation/break-plans.ts'
import { approveProposal, type BreakDecision, proposeResolution } from '../../../shared/reconciliation/decide-breaks.ts'
import { loseDispute } from '../../../shared/settlement/lose-dispute.ts'
import { merchants } from './merchants.ts'
import { APPROVER, type OfficePorts, PREPARER } from './office.ts'

const DISPUTES_MAX = 100

/** Of these payments, those that are open. Returns how many. */
export async function giveUpDisputes(ports: OfficePorts, paymentIds: ReadonlySet<string>): Promise<number> {
  const open = await ports.disputes.list({ state: 'OPEN', limit: DISPUTES_MAX })
  const wanted = open.filter(({ paymentId }) => paymentIds.has(paymentId))
  for (const { disputeId } of wanted) {
    const { kind } = await loseDispute(ports, disputeId, { actor: PREPARER, reason: 'the goods were never sent' })
    if (kind !== 'lost') throw new Error(`${disputeId} cannot be given up: ${kind}`)
  }
  return wanted.length
}

/** What becomes of a break of a class: the oldest open one in won. */
const resolutions: readonly { class: BreakClass; wanted: Wanted }[] = [
  { class: 'AMOUNT_OVER', wanted: { kind: 'resolve', account: `merchant_payable:${merchants[0]!.merchantId}` } },
  { class: 'AMOUNT_UNDER', wanted: { kind: 'resolve', account: 'recon_loss' } },
  { class: 'FEE', wanted: { kind: 'resolve', account: 'acquirer_fee' } },
  { class: 'OVER_DISPUTED', wanted: { kind: 'resolve', account: 'acquirer_receivable' } },
  { class: 'MISSING_THERE', wanted: { kind: 'give_up' } },
  { class: 'DATE', wanted: { kind: 'close' } },
]

/** One proposes, the other approves. Returns how many breaks were worked on. */
export async function workOnBreaks(ports: OfficePorts): Promise<number> {
  let count = 0
  for (const { class: name, wanted } of resolutions) {
    const query = { class: name, states: openBreakStates, currency: 'KRW', limit: 1, order: 'oldest' } as const
    const [found] = await ports.breakReader.list(query)
    if (found === undefined) continue
    const { breakId } = found
    done(breakId, await proposeResolution(ports, breakId, wanted, { actor: PREPARER, reason: 'what it was is known' }))
    done(breakId, await approveProposal(ports, breakId, { actor: APPROVER, reason: 'that is right' }))
    count++
  }
  return count
}

function done(breakId: string, outcome: BreakDecision): void {
  if (outcome.kind === 'refused') throw new Error(`${breakId} cannot be resolved: ${outcome.reason}`)
}
