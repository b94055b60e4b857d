/** One more payout of a batch whose attempts are used up, allowed by whom the token says. */
import type { BatchStanding } from '../../../shared/settlement/payable-batches.ts'
import { ATTEMPTS_LIMIT, type RetryOutcome, retryBatch } from '../../../shared/settlement/retry-batch.ts'
import { WrongArguments } from '../../terminal/command.ts'
import { printable } from '../../terminal/printable.ts'
import { mayChange } from '../may-change.ts'
import type { SettleAction } from './settle-action.ts'

export const retry: SettleAction = {
  changes: true,
  role: 'approver',
  wordsMin: 1,
  wordsMax: 1,
  flags: [],
  async run({ ports, system, words, flags, by }) {
    const batchId = words[0]!
    if (!batchId.startsWith('bat_'))
      throw new WrongArguments(`${batchId} is no batch: \`npm run settle -- batches\` lists them.`)
    const question = `Make one more payout of ${batchId}? It waits for an approval as any other.`
    if (!(await mayChange(system, { typed: 'npm run settle', question, yes: flags.yes === true }))) return 1
    const { transactions, batches, payouts, terms, calendars, settlementDefaults, auditLog, clock } = ports
    const written = { transactions, batches, payouts, auditLog }
    const outcome = await retryBatch({ ...written, terms, calendars, settlementDefaults, clock }, batchId, by)
    for (const line of retryLines(batchId, outcome)) console.log(printable(line))
    return outcome.kind === 'retried' ? 0 : 1
  },
}

export function retryLines(batchId: string, outcome: RetryOutcome): string[] {
  switch (outcome.kind) {
    case 'retried':
      return [`${batchId} may have ${outcome.attempt} payouts. ${whenPaid(outcome)}`]
    case 'attempts_left':
      return [`Nothing was done: it has attempts left. ${whenPaid(outcome)}`]
    case 'not_found':
      return ['Nothing was done: there is none with this id.']
    case 'not_closed':
      return [`Nothing was done: it is ${outcome.state}, and only a CLOSED batch gets another payout.`]
    case 'living':
      return [`Nothing was done: its payout ${outcome.payout.payoutId} is ${outcome.payout.state}.`]
    case 'too_many':
      return [`Nothing was done: it has had ${ATTEMPTS_LIMIT} payouts, and none may have more.`]
  }
}

function whenPaid({ attempt, standing }: { attempt: number; standing: BatchStanding }): string {
  const made = `Attempt ${attempt} is made`
  switch (standing.kind) {
    case 'payable':
      return `${made} within a minute, to ${standing.accountToken}, and waits for an approval: npm run settle -- files`
    case 'waits':
      return standing.untilMs === undefined
        ? `${made} on the next business day, which the calendar does not know: npm run settle -- calendar`
        : `${made} from ${new Date(standing.untilMs).toISOString()} on, and waits for an approval then.`
    case 'held':
      return `${made} when its merchant is held no longer: npm run settle -- terms`
    case 'no_account':
      return `${made} when its merchant has a bank account: npm run settle -- accounts`
    case 'too_large':
      return 'None is made: it is more than one payment may be.'
  }
}
