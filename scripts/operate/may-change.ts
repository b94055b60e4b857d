/** Says which system a command is about to change, and asks first. */
import { confirmed } from '../terminal/confirm.ts'
import { printable } from '../terminal/printable.ts'
import type { FoundSystem } from './find-system.ts'

export interface Change {
  /** The command without its arguments, such as `npm run outbox`. */
  typed: string
  question: string
  /** `--yes`: do not ask. */
  yes: boolean
}

/** False when the answer is no, or when there is no terminal to ask on. In the second case it has printed what to type. */
export function mayChange(
  { where }: Pick<FoundSystem, 'where'>,
  { typed, question, yes }: Change,
  args: readonly string[] = process.argv.slice(2),
): Promise<boolean> {
  console.log(printable(`System: ${where}`))
  const command = `${typed} -- ${[...args, '--yes'].map(quoted).join(' ')}`
  return confirmed({ question: printable(question), yes, command: printable(command) })
}

/** Quoted for a shell. */
const quoted = (word: string): string => (/^[\w./:=@,+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)
