/** Giving a dispute up, by whom the token says. */
import { type LoseDisputeOutcome, loseDispute } from '../../../shared/settlement/lose-dispute.ts'
import { printable } from '../../terminal/printable.ts'
import { mayChange } from '../may-change.ts'
import { type DisputesAction, disputeIdIn } from './disputes-action.ts'

export const lose: DisputesAction = {
  changes: true,
  role: 'operator',
  wordsMin: 1,
  wordsMax: 1,
  flags: [],
  async run({ ports, system, words, flags, by }) {
    const disputeId = disputeIdIn(words[0]!)
    const question = `Give ${disputeId} up? It cannot be won afterwards.`
    if (!(await mayChange(system, { typed: 'npm run disputes', question, yes: flags.yes === true }))) return 1
    // This command is not told where Kafka is. The sweep rings for the event, within seconds.
    const { transactions, disputes, outbox, auditLog, clock, ids } = ports
    const outcome = await loseDispute({ transactions, disputes, outbox, auditLog, clock, ids }, disputeId, by)
    console.log(printable(loseLine(disputeId, outcome)))
    return outcome.kind === 'lost' ? 0 : 1
  },
}

export function loseLine(disputeId: string, outcome: LoseDisputeOutcome): string {
  switch (outcome.kind) {
    case 'lost':
      return `${disputeId} is LOST: ${outcome.dispute.amountMinor} ${outcome.dispute.currency} (minor units) stay with the card holder.`
    case 'not_found':
      return 'Nothing was done: there is no such dispute. `npm run disputes` lists them.'
    case 'not_open':
      return `Nothing was done: it is ${outcome.state}.`
  }
}
