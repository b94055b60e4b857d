/** How much CPU time a process has used so far. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { parseCpuMs } from '../../local/process-table.ts'

/** Seconds, user and system; null where it cannot be seen (a container, a process that is gone). */
export function cpuSecondsOf(pid: number | undefined): number | null {
  if (pid === undefined) return null
  try {
    if (process.platform === 'linux') return secondsFromStat(readFileSync(`/proc/${pid}/stat`, 'utf8'))
    return secondsFromPs(execFileSync('ps', ['-o', 'time=', '-p', String(pid)], { encoding: 'utf8' }))
  } catch {
    return null
  }
}

/** From the line of /proc/PID/stat. */
export const secondsFromStat = (line: string): number => parseCpuMs(line) / 1_000

/** `[[days-]hours:]minutes:seconds`. */
export function secondsFromPs(text: string): number | null {
  const match = /^(?:(\d+)-)?(?:(\d+):)?(\d+):(\d+(?:\.\d+)?)$/.exec(text.trim())
  if (match === null) return null
  const [days = 0, hours = 0, minutes, seconds] = match.slice(1).map(part => Number(part ?? 0))
  return ((days * 24 + hours) * 60 + minutes!) * 60 + seconds!
}

/** That all cores have been busy so far, whoever used them. */
export const machineCpuSeconds = (): number =>
  cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0) / 1_000

/** What each used between two readings; null where either is, or where another process has taken its place. */
export function cpuBetween(
  before: Record<string, number | null>,
  after: Record<string, number | null>,
): Record<string, number | null> {
  return Object.fromEntries(
    Object.entries(before).map(([name, start]) => {
      const end = after[name] ?? null
      return [name, start === null || end === null || end < start ? null : end - start]
    }),
  )
}
