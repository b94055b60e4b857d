/** One log file per process: the run's own, and the one of the run before. */
import { closeSync, existsSync, openSync, readSync, renameSync, statSync } from 'node:fs'

/** Renames the last run's log, so that a log holds one run only. */
export function rotateLog(path: string): void {
  if (existsSync(path)) renameSync(path, `${path.replace(/\.log$/, '')}.previous.log`)
}

/** The last lines of a log, at most 64 KiB of it. */
export function tailOf(path: string, lines = 20): string[] {
  const chunkBytes = 64 * 1024
  try {
    const sizeBytes = statSync(path).size
    const buffer = Buffer.alloc(Math.min(chunkBytes, sizeBytes))
    const file = openSync(path, 'r')
    readSync(file, buffer, 0, buffer.length, sizeBytes - buffer.length)
    closeSync(file)
    return buffer.toString('utf8').trimEnd().split('\n').slice(-lines)
  } catch {
    return []
  }
}
