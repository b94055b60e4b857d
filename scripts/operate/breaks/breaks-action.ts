/** What an action of `npm run breaks` is given, and what it says of itself. */
import type { Language } from '../../../shared/contracts/errors.ts'
import type { BreakClass, BreakState } from '../../../shared/contracts/lists.ts'
import { WrongArguments } from '../../terminal/command.ts'
import type { JsonTarget } from '../../terminal/json.ts'
import type { Action } from '../choose-action.ts'
import type { ActionInput as InputOf } from '../run-action.ts'

export interface BreaksFlags {
  class?: BreakClass
  state?: BreakState
  source?: string
  currency?: string
  assignee?: string
  to?: string
  amount?: number
  target?: string
  out?: string
  lang?: Language
  reason?: string
  yes?: true
  json?: JsonTarget
}

export type BreaksFlag = keyof BreaksFlags

export type ActionInput = InputOf<BreaksFlags>

export type BreaksAction = Action<BreaksFlag, ActionInput>

export function breakIdIn(word: string): string {
  if (/^brk_[0-9A-Z]{26}$/.test(word)) return word
  throw new WrongArguments(`${word} is no break: \`npm run breaks -- list\` lists them.`)
}
