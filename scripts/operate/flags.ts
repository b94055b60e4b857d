/** The flags that several tools take, each declared once. */
import { InvalidArgumentError, Option } from '@commander-js/extra-typings'
import { addDays } from '../../shared/domain/business-days.ts'
import { isTimezone } from '../../shared/runtime/config.ts'
import { npmCommand } from '../terminal/command.ts'

/** A command for a system of this machine, or for the one whose configuration is in a file. */
export const operatorCommand = (typed: string, summary: string) =>
  npmCommand(typed, summary)
    .option(
      '--run-file <file>',
      'the run.json of the system; else PAY_RUN_FILE, the environment, or the running `npm start`',
    )
    .addOption(
      new Option(
        '--env-file <file>',
        'NAME=value lines with the configuration of the functions (DATABASE_URL, KAFKA_BROKERS, …); wins over the environment',
      ).conflicts('runFile'),
    )

export const YES_FLAG = ['--yes', 'do not ask; needed where nobody can be asked'] as const

/** A flag's value as a day. */
export function dayText(text: string): string {
  if (!isDay(text)) throw new InvalidArgumentError('It wants a day such as 2026-11-30.')
  return text
}

export const isDay = (text: string): boolean =>
  /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) && addDays(text, 0) === text

/** A flag's value as a time zone that a column of ours can hold. */
export function timezoneName(text: string): string {
  if (text.length > 40 || !isTimezone(text))
    throw new InvalidArgumentError('It wants an IANA time zone such as Asia/Seoul.')
  return text
}
