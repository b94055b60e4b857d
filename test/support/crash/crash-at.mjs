/**
 * Loaded with `--import` into a process that a test may kill: listens to the points that CRASH_POINTS names, and ends the process by
 * SIGKILL at the point and hit that the armed file says. The file goes away with the kill, so that the next process lives.
 */
import { subscribe } from 'node:diagnostics_channel'
import { readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const { CRASH_POINTS = '', CRASH_FILE, TMPDIR = '' } = process.env
const armedFile = CRASH_FILE ?? join(TMPDIR, 'crash-at')

/** `{ point, hits, of? }`, or undefined while nothing is armed. */
function armed() {
  try {
    return JSON.parse(readFileSync(armedFile, 'utf8'))
  } catch {
    return undefined
  }
}

function onPoint(message, point) {
  const at = armed()
  if (at?.point !== point || (at.of !== undefined && !message.has(at.of))) return
  if (at.hits > 1) return writeFileSync(armedFile, JSON.stringify({ ...at, hits: at.hits - 1 }))
  unlinkSync(armedFile)
  process.kill(process.pid, 'SIGKILL')
}

for (const point of CRASH_POINTS.split(',').filter(Boolean)) subscribe(point, onPoint)
