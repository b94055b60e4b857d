/** What the operating system knows about a process: enough to recognise one of ours again, and never to stop a process of somebody else. */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

export interface ProcessIdentity {
  pid: number
  /** Boot and start time. Together with the pid they identify a process for ever. */
  startedAt: string
}

interface ProcessStat {
  state: string
  parentPid: number
  group: number
  startTicks: string
}

const onLinux = process.platform === 'linux'
/** What Linux calls a tick in /proc, on every platform that Node runs on. */
const TICK_MS = 10

/** Reads one line of /proc/PID/stat. The command in it is in parentheses and may hold anything, even a parenthesis. */
export function parseStat(line: string): ProcessStat {
  const [state, parentPid, group, ...rest] = line.slice(line.lastIndexOf(')') + 2).split(' ')
  return { state: state!, parentPid: Number(parentPid), group: Number(group), startTicks: rest[16]! }
}

function statOf(pid: number): ProcessStat | undefined {
  try {
    const stat = parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'))
    return stat.state === 'Z' || stat.state === 'X' ? undefined : stat
  } catch {
    return undefined
  }
}

function ps(pid: number, field: string): string | undefined {
  try {
    return execFileSync('ps', ['-o', `${field}=`, '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined
  } catch {
    return undefined
  }
}

let bootId: string | undefined
function currentBoot(): string {
  bootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8)
  return bootId
}

/** When the process started, as text to compare; undefined when there is no such process (a zombie is none). */
export function startedAt(pid: number): string | undefined {
  if (!onLinux) return ps(pid, 'lstart')
  const stat = statOf(pid)
  return stat && `${currentBoot()}:${stat.startTicks}`
}

/** When the process of this `startedAt` started, in ms since 1970; undefined when that cannot be told. */
export function startMsOf(startedAt: string): number | undefined {
  if (!onLinux) return Date.parse(startedAt) || undefined
  const [boot, ticks] = startedAt.split(':')
  if (boot !== currentBoot()) return undefined
  const upMs = Number(readFileSync('/proc/uptime', 'utf8').split(' ', 1)[0]) * 1_000
  // To the second: two readings of one process are the same.
  return Math.round((Date.now() - upMs + Number(ticks) * TICK_MS) / 1_000) * 1_000
}

export function identityOf(pid: number): ProcessIdentity {
  return { pid, startedAt: startedAt(pid) ?? 'gone' }
}

/** Whether this very process still runs: a reused pid has another start time. */
export function isAlive(identity: ProcessIdentity): boolean {
  return startedAt(identity.pid) === identity.startedAt
}

export function parentOf(pid: number): number | undefined {
  if (onLinux) return statOf(pid)?.parentPid
  const parent = ps(pid, 'ppid')
  return parent ? Number(parent) : undefined
}

export function commandOf(pid: number): string | undefined {
  if (!onLinux) return ps(pid, 'command')
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() || undefined
  } catch {
    return undefined
  }
}

/** Resident memory of a process group in bytes: a child may have children of its own. */
export function groupMemoryBytes(group: number): number {
  const members = onLinux ? linuxGroup(group) : [group]
  return members.reduce((sum, pid) => sum + processMemoryBytes(pid), 0)
}

function linuxGroup(group: number): number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
    .filter(pid => statOf(pid)?.group === group)
}

export function processMemoryBytes(pid: number): number {
  if (!onLinux) return Number(ps(pid, 'rss') ?? 0) * 1024
  try {
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024
  } catch {
    return 0
  }
}

/** Of a process: `pssBytes` counts a page that n processes share as an n-th of it. */
export interface ProcessUse {
  rssBytes: number
  pssBytes: number
  cpuMs: number
}

/** What a process has used of memory and, since it started, of CPU; undefined when it is gone, is not ours to read, or this is not Linux. */
export function processUse(pid: number): ProcessUse | undefined {
  try {
    return {
      ...parseRollup(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')),
      cpuMs: parseCpuMs(readFileSync(`/proc/${pid}/stat`, 'utf8')),
    }
  } catch {
    return undefined
  }
}

/** The same of a process group together. */
export function groupUse(group: number): ProcessUse | undefined {
  if (!onLinux) return undefined
  const uses = linuxGroup(group).map(processUse)
  return uses.reduce((sum, use) => sum && use && addUse(sum, use), { rssBytes: 0, pssBytes: 0, cpuMs: 0 })
}

const addUse = (a: ProcessUse, b: ProcessUse): ProcessUse => ({
  rssBytes: a.rssBytes + b.rssBytes,
  pssBytes: a.pssBytes + b.pssBytes,
  cpuMs: a.cpuMs + b.cpuMs,
})

/** Reads /proc/PID/smaps_rollup. */
export function parseRollup(text: string): { rssBytes: number; pssBytes: number } {
  const bytesOf = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) * 1024
  return { rssBytes: bytesOf('Rss'), pssBytes: bytesOf('Pss') }
}

/** CPU of a process, user and system, from its line of /proc/PID/stat. */
export function parseCpuMs(line: string): number {
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS
}

/** Sends a signal to a whole process group; false when it is gone. */
export function signalGroup(group: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(-group, signal)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
    // macOS answers EPERM for a group of which only zombies are left.
    if ((error as NodeJS.ErrnoException).code === 'EPERM') return false
    throw error
  }
}
