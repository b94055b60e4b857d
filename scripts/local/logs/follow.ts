/** Follows log files as they grow and are replaced, line by line. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createReadStream, existsSync, statSync } from 'node:fs'
import { createInterface } from 'node:readline'

/** The size of each file now. Following begins after these bytes. */
export const sizeOf = (file: string): number => (existsSync(file) ? statSync(file).size : 0)

/** Every line of the first `bytes` of a file. */
export async function* linesOf(file: string, bytes: number): AsyncGenerator<string> {
  if (bytes === 0) return
  yield* createInterface({ input: createReadStream(file, { end: bytes - 1 }), crlfDelay: Number.POSITIVE_INFINITY })
}

/** Passes on every line after the first `bytes`, until the child is ended. */
export function followFile(file: string, bytes: number, onLine: (line: string) => void): ChildProcess {
  const child = spawn('tail', ['-c', `+${bytes + 1}`, '-F', file], { stdio: ['ignore', 'pipe', 'ignore'] })
  createInterface({ input: child.stdout }).on('line', onLine)
  return child
}

/** Passes on what a program prints. Resolves with how it ended. Ctrl-C reaches the program, too, and both end. */
export function printedBy(
  command: string,
  args: string[],
  onLine: (line: string) => void,
  env = process.env,
): Promise<number> {
  const child = spawn(command, args, { stdio: ['inherit', 'pipe', 'pipe'], env })
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', onLine)
  process.on('SIGINT', () => {})
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', code => resolve(code ?? 0))
  })
}
