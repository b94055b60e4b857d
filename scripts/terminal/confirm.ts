/** Asks before a change that cannot be undone. */
import { createInterface } from 'node:readline/promises'

export interface Confirmation {
  question: string
  /** `--yes` was given. */
  yes: boolean
  /** What to type to do it without being asked. */
  command: string
}

interface Terminal {
  input: NodeJS.ReadableStream & { isTTY?: boolean }
  output: NodeJS.WritableStream & { isTTY?: boolean }
}

/** Without a terminal it prints what to type instead, and the answer is no. */
export async function confirmed(
  { question, yes, command }: Confirmation,
  { input, output }: Terminal = { input: process.stdin, output: process.stdout },
): Promise<boolean> {
  if (yes) return true
  if (!input.isTTY || !output.isTTY) {
    output.write(`Nothing was done: this is no terminal, so nobody can be asked. To do it:\n  ${command}\n`)
    return false
  }
  const terminal = createInterface({ input, output })
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim())
  } finally {
    terminal.close()
  }
}
