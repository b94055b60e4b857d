/** Approving and canceling payout files and payouts, by whom the token says. */
import {
  type ApprovePorts,
  approveFile,
  approvePortsOf,
  cancelFile,
  cancelPayout,
  type FileDecision,
  type PayoutDecision,
} from '../../../shared/settlement/decide-file.ts'
import { WrongArguments } from '../../terminal/command.ts'
import { printable } from '../../terminal/printable.ts'
import type { By } from '../choose-action.ts'
import { mayChange } from '../may-change.ts'
import { cancelChange } from './accounts.ts'
import type { ActionInput, SettleAction } from './settle-action.ts'

type DecisionInput = ActionInput & { by: By }

/** A file by its id: its payouts go to the bank at the next minute. */
export const approve: SettleAction = {
  changes: true,
  role: 'approver',
  wordsMin: 1,
  wordsMax: 1,
  flags: [],
  async run(input) {
    const fileId = fileIdIn(input.words[0]!)
    const file = await input.ports.payoutFiles.find(fileId)
    const content =
      file === undefined ? '' : ` (${file.payoutCount} payouts, ${file.totalMinor} ${file.currency} in minor units)`
    return decide(input, `Approve ${fileId}${content}? Its payouts go to the bank.`, decision =>
      approveFile(portsOf(input), fileId, decision),
    )
  },
}

/** A file with all its payouts, or one payout, as long as it was not sent; or a bank account that nobody has approved. */
export const cancel: SettleAction = {
  changes: true,
  role: 'operator',
  wordsMin: 1,
  wordsMax: 1,
  flags: [],
  async run(input) {
    const id = input.words[0]!
    if (id.startsWith('chg_')) return cancelChange(input, id)
    const question = `Cancel ${id}? Its money is booked back, and the next attempt needs an approval again.`
    if (id.startsWith('out_')) return decide(input, question, decision => cancelPayout(portsOf(input), id, decision))
    const fileId = fileIdIn(id)
    return decide(input, question, decision => cancelFile(portsOf(input), fileId, decision))
  },
}

/** Without a doorbell: this command is not told where Kafka is. The sweep rings for the events, within seconds. */
const portsOf = ({ ports }: ActionInput): ApprovePorts =>
  approvePortsOf(ports, { doorbell: { ring: async () => undefined } })

function fileIdIn(word: string): string {
  if (word.startsWith('pof_')) return word
  throw new WrongArguments(`${word} is no payout file: \`npm run settle -- files\` lists them.`)
}

/** 0 when it was done. */
async function decide(
  { system, flags, by }: DecisionInput,
  question: string,
  work: (decision: By) => Promise<FileDecision | PayoutDecision>,
): Promise<number> {
  if (!(await mayChange(system, { typed: 'npm run settle', question, yes: flags.yes === true }))) return 1
  const result = await work(by)
  for (const line of decisionLines(result)) console.log(printable(line))
  return result.kind === 'decided' ? 0 : 1
}

export function decisionLines(result: FileDecision | PayoutDecision): string[] {
  switch (result.kind) {
    case 'decided':
      return 'file' in result
        ? [`${result.file.fileId} is ${result.file.state}: ${result.file.payoutCount} payouts.`]
        : [`${result.payout.payoutId} is ${result.payout.state}.`]
    case 'not_found':
      return ['Nothing was done: there is none with this id.']
    case 'too_late':
      return [`Nothing was done: it is ${result.state}.`]
    case 'held':
      return [
        `Nothing was done: ${result.count} of its payouts are of merchants that are held, or have another account by now.`,
        'They are taken out of the file within a minute. Look at it again then: npm run settle -- files',
      ]
    case 'changing':
      return ['Nothing was done: it is being put into a file at this moment. Try again.']
  }
}
