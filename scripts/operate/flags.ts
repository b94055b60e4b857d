/** The flags that several tools take, each declared once. */
import { Option } from '@commander-js/extra-typings'
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
