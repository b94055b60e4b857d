/** What a person sees while the system starts and runs: one line a step, with its time. */
import { styleText } from 'node:util'
import { missingPackage, REINSTALL } from './missing-package.mjs'
import { printable, printableLines } from './printable.ts'

/** A step that failed for a reason we can explain. */
export class StepFailure extends Error {
  override name = 'StepFailure'
  readonly fix?: string
  /** The service's own log: its path and last lines. */
  readonly log?: { path: string; tail: string[] }

  constructor(
    message: string,
    details: { fix?: string; log?: { path: string; tail: string[] }; cause?: unknown } = {},
  ) {
    super(message, { cause: details.cause })
    this.fix = details.fix
    this.log = details.log
  }
}

/** A step that was aborted because everything stops. This is not a failure. */
export class CalledOff extends Error {
  override name = 'CalledOff'
}

export interface Reporter {
  /** Runs `work` and prints one line when it is over: what it did and how long it took. */
  step<T>(label: string, work: (detail: (text: string) => void) => Promise<T>): Promise<T>
  line(text: string): void
  note(text: string): void
  warn(text: string): void
  failure(error: unknown): void
}

export interface Terminal {
  write(text: string): unknown
  isTTY?: boolean
  columns?: number
}

type Style = 'green' | 'red' | 'yellow' | 'dim' | 'bold'

export function formatDuration(durationMs: number): string {
  if (durationMs < 1000) return `${Math.round(durationMs)} ms`
  if (durationMs < 120_000) return `${(durationMs / 1000).toFixed(1)} s`
  const seconds = Math.round(durationMs / 1000)
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

export function usesColor(terminal: Terminal, env: NodeJS.ProcessEnv): boolean {
  return terminal.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb'
}

export type Paint = Record<Style, (text: string) => string>

/** Colours texts where a person looks at a terminal and has not asked for none. */
export function paintFor(terminal: Terminal, env: NodeJS.ProcessEnv): Paint {
  const colored = usesColor(terminal, env)
  const paint = (style: Style) => (text: string) => (colored ? styleText(style, text, { validateStream: false }) : text)
  return {
    green: paint('green'),
    red: paint('red'),
    yellow: paint('yellow'),
    dim: paint('dim'),
    bold: paint('bold'),
  }
}

let surviving = false

/** A closed terminal must not end the process during an orderly stop. Further output is dropped. */
function surviveLostTerminal() {
  if (surviving) return
  surviving = true
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
}

/** Steps may run at the same time. Their lines come in the order in which they end. A terminal also shows the steps under way. */
export function createReporter(
  terminal: Terminal = process.stdout,
  env: NodeJS.ProcessEnv = process.env,
  now = () => performance.now(),
): Reporter {
  surviveLostTerminal()
  const paint = paintFor(terminal, env)
  const live = terminal.isTTY === true && env.TERM !== 'dumb'
  const underWay = new Map<symbol, { label: string; startMs: number }>()
  let ticker: NodeJS.Timeout | undefined

  function clearLive() {
    if (live && underWay.size > 0) terminal.write('\r\x1b[K')
  }

  function drawLive() {
    if (!live || underWay.size === 0) return
    const names = [...underWay.values()].map(step => step.label).join(', ')
    const longestMs = now() - Math.min(...[...underWay.values()].map(step => step.startMs))
    const text = `  … ${names} ${formatDuration(longestMs)}`
    terminal.write(`\r\x1b[K${paint.dim(text.slice(0, (terminal.columns || 80) - 1))}`)
  }

  function print(text: string) {
    clearLive()
    terminal.write(`${text}\n`)
    drawLive()
  }

  function printStep(mark: string, label: string, detail: string, durationMs: number) {
    print(`  ${mark} ${label.padEnd(12)} ${detail.padEnd(52)} ${paint.dim(formatDuration(durationMs).padStart(8))}`)
  }

  function leave(key: symbol) {
    clearLive()
    underWay.delete(key)
    if (underWay.size === 0) clearInterval(ticker)
  }

  return {
    async step(label, work) {
      const key = Symbol(label)
      const startMs = now()
      let detail = ''
      if (underWay.size === 0 && live) ticker = setInterval(drawLive, 200)
      underWay.set(key, { label, startMs })
      drawLive()
      try {
        const result = await work(text => {
          detail = printable(text)
        })
        leave(key)
        printStep(paint.green('✓'), label, detail, now() - startMs)
        return result
      } catch (error) {
        leave(key)
        const mark = error instanceof CalledOff ? paint.dim('-') : paint.red('✗')
        printStep(mark, label, detail, now() - startMs)
        throw error
      }
    },
    line: print,
    note: text => print(`  ${paint.dim('·')} ${printable(text)}`),
    warn: text => print(`  ${paint.yellow('!')} ${printable(text)}`),
    failure: error =>
      print(
        describeFailure(error)
          .map(line => paint.red(line))
          .join('\n'),
      ),
  }
}

/** An error that ends a command, as a failure with its fix; undefined when nothing is known of it but its message. */
export function explained(error: unknown): StepFailure | undefined {
  if (error instanceof StepFailure) return error
  const { code, path, message = '', stack } = (error ?? {}) as NodeJS.ErrnoException
  if (code === 'ENOSPC')
    return new StepFailure(`the disk is full${path ? `: ${path} cannot be written` : ''}`, { fix: 'make room' })
  const missing = missingPackage(stack ?? message)
  return missing ? new StepFailure(`the package ${missing} is missing or damaged`, { fix: REINSTALL }) : undefined
}

/** Cause, fix, and the tail of the service's own log. */
export function describeFailure(error: unknown): string[] {
  const failure = explained(error)
  if (!failure) return ['', printableLines(error instanceof Error ? (error.stack ?? error.message) : error)]
  const lines = ['', printableLines(failure.message)]
  if (failure.fix) lines.push(`  fix: ${printableLines(failure.fix)}`)
  if (failure.log) lines.push(`  log: ${failure.log.path}`, ...failure.log.tail.map(line => `  | ${printable(line)}`))
  return lines
}
