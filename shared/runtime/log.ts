/** Structured logs, one JSON object a line, on standard output. */
import { type Logger, pino, stdTimeFunctions } from 'pino'

export type { Logger }

/** Writes without waiting for the terminal; what is buffered is written when the process ends in order. */
export const createLog = (level: string): Logger =>
  pino(
    { level, base: undefined, timestamp: stdTimeFunctions.isoTime, redact: ['headers.authorization'] },
    pino.destination({ dest: 1, sync: false, minLength: 0 }),
  )
