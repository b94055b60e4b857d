/** Which action of a command was typed, and whether all that it wants was given. */
import { WrongArguments } from '../terminal/command.ts'

interface NamedAction {
  /** It writes, so that it wants --reason and may be told --yes. */
  changes: boolean
  wordsMin?: number
  wordsMax: number
  /** The flags that go with it, besides those of the system and of a change. */
  flags: readonly string[]
}

const CHANGE_FLAGS = ['reason', 'yes']

export interface Chosen<Action> {
  action: Action
  /** What was typed after the action's own words. */
  words: readonly string[]
  /** There when it changes something. */
  reason: string | undefined
}

/**
 * `actions`: by the words that name them, of which the longest that fit are meant; without any word `overview` is. Throws WrongArguments
 * when what was typed does not go together.
 */
export function chosenAction<Action extends NamedAction>(
  actions: Readonly<Record<string, Action>>,
  typed: readonly string[],
  flags: { reason?: string },
): Chosen<Action> {
  const name = nameIn(actions, typed)
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

function nameIn(actions: Readonly<Record<string, unknown>>, typed: readonly string[]): string {
  if (typed.length === 0) return 'overview'
  const name = [typed.slice(0, 2).join(' '), typed[0]!].find(words => Object.hasOwn(actions, words))
  if (name === undefined) throw new WrongArguments(`there is no ${typed[0]}: ${Object.keys(actions).join(', ')}`)
  return name
}

const dashed = (flag: string): string => flag.replaceAll(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)
