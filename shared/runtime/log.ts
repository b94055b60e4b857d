/** Structured logs, one JSON object a line, on standard output. */
import { type Logger, pino, stdTimeFunctions } from 'pino'

export type { Logger }

/** Lines of one moment share a write; what is left is written when the process ends in order. */
const gathered = { sync: false, minLength: 4_096, periodicFlush: 100 }
/** A process that may be frozen after its answer, and never thawed, writes at once. */
const atOnce = { sync: true }

export const createLog = (level: string, { freezes }: { freezes: boolean }): Logger =>
  pino(
    { level, base: undefined, timestamp: stdTimeFunctions.isoTime, redact: ['headers.authorization'] },
    pino.destination({ dest: 1, ...(freezes ? atOnce : gathered) }),
  )
