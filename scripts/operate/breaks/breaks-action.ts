/** What an action of `npm run breaks` is given, and what it says of itself. */
import type { Language } from '../../../shared/contracts/errors.ts'
import type { BreakClass, BreakState, OperatorRole } from '../../../shared/contracts/lists.ts'
import type { BatchPorts } from '../../../shared/runtime/wiring.ts'
import { WrongArguments } from '../../terminal/command.ts'
import type { JsonTarget } from '../../terminal/json.ts'
import type { FoundSystem } from '../find-system.ts'

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

/** Who does something, and why. */
export interface By {
  /** The operator's name: that of the token. */
  actor: string
  reason: string
}

export interface ActionInput {
  ports: BatchPorts
  system: FoundSystem
  /** What was typed after the action's own words. */
  words: readonly string[]
  flags: BreaksFlags
}

interface Action {
  wordsMax: number
  wordsMin?: number
  /** The flags that go with it, besides those of the system and, of a change, --reason and --yes. */
  flags: readonly BreaksFlag[]
}

/** Each returns the exit code. Throws WrongArguments when what was typed does not go together. */
export type BreaksAction = Action &
  (
    | { changes: false; run(input: ActionInput): Promise<number> }
    // `role`: of those who may.
    | { changes: true; role: OperatorRole; run(input: ActionInput & { by: By }): Promise<number> }
  )

export function breakIdIn(word: string): string {
  if (/^brk_[0-9A-Z]{26}$/.test(word)) return word
  throw new WrongArguments(`${word} is no break: \`npm run breaks -- list\` lists them.`)
}
