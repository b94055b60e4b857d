/** Asks for a secret on the terminal, which does not show what is typed. */
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'

interface Terminal {
  input: NodeJS.ReadableStream & { isTTY?: boolean }
  output: NodeJS.WritableStream & { isTTY?: boolean }
}

/** Undefined where nobody can be asked. */
export async function askSecret(
  question: string,
  { input, output }: Terminal = { input: process.stdin, output: process.stdout },
): Promise<string | undefined> {
  if (!input.isTTY || !output.isTTY) return undefined
  output.write(question)
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const terminal = createInterface({ input, output: silent, terminal: true, historySize: 0 })
  try {
    return (await terminal.question('')).trim()
  } finally {
    terminal.close()
    output.write('\n')
  }
}
