/** What an action of `npm run disputes` is given, and what it says of itself. */
import type { DisputeState } from '../../../shared/contracts/lists.ts'
import { WrongArguments } from '../../terminal/command.ts'
import type { JsonTarget } from '../../terminal/json.ts'
import type { Action } from '../choose-action.ts'
import type { ActionInput } from '../run-action.ts'

export interface DisputesFlags {
  state?: DisputeState
  merchant?: string
  payment?: string
  reason?: string
  yes?: true
  json?: JsonTarget
}

export type DisputesAction = Action<keyof DisputesFlags, ActionInput<DisputesFlags>>

export function disputeIdIn(word: string): string {
  if (/^dsp_[0-9A-Z]{26}$/.test(word)) return word
  throw new WrongArguments(`${word} is no dispute: \`npm run disputes\` lists them.`)
}
