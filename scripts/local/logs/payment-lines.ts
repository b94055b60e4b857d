/** The lines of a log that tell of one payment, in a form that a person reads. */
import { printable } from '../../terminal/printable.ts'

export interface PaymentLine {
  /** Epoch; undefined for a line that is not one of ours. */
  atMs: number | undefined
  text: string
}

type Fields = Record<string, unknown>

export const isPaymentId = (text: string): boolean => /^pay_[0-9A-HJKMNP-TV-Z]{26}$/.test(text)

const levelNames: Record<number, string> = { 10: 'trace', 20: 'debug', 40: 'warn', 50: 'ERROR', 60: 'FATAL' }
const TIME_WIDTH = 24
const PROCESS_WIDTH = 8

/** Undefined when the line is not about the payment. `process`: the process whose log it is in. */
export function paymentLine(line: string, paymentId: string, process: string): PaymentLine | undefined {
  if (!line.includes(paymentId)) return undefined
  const fields = fieldsOf(line)
  if (fields === undefined) return { atMs: undefined, text: textOf('', process, line) }
  const { time, level, msg, ...others } = fields
  const atMs = typeof time === 'string' ? Date.parse(time) : Number.NaN
  const what = [
    typeof level === 'number' ? levelNames[level] : undefined,
    wordsOf(msg),
    shownOf(others, paymentId)
      .map(each => pairsOf(each, paymentId))
      .join(', '),
  ]
  return {
    atMs: Number.isNaN(atMs) ? undefined : atMs,
    text: textOf(wordsOf(time), process, what.filter(Boolean).join(' ')),
  }
}

/** The lines of a batch name every payment that is in it, in `events`; its own figures are those of all its payments. */
function shownOf({ events, ...rest }: Fields, paymentId: string): object[] {
  if (!Array.isArray(events)) return [events === undefined ? rest : { ...rest, events }]
  const mine = events.filter(event => event?.paymentId === paymentId)
  return mine.length > 0 ? mine : [rest]
}

/** Other programs may write JSON of any shape: nothing here may throw for one. */
const wordsOf = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))

function fieldsOf(line: string): Fields | undefined {
  try {
    const parsed: unknown = JSON.parse(line)
    return typeof parsed === 'object' && parsed !== null ? (parsed as Fields) : undefined
  } catch {
    return undefined
  }
}

const textOf = (time: string, process: string, what: string): string =>
  printable(`${time.padEnd(TIME_WIDTH)}  ${process.padEnd(PROCESS_WIDTH)}  ${what}`)

/** Without the payment itself: every line is about it. */
const pairsOf = (fields: object, paymentId: string): string =>
  Object.entries(fields)
    .filter(([, value]) => value !== paymentId && value !== undefined)
    .map(([name, value]) => `${name}=${wordsOf(value)}`)
    .join(' ')

/** In the order of time; a line without one stays behind the line that it followed. */
export function inOrder(lines: readonly PaymentLine[]): PaymentLine[] {
  let last = Number.NEGATIVE_INFINITY
  const timed = lines.map(line => {
    last = line.atMs ?? last
    return { line, atMs: last }
  })
  return timed.toSorted((a, b) => (a.atMs === b.atMs ? 0 : a.atMs - b.atMs)).map(({ line }) => line)
}
