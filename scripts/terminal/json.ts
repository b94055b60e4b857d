/** `--json [file]`: what a command found, for a program to read. */
import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { InvalidArgumentError } from '@commander-js/extra-typings'

/** Refused before the work is done, whose figures would be lost. */
export function fileName(text: string): string {
  if (text === '' || statSync(text, { throwIfNoEntry: false })?.isDirectory())
    throw new InvalidArgumentError('It wants the name of a file.')
  return text
}

export const JSON_FLAG = [
  '--json [file]',
  'also write the figures as JSON; without a file they go to stdout, and all else to stderr',
  fileName,
] as const

/** True when no file was named. */
export type JsonTarget = string | true | undefined

/** Where the command prints everything else. */
export const terminalBeside = (json: JsonTarget): NodeJS.WriteStream =>
  json === true ? process.stderr : process.stdout

/** Makes the file's folder too; writes nothing without the flag. Throws when the file cannot be written. */
export function writeJson(json: JsonTarget, value: unknown, indent = 2): void {
  const text = `${JSON.stringify(value, null, indent)}\n`
  if (json === true) process.stdout.write(text)
  if (typeof json !== 'string') return
  mkdirSync(dirname(json), { recursive: true })
  writeFileSync(json, text)
}
