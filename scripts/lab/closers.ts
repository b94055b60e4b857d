/** A tool of the lab takes down what it brought up, however it ends. */
import { watchParents } from '../local/parent-watch.mjs'
import { printableError } from '../terminal/printable.ts'

export type OnClose = (close: () => Promise<void>) => void

/**
 * Runs `work` and closes what it opened, last first, whether it resolves, rejects or is stopped by a signal.
 * A signal, or the end of npm, closes everything first and then ends the process with 130 or 143.
 */
export async function closingAfter<T>(work: (onClose: OnClose, signal: AbortSignal) => Promise<T>): Promise<T> {
  const closers: (() => Promise<void>)[] = []
  const stopping = new AbortController()
  let closing: Promise<void> | undefined
  const close = () => {
    closing ??= closeAll(closers)
    return closing
  }
  const end = (code: number) => () => {
    stopping.abort()
    void close().finally(() => process.exit(code))
  }
  process.once('SIGINT', end(130))
  process.once('SIGTERM', end(143))
  process.once('SIGHUP', end(143))
  watchParents(end(143))
  try {
    return await work(closer => closers.push(closer), stopping.signal)
  } finally {
    await close()
    // The signal ends the process itself, with its own exit code.
    if (stopping.signal.aborted) await new Promise(() => {})
  }
}

/** One that fails is no reason to leave the others open. */
async function closeAll(closers: (() => Promise<void>)[]): Promise<void> {
  for (const closer of closers.toReversed())
    await closer().catch(error => console.error(`while taking down: ${printableError(error)}`))
}
