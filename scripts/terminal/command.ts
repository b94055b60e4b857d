/** How an npm command is declared: its name, its flags and its usage. What it does not know is refused, never ignored. */
import { Command, InvalidArgumentError, type OptionValues } from '@commander-js/extra-typings'
import { describeFailure, explained } from './output.ts'
import { printableError, printableLines } from './printable.ts'

/** `typed`: what a person types, such as `npm run verify`. `--help` prints the summary and the flags. */
export const npmCommand = (typed: string, summary: string) =>
  new Command(`${typed} --`)
    .description(summary)
    .helpOption('--help', 'show this')
    .allowExcessArguments(false)
    .showHelpAfterError()
    // Commander's message repeats what was typed or pasted, which may hold control characters.
    .configureOutput({ outputError: (text, write) => write(printableLines(text)) })

/** Arguments that do not go together: `run` says so, with the usage. */
export class WrongArguments extends Error {
  override name = 'WrongArguments'
}

/**
 * Reads the arguments, does the work and ends the process with the code that it resolves to.
 * Ends with 1 on a wrong argument, after the usage, and on an error, after its message.
 */
export async function run<Args extends unknown[], Flags extends OptionValues>(
  command: Command<Args, Flags>,
  work: (flags: Flags, ...args: Args) => Promise<number> | number,
): Promise<never> {
  let code = 1
  try {
    command.parse()
    code = await work(command.opts(), ...command.processedArgs)
  } catch (error) {
    if (error instanceof WrongArguments) command.error(`error: ${error.message}`)
    const failure = explained(error)
    if (failure) console.error(describeFailure(failure).join('\n').trimStart())
    else console.error(`${command.name().replace(/ --$/, '')}: ${printableError(error)}`)
  }
  await written()
  process.exit(code)
}

/** What is printed to a pipe waits in this process until it is read. A reader that is gone (`| head`) is no error. */
async function written(): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', () => {})
    await new Promise<void>(resolve => stream.write('', () => resolve()))
  }
}

/** A flag's value as a whole number from 0 on. */
export function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(Number(text)))
    throw new InvalidArgumentError('It wants a whole number.')
  return Number(text)
}

/** A flag's value as a whole number from 1 on. */
export function positiveNumber(text: string): number {
  if (wholeNumber(text) === 0) throw new InvalidArgumentError('It wants a whole number from 1 on.')
  return Number(text)
}

/** A flag's value in seconds, parts of one too, as milliseconds. */
export function secondsAsMs(text: string): number {
  if (!/^\d+(\.\d+)?$/.test(text)) throw new InvalidArgumentError('It wants seconds.')
  return Number(text) * 1_000
}

/** A flag's value in minutes, parts of one too, as milliseconds. */
export function minutesAsMs(text: string): number {
  if (!/^\d+(\.\d+)?$/.test(text) || Number(text) === 0) throw new InvalidArgumentError('It wants minutes.')
  return Number(text) * 60_000
}

/** The values of a flag that may be repeated. */
export const collected = (text: string, before: string[] = []): string[] => [...before, text]
