/** Structured logs, one JSON object a line, on standard output. */
import { type Logger, pino, stdTimeFunctions } from 'pino'
import { maskFields } from './log-mask.ts'
import { LogOutput } from './log-output.ts'

export type { Logger }

const STANDARD_OUTPUT = 1

/** Lines of one moment share a write, unless the process may be frozen; what is left is written when the process ends in order. */
export function createLog(level: string, { freezes }: { freezes: boolean }): Logger {
  const output = new LogOutput({
    fd: STANDARD_OUTPUT,
    atOnce: freezes,
    onRecovered: lostCount => log.warn({ lostCount }, 'lines of this log were lost while it could not be written'),
  })
  const log = pino(
    { level, base: undefined, timestamp: stdTimeFunctions.isoTime, formatters: { log: maskFields } },
    output,
  )
  flushAtExit(output)
  return log
}

/** For lines that stand among the log's and are none of its own. Each is written at once: its process may be frozen. */
export const metricsOutput = (): Pick<LogOutput, 'write'> =>
  new LogOutput({ fd: STANDARD_OUTPUT, atOnce: true, onRecovered: () => {} })

const outputs: LogOutput[] = []

function flushAtExit(output: LogOutput): void {
  if (outputs.push(output) > 1) return
  process.once('exit', () => {
    for (const each of outputs) each.flushSync()
  })
}
