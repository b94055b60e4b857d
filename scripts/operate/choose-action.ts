/** Which action of a command is meant, and whether what was typed goes with it. */
import type { OperatorRole } from '../../shared/contracts/lists.ts'
import { WrongArguments } from '../terminal/command.ts'

/** Who changes something, and why: for the audit log. */
export interface By {
  /** The operator's name: that of the token. */
  actor: string
  reason: string
}

/** What an action says of itself. `Flag`: of its command, besides those of the system. */
export interface ActionForm<Flag extends string> {
  /** How many words may follow, at most. */
  wordsMax: number
  wordsMin?: number
  /** The flags that go with it, besides, of a change, --reason and --yes. */
  flags: readonly Flag[]
}

/** Each returns the exit code. Throws WrongArguments when what was typed does not go together. */
export type Action<Flag extends string, Input> = ActionForm<Flag> &
  (
    | { changes: false; run(input: Input): Promise<number> }
    // It asks first (`mayChange`). `role`: of those who may.
    | { changes: true; role: OperatorRole; run(input: Input & { by: By }): Promise<number> }
  )

export interface Chosen<Chosable> {
  action: Chosable
  /** What was typed after the action's own words. */
  words: readonly string[]
  /** There when the action changes something. */
  reason: string | undefined
}

const CHANGE_FLAGS = ['reason', 'yes']

/**
 * The action that was typed, checked. `actions`: by the words that name them; the longest that fit are meant. `standard`: where nothing
 * was typed. Throws WrongArguments.
 */
export function chosenAction<Chosable extends ActionForm<string> & { changes: boolean }>(
  actions: Readonly<Record<string, Chosable>>,
  typed: readonly string[],
  flags: { reason?: string | undefined },
  standard?: string,
): Chosen<Chosable> {
  const name = nameIn(actions, typed, standard)
  const action = actions[name]!
  const words = typed.length === 0 ? [] : typed.slice(name.split(' ').length)
  const { wordsMin = 0, wordsMax } = action
  if (words.length < wordsMin) throw new WrongArguments(`${name} wants one more word: see the usage.`)
  if (words.length > wordsMax) throw new WrongArguments(`${name} does not know ${words.slice(wordsMax).join(' ')}.`)
  const allowed = [...action.flags, ...(action.changes ? CHANGE_FLAGS : [])]
  const other = Object.keys(flags).find(flag => !allowed.includes(flag))
  if (other !== undefined) throw new WrongArguments(`${name} takes no --${dashed(other)}.`)
  if (action.changes && flags.reason === undefined) throw new WrongArguments(`${name} wants --reason.`)
  return { action, words, reason: flags.reason }
}

function nameIn(
  actions: Readonly<Record<string, unknown>>,
  typed: readonly string[],
  standard: string | undefined,
): string {
  const all = Object.keys(actions).join(', ')
  if (typed.length === 0 && standard === undefined) throw new WrongArguments(`say which: ${all}`)
  if (typed.length === 0) return standard!
  const name = [typed.slice(0, 2).join(' '), typed[0]!].find(words => Object.hasOwn(actions, words))
  if (name === undefined) throw new WrongArguments(`there is no ${typed[0]}: ${all}`)
  return name
}

const dashed = (flag: string): string => flag.replaceAll(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)
