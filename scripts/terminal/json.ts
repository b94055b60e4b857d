/** `--json [file]`: what a command found, for a program to read. */
import { writeFileSync } from 'node:fs'

export const JSON_FLAG = [
  '--json [file]',
  'also write the figures as JSON; without a file they go to stdout, and all else to stderr',
] as const

/** True when no file was named. */
export type JsonTarget = string | true | undefined

/** Where the command prints everything else. */
export const terminalBeside = (json: JsonTarget): NodeJS.WriteStream =>
  json === true ? process.stderr : process.stdout

/** Writes nothing without the flag. Throws when the file cannot be written. */
export function writeJson(json: JsonTarget, value: unknown, indent = 2): void {
  const text = `${JSON.stringify(value, null, indent)}\n`
  if (json === true) process.stdout.write(text)
  else if (json !== undefined) writeFileSync(json, text)
}
